"""Clients that are faulty in what they make of an answer: results, errors, bodies that cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from http import HTTPStatus

import httpx
from attrs import evolve

from conformance.model import JSON, Item, Request, Response, Told, strict_json
from conformance.mutants.client_mutant import EMPTY, client_mutant
from conformance.reference_client import (
    DOCUMENTED_ERRORS,
    ReferenceClient,
    Refused,
    Result,
    Returned,
    Unreadable,
)

#: The fields that a client knows which knows no others: of a 202, and of its items.
TOP = ("requestId", "errorcode", "message")
ITEM = ("messageKey", "errorcode", "message")


@client_mutant(kills="client-success-returned")
class RaisesOnMixed(ReferenceClient):
    """Raises when any recipient was refused, so that nobody learns who was queued."""

    def accepted(self, request: Request, response: Response) -> Result:
        result = super().accepted(request, response)
        if result.refused:
            raise self.unreadable(request, response, "recipients were refused")
        return result


@client_mutant(kills="client-reads-queued")
class ReadsTheFirstItemOnly(ReferenceClient):
    """Reads the first item of the answer and drops the others."""

    def result(self, body: dict[str, JSON]) -> Result:
        result = super().result(body)
        return evolve(result, items=result.items[:1])


@client_mutant(kills="client-reads-queued")
class LosesMessageKeys(ReferenceClient):
    """Reads `messagekey` for `messageKey`."""

    def item(self, body: dict[str, JSON]) -> Item:
        return evolve(super().item(body), message_key=body.get("messagekey"))


@client_mutant(kills="client-reads-refused")
class ReadsErrorCode(ReferenceClient):
    """Reads `errorCode` for `errorcode`, and finds none."""

    def item(self, body: dict[str, JSON]) -> Item:
        return evolve(super().item(body), errorcode=body.get("errorCode"))

    def told(self, result: Result) -> Told:
        return Told.MIXED if result.errorcode else Told.ACCEPTED


@client_mutant(kills="client-reads-refused")
class GivesEveryItemTheTopCode(ReferenceClient):
    """Gives every refused item the code of the whole answer."""

    def result(self, body: dict[str, JSON]) -> Result:
        result = super().result(body)
        items = [evolve(item, errorcode=result.errorcode) if item.errorcode else item for item in result.items]
        return evolve(result, items=tuple(items))


@client_mutant(kills="client-reads-refused")
class MixesUpTheMessages(ReferenceClient):
    """Gives every refused item the message of the whole answer."""

    def result(self, body: dict[str, JSON]) -> Result:
        result = super().result(body)
        items = [evolve(item, message=result.message) if item.errorcode else item for item in result.items]
        return evolve(result, items=tuple(items))


@client_mutant(kills="client-writes-back")
class WritesNullForAbsent(ReferenceClient):
    """Writes null where the answer has no message."""

    def written(self, body: dict[str, JSON]) -> Mapping[str, JSON]:
        return {**body, "message": body.get("message")}


@client_mutant(kills="client-writes-back")
class WritesTheCodeAsText(ReferenceClient):
    """Writes the top-level code back as a string."""

    def written(self, body: dict[str, JSON]) -> Mapping[str, JSON]:
        return {**body, "errorcode": str(body["errorcode"])}


@client_mutant(kills="client-mixed-visible")
class TellsByTheStatusAlone(ReferenceClient):
    """Takes every 202 for a success."""

    def told(self, result: Result) -> Told:
        return Told.ACCEPTED


@client_mutant(kills="client-mixed-visible")
class TellsByTheItemCount(ReferenceClient):
    """Takes every answer with several items for a mixed one."""

    def told(self, result: Result) -> Told:
        return Told.MIXED if len(result.items) > 1 else super().told(result)


@client_mutant(kills="client-error-raised")
class ReturnsErrors(ReferenceClient):
    """Returns a documented error as if it were a result."""

    def judged(self, request: Request, response: Response) -> Returned:
        try:
            return super().judged(request, response)
        except Refused as error:
            return error


@client_mutant(kills="client-error-raised")
class RaisesBareErrors(ReferenceClient):
    """Raises the transport's own error for a 4xx or a 5xx, code and message lost."""

    def judged(self, request: Request, response: Response) -> Returned:
        if response.status in DOCUMENTED_ERRORS:
            sent = httpx.Request(request.method, self.url)
            httpx.Response(response.status, request=sent).raise_for_status()
        return super().judged(request, response)


