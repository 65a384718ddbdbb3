"""A right client over another library: the reference client's steps, sent with `http.client` of the standard library.

It has one form of a call, and a connection for each.
"""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import httpx

from conformance.model import Abilities, Request, Response, Together
from conformance.reference_client import ReferenceCaller, ReferenceClient


class _Response(http.client.HTTPResponse):
    """Passes over what comes before the answer; the library itself knows a 100 alone."""

    def begin(self) -> None:
        super().begin()
        while 100 < self.status < 200:
            # Otherwise it takes them for read already.
            self.headers = self.msg = None  # type: ignore[assignment]
            super().begin()


class _Connection(http.client.HTTPConnection):
    response_class = _Response


class StandardLibraryClient(ReferenceClient):
    """The reference client without httpx."""

    transport_errors = (OSError, http.client.HTTPException)
    unreached_errors = (ConnectionRefusedError,)

    def answer(self, connection: httpx.Client, request: Request) -> Response:
        address = urlsplit(self.url).netloc
        own = _Connection(address, timeout=self.timeout)
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
