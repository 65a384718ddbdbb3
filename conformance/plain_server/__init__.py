"""A correct server as a plain WSGI application: a second reading of the contract, made from its sentences alone.

It shares nothing with the reference server, and where the contract leaves a choice it takes another one than most
would. What holds for one server only is no requirement, and shows here. `application` is what a WSGI server takes,
`handler` the same as a function of requests, `serve` the same at a URL, over HTTP/1.0.
"""

from conformance.plain_server.answering import application
from conformance.plain_server.in_process import handler, handler_of
from conformance.plain_server.serving import serve

__all__ = ["application", "handler", "handler_of", "serve"]
