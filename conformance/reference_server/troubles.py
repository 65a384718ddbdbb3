"""Troubles a sender meets at a server that keeps the contract: limits, outages, a network that breaks.

They are for people who test their own code. Each strikes every send and leaves the token endpoint alone.
What breaks the contract is a mutant, not a trouble.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from attrs import evolve, frozen

from conformance.model import Answer, Request, Response
from conformance.reference_server.handling import is_send
from conformance.reference_server.refusal import (
    RUNTIME,
    UNAUTHORIZED,
    error_response,
    worded,
)
from conformance.reference_server.shells import Server

#: Longer than the time-out of common clients (5 s in httpx), short enough to sit through.
SLOWNESS = 10.0
RETRY_AFTER = 5

_PROXY_PAGE = b"<!doctype html><title>502 Bad Gateway</title><h1>502 Bad Gateway</h1>\n"


@frozen
class Trouble:
    """One trouble, by the name it is switched on with."""

    name: str
    strike: Callable[[Server, Request], Response | Answer]

    @property
    def description(self) -> str:
        return (self.strike.__doc__ or "").partition("\n")[0]

    def __call__(self, server: Server) -> Server:
        """The server with this trouble."""

        def troubled(request: Request) -> Response | Answer:
            return self.strike(server, request) if is_send(request) else server(request)

        return troubled


def _rate_limited(server: Server, request: Request) -> Response:
    """Answers 429 with code 50100, and says when to come back."""
    return _later(429, 50100, "Rate limit exceeded")


def _blocked(server: Server, request: Request) -> Response:
    """Answers 429 with code 50200, and does not say when to come back."""
    return error_response(429, 50200, "Your requests are blocked for now.")


def _unavailable(server: Server, request: Request) -> Response:
    """Answers 503 with code 50300, and says when to come back."""
    return _later(503, 50300, "The service is not available now.")


def _server_error(server: Server, request: Request) -> Response:
    """Answers 500 and queues nothing."""
    return error_response(500, RUNTIME, worded(RUNTIME, "the server failed"))


def _expired_token(server: Server, request: Request) -> Response:
    """Answers 401, as if the token had just expired."""
    return error_response(401, UNAUTHORIZED, "Not Authorized", (("www-authenticate", "Bearer"),))


def _slow(server: Server, request: Request) -> Answer:
    """Queues at once and answers 10 seconds later."""
    answer = _as_answer(server(request))
    return evolve(answer, stall=answer.stall + SLOWNESS)


def _drop_after_queueing(server: Server, request: Request) -> Answer:
    """Queues, then breaks the connection in the middle of the answer; answers whole if it queued nobody.

    So a repeat with the same message keys is told that they are duplicates.
    """
    answer = _as_answer(server(request))
    return evolve(answer, cut_after=len(answer.response.body) // 2) if _queues(answer.response) else answer


def _queues(response: Response) -> bool:
    """The answer is a 202 that says of some recipient that it was queued."""
    return response.status == 202 and any("errorcode" not in item for item in response.json["responses"])


def _html_error(server: Server, request: Request) -> Response:
    """Answers with the 502 page of a proxy, which no contract mentions, and queues nothing."""
    return Response(502, (("content-type", "text/html"),), _PROXY_PAGE)


def _later(status: int, code: int, message: str) -> Response:
    headers = (("retry-after", str(RETRY_AFTER)),)
    return error_response(status, code, message, headers, {"retryAfter": RETRY_AFTER})


def _as_answer(answer: Response | Answer) -> Answer:
    return answer if isinstance(answer, Answer) else Answer(answer)


TROUBLES: Mapping[str, Trouble] = MappingProxyType(
    {
        trouble.name: trouble
        for trouble in (
            Trouble("rate-limited", _rate_limited),
            Trouble("blocked", _blocked),
            Trouble("unavailable", _unavailable),
            Trouble("server-error", _server_error),
            Trouble("expired-token", _expired_token),
            Trouble("slow", _slow),
            Trouble("drop-after-queueing", _drop_after_queueing),
            Trouble("html-error", _html_error),
        )
    }
)
