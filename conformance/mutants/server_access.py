"""Servers that let in whom they must keep out, or judge the body of someone they do not know.

A wrapper does not know the right token; it learns it from the first send that is accepted.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl

from attrs import evolve

from conformance.model import Handler, Request, Response
from conformance.mutants.server_edits import (
    edited,
    is_accepted,
    is_json,
    is_kept_out,
    is_send,
    on_answer,
    read,
    refusal,
    with_header,
    without,
)
from conformance.mutants.server_mutant import server_mutant

#: Names under which a token stands in a query or a body.
_TOKEN_NAMES = ("access_token", "token", "accessToken", "authorization", "Authorization")


@server_mutant(kills="auth-missing-token-refused")
def lets_in_without_a_token(handle: Handler) -> Handler:
    """Lets in a request that has no Authorization header."""

    def admits(request: Request, _: str) -> bool:
        return (
            request.header("authorization") is None
            and "token" not in request.target
            and _token_in_body(request) is None
        )

    return _admitting(handle, admits)


@server_mutant(kills="auth-wrong-token-refused")
def lets_in_with_any_token(handle: Handler) -> Handler:
    """Lets in a request with any bearer token."""
    return _admitting(handle, lambda request, _: bool(_bearer_token(request)))


@server_mutant(kills="auth-wrong-token-refused")
def lets_in_with_the_start_of_the_token(handle: Handler) -> Handler:
    """Lets in a request with the first part of the right token."""

    def admits(request: Request, token: str) -> bool:
        sent = _bearer_token(request)
        return bool(sent) and token.startswith(sent)

    return _admitting(handle, admits)


@server_mutant(kills="auth-wrong-token-refused")
def lets_in_with_more_than_the_token(handle: Handler) -> Handler:
    """Lets in a request with a token that begins with the right one."""
    return _admitting(handle, lambda request, token: _bearer_token(request).startswith(token))


@server_mutant(kills="auth-wrong-scheme-refused")
def lets_in_with_another_scheme(handle: Handler) -> Handler:
    """Lets in a request with credentials of another scheme than Bearer."""
    return _admitting(handle, lambda request, _: _scheme(request) not in ("", "bearer"))


@server_mutant(kills="auth-wrong-scheme-refused")
def looks_at_the_token_alone(handle: Handler) -> Handler:
    """Lets in a request with the right token under another scheme than Bearer."""

    def faulty(request: Request) -> Response:
        is_other = is_send(request) and _scheme(request) not in ("", "bearer")
        return handle(_with_token(request, _credentials(request)) if is_other else request)

    return faulty


@server_mutant(kills="auth-before-body")
def reads_the_body_before_the_token(handle: Handler) -> Handler:
    """Answers 400 to a body that is not JSON, though the token is wrong."""

    def faulty(request: Request, response: Response) -> Response:
        if not is_kept_out(response) or is_json(request):
            return response
        return refusal(400, 10004, "The body cannot be read.")

    return on_answer(handle, faulty)


@server_mutant(kills="auth-token-elsewhere-refused")
def takes_the_token_from_the_query(handle: Handler) -> Handler:
    """Lets in a request with the right token in its query."""

    def faulty(request: Request) -> Response:
        path, _, query = request.target.partition("?")
        found = next((value for name, value in parse_qsl(query) if name in _TOKEN_NAMES), None)
        if not is_send(request) or found is None or request.header("authorization") is not None:
            return handle(request)
        return handle(_with_token(evolve(request, target=path), found))

    return faulty


@server_mutant(kills="auth-token-elsewhere-refused")
def takes_the_token_from_the_body(handle: Handler) -> Handler:
    """Lets in a request with the right token among the members of its body."""

    def faulty(request: Request) -> Response:
        found = _token_in_body(request) if is_send(request) else None
        if found is None or request.header("authorization") is not None:
            return handle(request)
        return handle(_with_token(edited(request, lambda body: without(body, *_TOKEN_NAMES)), found))

    return faulty


def _admitting(handle: Handler, admits: Callable[[Request, str], bool]) -> Handler:
    """The server, letting a send that it kept out in after all if `admits` says so, given the right token."""
    right: list[str] = []

    def faulty(request: Request) -> Response:
        response = handle(request)
        if not is_send(request):
            return response
        if is_accepted(response):
            right[:] = [_bearer_token(request)]
        elif right and is_kept_out(response) and admits(request, right[0]):
            return handle(_with_token(request, right[0]))
        return response

    return faulty


def _with_token(request: Request, token: str) -> Request:
    return with_header(request, "authorization", f"Bearer {token}")


def _scheme(request: Request) -> str:
    return (request.header("authorization") or "").partition(" ")[0].lower()


def _credentials(request: Request) -> str:
    return (request.header("authorization") or "").partition(" ")[2].strip()


def _bearer_token(request: Request) -> str:
    """The token of a bearer scheme; empty if there is none."""
    return _credentials(request) if _scheme(request) == "bearer" else ""


def _token_in_body(request: Request) -> str | None:
    found = (value for name, value in read(request).items() if name in _TOKEN_NAMES and isinstance(value, str))
    return next((value.removeprefix("Bearer ") for value in found), None)
