"""Correct servers that let in, route and refuse a request by its head in another way than the reference."""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve

from conformance.model import Handler, Request, Response
from conformance.mutants.server_edits import (
    is_accepted,
    is_send,
    on_answer,
    on_error,
    refusal,
    with_header,
    without_header,
)
from conformance.mutants.server_variant import Server, server_variant


@server_variant
def answers_404_to_other_methods(handle: Handler) -> Server:
    """Answers 404, not 405, to a method that is not declared (R33)."""

    def answered(request: Request) -> Response:
        response = handle(request)
        return refusal(404, 404, "Not Found") if response.status == 405 else response

    return answered


@server_variant
def turns_strangers_away_with_401(handle: Handler) -> Server:
    """Answers 401 to whoever is not let in (R22)."""
    return on_error(
        handle, lambda _, response: with_header(evolve(response, status=401), "www-authenticate", "Bearer"), (403,)
    )


@server_variant
def turns_strangers_away_with_403(handle: Handler) -> Server:
    """Answers 403 to whoever is not let in (R22)."""
    return on_error(
        handle, lambda _, response: evolve(without_header(response, "www-authenticate"), status=403), (401,)
    )


@server_variant
def answers_what_is_allowed(handle: Handler) -> Server:
    """Answers OPTIONS with 204 and Allow (R33)."""
    allowed = Response(204, (("allow", "POST, OPTIONS"), ("access-control-allow-origin", "*")))
    return lambda request: allowed if request.method == "OPTIONS" else handle(request)


@server_variant
def answers_other_paths_in_its_own_way(handle: Handler) -> Server:
    """Answers other paths and methods with the plain pages of its framework."""

    def answered(request: Request) -> Response:
        response = handle(request)
        if is_send(request) or response.status not in (404, 405):
            return response
        page = Response(response.status, (("content-type", "text/html"),), b"<h1>No such thing</h1>")
        return with_header(page, "allow", "POST") if response.status == 405 else page

    return answered


@server_variant
def redirects_untidy_paths(handle: Handler) -> Server:
    """Redirects a path with a slash twice, or in other letters, to the one it knows."""

    def answered(request: Request) -> Response:
        tidy = request.path.replace("//", "/").lower()
        return handle(request) if tidy == request.path else Response(301, (("location", tidy),))

    return answered


@server_variant
def turns_away_a_scheme_in_other_letters(handle: Handler) -> Server:
    """Answers 401 to the right token under `bearer` (R35)."""
    return _turning_away(handle, lambda given: given[:1] != ("Bearer",))


@server_variant
def is_exact_about_blanks(handle: Handler) -> Server:
    """Answers 401 where more than one blank stands before the token."""
    return _turning_away(handle, lambda given: len(given) != 2)


@server_variant
def takes_any_blank_before_the_token(handle: Handler) -> Server:
    """Takes a tab for a blank before the token."""

    def answered(request: Request) -> Response:
        header = request.header("authorization")
        return handle(with_header(request, "authorization", header.replace("\t", " ")) if header else request)

    return answered


@server_variant
def takes_the_first_of_two_tokens(handle: Handler) -> Server:
    """Looks at the first Authorization header alone."""
    return _choosing(handle, 0)


@server_variant
def takes_the_last_of_two_tokens(handle: Handler) -> Server:
    """Looks at the last Authorization header alone."""
    return _choosing(handle, -1)


@server_variant
def answers_400_to_other_content_types(handle: Handler) -> Server:
    """Answers 400, not 415, to a body that is not sent as JSON (R21)."""
    return on_error(handle, lambda _, response: evolve(response, status=400), (415,))


@server_variant
def takes_what_is_nearly_called_json(handle: Handler) -> Server:
    """Takes JSON without a content type, in Latin-1 or in letters of its own."""

    def answered(request: Request) -> Response:
        is_meant = request.media_type in ("", "application/json")
        return handle(with_header(request, "content-type", "application/json") if is_meant else request)

    return answered


@server_variant
def is_exact_about_the_content_type(handle: Handler) -> Server:
    """Answers 415 to JSON that is not called application/json to the letter, but for its charset."""

    def answered(request: Request, response: Response) -> Response:
        given = (request.header("content-type") or "").partition(";")[0]
        is_other = is_accepted(response) and given != "application/json"
        return refusal(415, 10000, "MCMS_UTM_Validation: Send JSON") if is_other else response

    return on_answer(handle, answered)


def _turning_away(handle: Handler, is_meant: Callable[[tuple[str, ...]], bool]) -> Handler:
    """The server, answering 401 to one Authorization header that is meant by its parts, cut at each blank."""

    def answered(request: Request) -> Response:
        given = request.all_headers("authorization")
        is_hit = is_send(request) and len(given) == 1 and is_meant(tuple(given[0].split(" ")))
        return refusal(401, 0, "Not Authorized", ("www-authenticate", "Bearer")) if is_hit else handle(request)

    return answered


def _choosing(handle: Handler, place: int) -> Handler:
    def answered(request: Request) -> Response:
        given = request.all_headers("authorization")
        return handle(with_header(request, "authorization", given[place]) if len(given) > 1 else request)

    return answered
