"""Clients that are faulty in what they send, in how they wait, and in what they show of the token."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable

import httpx
from attrs import evolve

from conformance.model import JSON, Headers, Request, is_array, is_object
from conformance.mutants.client_mutant import EMPTY, client_mutant
from conformance.reference_client import PATH, NoAnswer, ReferenceClient, Steps, log


def _with(headers: Headers, name: str, value: str) -> Headers:
    """These headers with one of them replaced."""
    return (*(pair for pair in headers if pair[0] != name), (name, value))


@client_mutant(kills="client-request-method")
class PutsInPlaceOfPosting(ReferenceClient):
    """Sends with PUT."""

    def request(self, body: JSON) -> Request:
        return evolve(super().request(body), method="PUT")


@client_mutant(kills="client-request-path")
class DropsTheTrailingSlash(ReferenceClient):
    """Sends to the path without its trailing slash."""

    def target(self) -> str:
        return super().target().rstrip("/")


@client_mutant(kills="client-request-query")
class AddsAQuery(ReferenceClient):
    """Adds a query that nobody asked for."""

    def target(self) -> str:
        return f"{super().target()}?client=reference"


@client_mutant(kills="client-request-content-type")
class SendsAsText(ReferenceClient):
    """Sends the JSON body as text/plain."""

    def headers(self) -> Headers:
        return _with(super().headers(), "Content-Type", "text/plain")


@client_mutant(kills="client-request-accept")
class AcceptsOnlyHtml(ReferenceClient):
    """Says that it takes no JSON."""

    def headers(self) -> Headers:
        return _with(super().headers(), "Accept", "text/html")


@client_mutant(kills="client-request-json")
class SendsAByteOrderMark(ReferenceClient):
    """Writes a byte-order mark before the body."""

    def request(self, body: JSON) -> Request:
        request = super().request(body)
        return evolve(request, body=b"\xef\xbb\xbf" + request.body)


@client_mutant(kills="client-request-unset")
class SendsNullForUnset(ReferenceClient):
    """Writes null for fields that the caller left unset."""

    def content(self, body: JSON) -> JSON:
        return {"subscriptions": None, "content": None, "attributes": None, **body}


@client_mutant(kills="client-request-members")
class SendsTheFirstRecipientOnly(ReferenceClient):
    """Sends the first of several recipients."""

    def content(self, body: JSON) -> JSON:
        return {**body, "recipients": body["recipients"][:1]}


@client_mutant(kills="client-request-members")
class DropsEmptyMembers(ReferenceClient):
    """Leaves out what is empty or null, as if the caller had not set it."""

    def content(self, body: JSON) -> JSON:
        return {name: value for name, value in body.items() if value not in ("", {}, None)}


@client_mutant(kills="client-request-members")
class DropsNullAttributes(ReferenceClient):
    """Leaves attributes out whose value is null."""

    def content(self, body: JSON) -> JSON:
        return _changed(body, lambda members: {name: each for name, each in members.items() if each is not None})


@client_mutant(kills="client-request-values")
class SendsNumbersAsText(ReferenceClient):
    """Writes the numbers among the attributes as texts."""

    def content(self, body: JSON) -> JSON:
        def as_text(members: dict[str, JSON]) -> dict[str, JSON]:
            return {name: str(each) if type(each) in (int, float) else each for name, each in members.items()}

        return _changed(body, as_text)


@client_mutant(kills="client-request-values")
class SendsComposedCharacters(ReferenceClient):
    """Composes letters and accents before it sends them."""

    def content(self, body: JSON) -> JSON:
        return json.loads(unicodedata.normalize("NFC", json.dumps(body, ensure_ascii=False)))


@client_mutant(kills="client-request-values")
class SendsListsBackwards(ReferenceClient):
    """Turns the lists among the attributes around."""

    def content(self, body: JSON) -> JSON:
        def turned(members: dict[str, JSON]) -> dict[str, JSON]:
            is_own = {"recipients"}.isdisjoint(members)
            return {name: each[::-1] if is_own and is_array(each) else each for name, each in members.items()}

        return _changed(body, turned)


def _changed(value: JSON, change: Callable[[dict[str, JSON]], dict[str, JSON]]) -> JSON:
    """The value with every object in it changed."""
    if is_object(value):
        return {name: _changed(each, change) for name, each in change(value).items()}
    return [_changed(each, change) for each in value] if is_array(value) else value


@client_mutant(kills="client-timeout-by-default")
class WaitsForEver(ReferenceClient):
    """Has no time-out unless it is given one."""

    default_timeout = None


@client_mutant(kills="client-stalled-raises")
class IgnoresTheTimeout(ReferenceClient):
    """Waits for its default time, whatever time-out it is given."""

    def __init__(self, url: str, token: str, timeout: float | None = None) -> None:
        super().__init__(url, token)


@client_mutant(kills="client-stalled-raises")
class TakesSilenceForConsent(ReferenceClient):
    """Takes a time-out for a success, the request having been sent."""

    def steps(self, body: JSON) -> Steps:
        try:
            return (yield from super().steps(body))
        except NoAnswer as error:
            if error.reason == "ReadTimeout":
                return EMPTY
            raise


@client_mutant(kills="client-broken-off-raises")
class TakesHalfForWhole(ReferenceClient):
    """Takes an answer that breaks off for a success without items."""

    def steps(self, body: JSON) -> Steps:
        try:
            return (yield from super().steps(body))
        except NoAnswer as error:
            if error.reason == "RemoteProtocolError":
                return EMPTY
            raise


@client_mutant(kills="client-broken-off-raises")
class LeaksTransportErrors(ReferenceClient):
    """Lets the transport's own error escape when an answer breaks off."""

    transport_errors = (httpx.TimeoutException, httpx.ConnectError)