@client_mutant(kills="client-error-fields")
class ErrorsWithoutTheCode(ReferenceClient):
    """Reads `errorCode` for the `errorcode` of an error."""

    def refusal(self, request: Request, response: Response) -> Refused:
        return evolve(super().refusal(request, response), errorcode=None)


@client_mutant(kills="client-error-fields")
class ErrorsWithoutDocumentation(ReferenceClient):
    """Drops the documentation of an error."""

    def refusal(self, request: Request, response: Response) -> Refused:
        return evolve(super().refusal(request, response), documentation=None)


@client_mutant(kills="client-error-fields")
class ErrorsWithoutTheRequest(ReferenceClient):
    """Raises errors that do not say what was sent."""

    def safe(self, request: Request) -> Request:
        return Request("", "")


@client_mutant(kills="client-never-none")
class NoneWhenNotLetIn(ReferenceClient):
    """Returns None on 401."""

    def judged(self, request: Request, response: Response) -> Returned:
        return None if response.status == 401 else super().judged(request, response)


@client_mutant(kills="client-undocumented-status-raises")
class TakesAny2xx(ReferenceClient):
    """Takes 200 and 207 for the documented 202."""

    def judged(self, request: Request, response: Response) -> Returned:
        if response.status in {200, 201, 207}:
            return EMPTY
        return super().judged(request, response)


@client_mutant(kills="client-undocumented-status-raises")
class KnowsRegisteredStatusesOnly(ReferenceClient):
    """Crashes on 520 and 596, which no registry lists."""

    def judged(self, request: Request, response: Response) -> Returned:
        HTTPStatus(response.status)
        return super().judged(request, response)


@client_mutant(kills="client-undocumented-status-raises")
class NoneWhenUndocumented(ReferenceClient):
    """Returns None on a status that is not documented."""

    def judged(self, request: Request, response: Response) -> Returned:
        try:
            return super().judged(request, response)
        except Unreadable:
            if response.status == 202:
                raise
            return None


@client_mutant(kills="client-undocumented-body-kept")
class DropsUndocumentedBodies(ReferenceClient):
    """Forgets the body of a status that is not documented."""

    def undocumented(self, request: Request, response: Response) -> Unreadable:
        return super().undocumented(request, evolve(response, body=b""))


@client_mutant(kills="client-broken-body-raises")
class TakesBrokenForEmpty(ReferenceClient):
    """Takes a 202 that it cannot read for a success without items."""

    def accepted(self, request: Request, response: Response) -> Result:
        try:
            return super().accepted(request, response)
        except Unreadable:
            return EMPTY


@client_mutant(kills="client-broken-body-raises")
class CrashesOnBrokenJson(ReferenceClient):
    """Lets the JSON reader's own error escape."""

    def judged(self, request: Request, response: Response) -> Returned:
        strict_json(response.body)
        return super().judged(request, response)


@client_mutant(kills="client-broken-body-raises")
class TakesAnyShape(ReferenceClient):
    """Takes whatever containers a 202 has, and reads nothing from the wrong ones."""

    def accepted(self, request: Request, response: Response) -> Result:
        try:
            body = strict_json(response.body)
        except ValueError:
            return super().accepted(request, response)
        return EMPTY if self.fault(body) else self.result(body)


@client_mutant(kills="client-broken-success-unknown")
class SaysItFailed(ReferenceClient):
    """Does not say that the outcome of an unreadable success is unknown."""

    def unreadable(self, request: Request, response: Response, where: str) -> Unreadable:
        return evolve(super().unreadable(request, response, where), outcome_unknown=False)


@client_mutant(kills="client-unknown-field-kept")
class DropsUnknownFields(ReferenceClient):
    """Keeps only the fields that it knows."""

    def written(self, body: dict[str, JSON]) -> Mapping[str, JSON]:
        known: dict[str, JSON] = {name: body[name] for name in TOP if name in body}
        items = [{name: each[name] for name in ITEM if name in each} for each in body["responses"]]
        return {**known, "responses": items}


class KnownCode(IntEnum):
    """The codes that a client of last year's contract would know."""

    NO_CODE = 0
    RESPONSES_HAS_ERRORS = 109001
    MISSING_CONTACT_KEY = 109105
    MISSING_TO = 109106


@client_mutant(kills="client-unknown-code-read")
class KnowsListedCodesOnly(ReferenceClient):
    """Crashes on a code that is not in its list."""

    def item(self, body: dict[str, JSON]) -> Item:
        if "errorcode" in body:
            KnownCode(body["errorcode"])
        return super().item(body)
