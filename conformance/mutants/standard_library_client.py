"""A right client over another library: the reference client's steps, sent with `http.client` of the standard library.

It has one form of a call, and a connection for each.
"""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import httpx

from conformance.model import Abilities, Request, Response, Together
from conformance.reference_client import ReferenceCaller, ReferenceClient


class StandardLibraryClient(ReferenceClient):
    """The reference client without httpx."""

    transport_errors = (OSError, http.client.HTTPException)

    def answer(self, connection: httpx.Client, request: Request) -> Response:
        address = urlsplit(self.url).netloc
        own = http.client.HTTPConnection(address, timeout=self.timeout)
        try:
            own.request(request.method, request.target, request.body, dict(request.headers))
            answer = own.getresponse()
            return Response(answer.status, answer.getheaders(), answer.read())
        finally:
            own.close()


class _Caller(ReferenceCaller):
    abilities = Abilities(styles=("sync",), together=(Together.THREADS,), copies=True)


def standard_library_caller() -> ReferenceCaller:
    return _Caller(StandardLibraryClient)
