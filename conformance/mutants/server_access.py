"""Servers that let in whom they must keep out, or judge the body of someone they do not know.

A wrapper does not know the right token; it learns it from the first send that is accepted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qsl

from attrs import evolve

from conformance.model import Handler, Request, Response
from conformance.mutants.server_edits import (
    PATH,
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

    return admitting(handle, admits)


@server_mutant(kills="auth-wrong-token-refused")
def lets_in_with_any_token(handle: Handler) -> Handler:
    """Lets in a request with any bearer token."""
    return admitting(handle, lambda request, _: bool(_bearer_token(request)))


@server_mutant(kills="auth-wrong-token-refused")
def lets_in_with_the_start_of_the_token(handle: Handler) -> Handler:
    """Lets in a request with the first part of the right token."""

    def admits(request: Request, token: str) -> bool:
        sent = _bearer_token(request)
        return bool(sent) and token.startswith(sent)

    return admitting(handle, admits)


@server_mutant(kills="auth-wrong-token-refused")
def lets_in_with_more_than_the_token(handle: Handler) -> Handler:
    """Lets in a request with a token that begins with the right one."""
    return admitting(handle, lambda request, token: _bearer_token(request).startswith(token))


@server_mutant(kills="auth-wrong-scheme-refused")
def lets_in_with_another_scheme(handle: Handler) -> Handler:
    """Lets in a request with credentials of another scheme than Bearer."""
    return admitting(handle, lambda request, _: _scheme(request) not in ("", "bearer"))


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


@server_mutant(kills="auth-wrong-token-refused")
def compares_the_token_in_any_letter_case(handle: Handler) -> Handler:
    """Lets in a request with the right token in other letters."""
    return admitting(handle, lambda request, token: _bearer_token(request).lower() == token.lower())


@server_mutant(kills="auth-wrong-token-refused")
def lets_in_with_a_part_of_the_token(handle: Handler) -> Handler:
    """Lets in a request with the right token but for its first letter."""
    return admitting(handle, lambda request, token: _bearer_token(request) == token[1:])


@server_mutant(kills="auth-wrong-token-refused")
def lets_in_with_one_letter_of_the_token(handle: Handler) -> Handler:
    """Lets in a request with the first letter of the right token."""
    return admitting(handle, lambda request, token: _bearer_token(request) == token[0])


@server_mutant(kills="auth-wrong-token-refused")
def compares_all_but_the_last_letter(handle: Handler) -> Handler:
    """Lets in a request with a token of the right length whose last letter is another."""

    def admits(request: Request, token: str) -> bool:
        sent = _bearer_token(request)
        return len(sent) == len(token) and sent[:-1] == token[:-1]

    return admitting(handle, admits)


@server_mutant(kills="auth-wrong-token-refused")
def lets_in_with_an_empty_token(handle: Handler) -> Handler:
    """Lets in a request with a bearer token that is empty."""
    return admitting(handle, lambda request, _: request.header("authorization") == "Bearer")


@server_mutant(kills="auth-wrong-token-refused")
def takes_the_token_for_a_pattern(handle: Handler) -> Handler:
    """Lets in a request whose token, taken for a pattern, fits the right one."""

    def admits(request: Request, token: str) -> bool:
        try:
            return bool(_bearer_token(request)) and re.fullmatch(_bearer_token(request), token) is not None
        except re.error:
            return False

    return admitting(handle, admits)


@server_mutant(kills="auth-wrong-token-refused")
def lets_in_whoever_writes_bearer_in_lower_case(handle: Handler) -> Handler:
    """Lets in a request with any token under the scheme bearer in lower case."""
    return admitting(handle, lambda request, _: (request.header("authorization") or "").startswith("bearer "))


@server_mutant(kills="auth-wrong-token-refused")
def lets_in_with_two_tokens(handle: Handler) -> Handler:
    """Lets in a request with two Authorization headers, whatever they say."""
    return admitting(handle, lambda request, _: len(request.all_headers("authorization")) > 1)


@server_mutant(kills="auth-wrong-token-refused")
def answers_from_a_cache_before_it_asks_who_is_there(handle: Handler) -> Handler:
    """Answers a request that it has accepted before from its memory, whoever sends it."""
    given: dict[bytes, Response] = {}

    def faulty(request: Request) -> Response:
        response = handle(request)
        if is_send(request) and is_accepted(response):
            given[request.body] = response
        return given.get(request.body, response) if is_send(request) and is_kept_out(response) else response

    return faulty


@server_mutant(kills="auth-wrong-token-refused")
def takes_the_token_from_the_query_first(handle: Handler) -> Handler:
    """Lets in a request with the right token in its query, though it has a wrong one in its header."""

    def faulty(request: Request) -> Response:
        path, _, query = request.target.partition("?")
        found = next((value for name, value in parse_qsl(query) if name in _TOKEN_NAMES), None)
        if not is_send(request) or found is None or not _bearer_token(request):
            return handle(request)
        return handle(_with_token(evolve(request, target=path), found))

    return faulty


@server_mutant(kills="server-error-never")
def fails_on_a_long_token(handle: Handler) -> Handler:
    """Fails with 500 on a token of more than 1,000 letters."""

    def faulty(request: Request) -> Response:
        if is_send(request) and len(_bearer_token(request)) > 1000:
            return refusal(500, 30000, "MCMS_UTM_Runtime: the token does not fit")
        return handle(request)

    return faulty


@server_mutant(kills="auth-missing-token-refused")
def remembers_who_was_let_in_last(handle: Handler) -> Handler:
    """Lets in a request without a token if the one before was let in."""
    last = [False]

    def admits(request: Request, _: str) -> bool:
        return last[0] and request.header("authorization") is None and _token_in_body(request) is None

    letting_in = admitting(handle, admits)

    def faulty(request: Request) -> Response:
        response = letting_in(request)
        last[0] = is_send(request) and is_accepted(response)
        return response

    return faulty


@server_mutant(kills="auth-missing-token-refused")
def guards_one_form_of_its_path(handle: Handler) -> Handler:
    """Lets anybody in at the path without its trailing slash."""
    return admitting(handle, lambda request, _: request.path == PATH)


@server_mutant(kills="auth-missing-token-refused")
def lets_in_with_an_empty_header(handle: Handler) -> Handler:
    """Lets in a request whose Authorization header is empty."""
    return admitting(handle, lambda request, _: request.header("authorization") == "")


@server_mutant(kills="auth-missing-token-refused")
def takes_the_token_from_a_cookie(handle: Handler) -> Handler:
    """Lets in a request with the right token in a cookie."""
    return admitting(handle, lambda request, token: token in (request.header("cookie") or ""))


@server_mutant(kills="auth-missing-token-refused")
def takes_the_token_from_another_header(handle: Handler) -> Handler:
    """Lets in a request with the right token in the header x-api-key."""
    return admitting(handle, lambda request, token: request.header("x-api-key") == token)


@server_mutant(kills="auth-wrong-scheme-refused")
def needs_no_blank_behind_the_scheme(handle: Handler) -> Handler:
    """Lets in a request whose scheme and token are joined."""
    return admitting(handle, lambda request, token: request.header("authorization") == f"Bearer{token}")


@server_mutant(kills="auth-wrong-scheme-refused")
def finds_the_scheme_anywhere(handle: Handler) -> Handler:
    """Lets in a request with the right token under a scheme that has Bearer in its name."""
    return admitting(handle, lambda request, _: "bearer" in _scheme(request) and _scheme(request) != "bearer")


@server_mutant(kills="auth-scheme-letter-case")
def refuses_a_scheme_in_other_letters_as_a_bad_request(handle: Handler) -> Handler:
    """Answers 400 to the right token under the scheme in other letters."""
    return _on_other_letters(handle, refusal(400, 10000, "MCMS_UTM_Validation: Unknown scheme"))


@server_mutant(kills="server-error-never")
def fails_on_a_scheme_in_other_letters(handle: Handler) -> Handler:
    """Fails with 500 on the right token under the scheme in other letters."""
    return _on_other_letters(handle, refusal(500, 30000, "MCMS_UTM_Runtime: the header cannot be read"))


@server_mutant(kills="auth-before-body")
def reads_the_fields_before_the_token(handle: Handler) -> Handler:
    """Answers 400 to a body with a field that it does not know, though the token is wrong."""
    known = {"definitionKey", "recipients", "subscriptions", "content", "attributes", *_TOKEN_NAMES}
    return _refused_first(handle, 400, lambda request: not set(read(request)) <= known)


@server_mutant(kills="auth-before-body")
def reads_the_content_type_before_the_token(handle: Handler) -> Handler:
    """Answers 415 to a body that is not sent as JSON, though the token is missing."""
    return _refused_first(handle, 415, lambda request: request.media_type not in ("application/json", ""))


@server_mutant(kills="auth-before-body")
def sees_an_empty_body_before_the_token(handle: Handler) -> Handler:
    """Answers 400 to an empty body, though the token is missing."""
    return _refused_first(handle, 400, lambda request: not request.body)


def _refused_first(handle: Handler, status: int, is_meant: Callable[[Request], bool]) -> Handler:
    """The server, refusing a request that is meant before it has looked at the token."""

    def faulty(request: Request, response: Response) -> Response:
        is_hit = is_kept_out(response) and is_meant(request)
        return refusal(status, 10000, "MCMS_UTM_Validation: No good request") if is_hit else response

    return on_answer(handle, faulty)


def _on_other_letters(handle: Handler, answer: Response) -> Handler:
    """The server, with another answer to the scheme in other letters."""

    def faulty(request: Request, response: Response) -> Response:
        header = request.header("authorization") or ""
        is_hit = is_accepted(response) and not header.startswith("Bearer ")
        return answer if is_hit else response

    return on_answer(handle, faulty)


def admitting(handle: Handler, admits: Callable[[Request, str], bool]) -> Handler:
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
