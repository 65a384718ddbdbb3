"""Sends one request to a server over HTTP and brings back what came, within limits of time and size."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx

from conformance.drivers.hosting import SubjectError
from conformance.model import NO_ANSWER, Request, Response

#: Seconds the suite waits for one answer.
ANSWER_LIMIT = 15.0
#: Bytes of an answer that are read; none of this interface comes near.
SIZE_LIMIT = 16 * 1024 * 1024

#: Sends one request and returns what came back, of status `NO_ANSWER` if nothing did.
Sender = Callable[[Request], Response]


class Wire:
    """Sends requests as they are: no redirect is followed, no proxy of the environment is used."""

    def __init__(self, url: str) -> None:
        self._base = httpx.URL(url)
        self._client = httpx.Client(trust_env=False, follow_redirects=False, timeout=ANSWER_LIMIT)

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def send(self, request: Request) -> Response:
        """What came back; a response of status `NO_ANSWER`, with the reason as its body, if nothing did."""
        prefix = self._base.raw_path.rstrip(b"/")
        url = self._base.copy_with(raw_path=prefix + request.target.encode("ascii"))
        headers = [(name.encode(), value.encode("utf-8")) for name, value in request.headers]
        body, deadline = bytearray(), time.monotonic() + ANSWER_LIMIT
        try:
            with self._client.stream(request.method, url, headers=headers, content=request.body) as answer:
                for chunk in answer.iter_bytes():
                    body += chunk
                    if len(body) > SIZE_LIMIT:
                        return no_answer(f"more than {SIZE_LIMIT} bytes came")
                    if time.monotonic() > deadline:
                        return no_answer(f"it was not whole after {ANSWER_LIMIT:.0f} s")
        except httpx.HTTPError as error:
            return no_answer(f"{type(error).__name__}: {error}")
        return Response(answer.status_code, tuple(answer.headers.multi_items()), bytes(body))


def no_answer(why: str) -> Response:
    return Response(NO_ANSWER, (), why.encode("utf-8", "replace"))


def checked_url(url: str) -> str:
    """The address of a server: a scheme, a host, maybe a port and a path. Raises `SubjectError` for anything else."""
    try:
        read = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise SubjectError("--url", f"is no address ({error})", "Write it like https://sms.example/api.") from None
    if read.scheme not in ("http", "https") or not read.host:
        raise SubjectError(f"--url {url}", "is no HTTP address", "Write it like https://sms.example/api.")
    if read.userinfo or read.query or read.fragment:
        hint = "Leave out user name, password, query and fragment; the token has an option of its own."
        raise SubjectError("--url", "holds more than scheme, host, port and path", hint)
    return url