@client_mutant(kills="client-never-repeats")
class RepeatsOn500(ReferenceClient):
    """Sends once more after a 500 or a 503."""

    def steps(self, body: JSON) -> Steps:
        request = self.request(body)
        response = yield request
        if response.status in {500, 503}:
            response = yield request
        return self.judged(request, response)


@client_mutant(kills="client-never-repeats")
class RepeatsWhenCutOff(ReferenceClient):
    """Sends once more after a connection that broke off, though the first send may have been received."""

    def steps(self, body: JSON) -> Steps:
        request = self.request(body)
        try:
            response = yield request
        except NoAnswer:
            response = yield request
        return self.judged(request, response)


@client_mutant(kills="client-no-redirect")
class FollowsRedirects(ReferenceClient):
    """Sends the request on to wherever a redirect points."""

    follow_redirects = True


@client_mutant(kills="client-token-in-header")
class UsesAnotherScheme(ReferenceClient):
    """Sends the token under a scheme of its own."""

    def headers(self) -> Headers:
        return _with(super().headers(), "Authorization", f"Token {self.token}")


@client_mutant(kills="client-token-in-header")
class SendsTheTokenTwice(ReferenceClient):
    """Sends two Authorization headers."""

    def headers(self) -> Headers:
        return (*super().headers(), ("Authorization", f"Bearer {self.token}"))


@client_mutant(kills="client-token-nowhere-else")
class TokenInTheQuery(ReferenceClient):
    """Sends the token in the query as well."""

    def target(self) -> str:
        return f"{super().target()}?access_token={self.token}"


@client_mutant(kills="client-token-nowhere-else")
class TokenInACookie(ReferenceClient):
    """Sends the token in a cookie as well."""

    def headers(self) -> Headers:
        return (*super().headers(), ("Cookie", f"token={self.token}"))


@client_mutant(kills="client-no-secret-shown")
class TokenInRepr(ReferenceClient):
    """Shows the token in the client's repr."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r}, {self.token!r})"


@client_mutant(kills="client-no-secret-shown")
class TokenInErrors(ReferenceClient):
    """Keeps the Authorization header in the request that an error carries."""

    def safe(self, request: Request) -> Request:
        return request


@client_mutant(kills="client-no-secret-shown")
class TokenInTheLog(ReferenceClient):
    """Writes the headers that it sends into its log."""

    def headers(self) -> Headers:
        headers = super().headers()
        log.debug("POST %s with %s", PATH, dict(headers))
        return headers
