"""Clients that are faulty in what they make of an answer that refuses, or that cannot be read."""

from __future__ import annotations

import json
from http import HTTPStatus

import httpx
from attrs import evolve

from conformance.model import JSON, NotStrictJSON, Request, Response, is_object, says_utf_8, strict_json
from conformance.mutants.client_mutant import EMPTY, client_mutant
from conformance.reference_client import (
    DOCUMENTED_ERRORS,
    QUEUED,
    ReferenceClient,
    Refused,
    Result,
    Returned,
    Unreadable,
)


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


@client_mutant(kills="client-error-status")
class GivesTheClassOfTheStatus(ReferenceClient):
    """Gives 400 for every 4xx, and 500 for every 5xx."""

    def refusal(self, request: Request, response: Response) -> Refused:
        return super().refusal(request, evolve(response, status=response.status // 100 * 100))


@client_mutant(kills="client-error-code")
class ErrorsWithoutTheCode(ReferenceClient):
    """Reads `errorCode` for the `errorcode` of an error."""

    def refusal(self, request: Request, response: Response) -> Refused:
        return evolve(super().refusal(request, response), errorcode=None)


@client_mutant(kills="client-error-code")
class TakesCode0ForNone(ReferenceClient):
    """Takes the code 0 of an error for none."""

    def refusal(self, request: Request, response: Response) -> Refused:
        refused = super().refusal(request, response)
        return evolve(refused, errorcode=refused.errorcode or None)


@client_mutant(kills="client-error-message")
class ErrorsWithoutTheMessage(ReferenceClient):
    """Says the reason phrase of the status in place of the message."""

    def refusal(self, request: Request, response: Response) -> Refused:
        return evolve(super().refusal(request, response), message=HTTPStatus(response.status).phrase)


@client_mutant(kills="client-error-message")
class CutsLongMessages(ReferenceClient):
    """Keeps the first 1,000 characters of a message."""

    def refusal(self, request: Request, response: Response) -> Refused:
        refused = super().refusal(request, response)
        return evolve(refused, message=refused.message and refused.message[:1000])


@client_mutant(kills="client-error-documentation")
class ErrorsWithoutDocumentation(ReferenceClient):
    """Drops the documentation of an error."""

    def refusal(self, request: Request, response: Response) -> Refused:
        return evolve(super().refusal(request, response), documentation=None)


@client_mutant(kills="client-error-exchange")
class ErrorsWithoutTheRequest(ReferenceClient):
    """Raises errors that do not say what was sent."""

    def safe(self, request: Request) -> Request:
        return Request("", "")


@client_mutant(kills="client-never-none")
class NoneWhenNotLetIn(ReferenceClient):
    """Returns None on 401."""

    def judged(self, request: Request, response: Response) -> Returned:
        return None if response.status == 401 else super().judged(request, response)


@client_mutant(kills="client-undocumented-success-raises")
class TakesAny2xx(ReferenceClient):
    """Takes 200 and 207 for the documented 202."""

    def judged(self, request: Request, response: Response) -> Returned:
        if response.status in {200, 201, 207}:
            return EMPTY
        return super().judged(request, response)


@client_mutant(kills="client-undocumented-success-raises")
class ReadsA207(ReferenceClient):
    """Reads a 207 as it reads a 202."""

    def judged(self, request: Request, response: Response) -> Returned:
        return super().judged(request, evolve(response, status=QUEUED) if response.status == 207 else response)


@client_mutant(kills="client-undocumented-status-raises")
class KnowsRegisteredStatusesOnly(ReferenceClient):
    """Crashes on 520 and 596, which no registry lists."""

    def judged(self, request: Request, response: Response) -> Returned:
        if response.status < 600:
            HTTPStatus(response.status)
        return super().judged(request, response)


@client_mutant(kills="client-undocumented-status-raises")
class NoneWhenUndocumented(ReferenceClient):
    """Returns None on a status that is not documented."""

    def judged(self, request: Request, response: Response) -> Returned:
        try:
            return super().judged(request, response)
        except Unreadable:
            if response.status == QUEUED:
                raise
            return None


@client_mutant(kills="client-undocumented-number-raises")
class KnowsFiveClasses(ReferenceClient):
    """Crashes on a status that belongs to none of the five classes."""

    def judged(self, request: Request, response: Response) -> Returned:
        _ = ("informational", "success", "redirection", "client error", "server error")[response.status // 100 - 1]
        return super().judged(request, response)


@client_mutant(kills="client-undocumented-body-kept")
class DropsUndocumentedBodies(ReferenceClient):
    """Forgets the body of a status that is not documented."""

    def undocumented(self, request: Request, response: Response) -> Unreadable:
        return super().undocumented(request, evolve(response, body=b""))


@client_mutant(kills="client-undocumented-body-kept")
class KeepsUndocumentedBodiesAsText(ReferenceClient):
    """Keeps the body of a status that is not documented as a text, with what is no UTF-8 replaced."""

    def undocumented(self, request: Request, response: Response) -> Unreadable:
        return super().undocumented(request, evolve(response, body=response.body.decode(errors="replace").encode()))


@client_mutant(kills="client-not-json-raises")
class TakesBrokenForEmpty(ReferenceClient):
    """Takes a 202 that is no JSON for a success without items."""

    def accepted(self, request: Request, response: Response) -> Result:
        try:
            json.loads(response.body or b"{}")
        except ValueError:
            return EMPTY
        return super().accepted(request, response)


@client_mutant(kills="client-not-json-raises")
class CrashesOnBrokenJson(ReferenceClient):
    """Lets the JSON reader's own error escape."""

    def accepted(self, request: Request, response: Response) -> Result:
        strict_json(response.body)
        return super().accepted(request, response)


@client_mutant(kills="client-not-json-raises")
class ReadsTheBeginning(ReferenceClient):
    """Reads the first JSON value of a body, whatever stands behind it."""

    def read(self, response: Response) -> JSON:
        try:
            text = response.body.decode()
            return response.json if "\ufeff" in text else json.JSONDecoder().raw_decode(text.strip())[0]
        except ValueError as error:
            raise NotStrictJSON(str(error)) from None


@client_mutant(kills="client-empty-body-raises")
class TakesSilenceForYes(ReferenceClient):
    """Takes a 202 without a body for a success."""

    def accepted(self, request: Request, response: Response) -> Result:
        return super().accepted(request, response) if response.body.strip() else EMPTY


@client_mutant(kills="client-not-utf-8-raises")
class ReplacesWhatIsNotUtf8(ReferenceClient):
    """Reads bytes that are no UTF-8 as if nothing were missing."""

    def read(self, response: Response) -> JSON:
        if not says_utf_8(response.header("content-type")):
            return response.json
        return strict_json(response.body.decode(errors="replace").encode())


@client_mutant(kills="client-wrong-shape-raises")
class TakesAnyShape(ReferenceClient):
    """Takes whatever containers a 202 has, and reads nothing from the wrong ones."""

    def accepted(self, request: Request, response: Response) -> Result:
        try:
            body = self.read(response)
        except NotStrictJSON:
            return super().accepted(request, response)
        return EMPTY if "is no" in (self.fault(body) or "") else super().accepted(request, response)


@client_mutant(kills="client-wrong-shape-raises")
class PassesOverWhatIsNoItem(ReferenceClient):
    """Passes over items that are no objects."""

    def read(self, response: Response) -> JSON:
        body = super().read(response)
        if is_object(body) and isinstance(body.get("responses"), list):
            return {**body, "responses": [each for each in body["responses"] if is_object(each)]}
        return body


@client_mutant(kills="client-missing-member-raises")
class FillsInWhatIsMissing(ReferenceClient):
    """Reads a missing code as 0, and a missing list as an empty one."""

    def read(self, response: Response) -> JSON:
        body = super().read(response)
        return {"requestId": "", "errorcode": 0, "responses": [], **body} if is_object(body) else body


@client_mutant(kills="client-missing-member-raises")
class ReadsItemsWithoutKeys(ReferenceClient):
    """Reads an item that has no key as one whose key is empty."""

    def read(self, response: Response) -> JSON:
        body = super().read(response)
        if is_object(body) and isinstance(body.get("responses"), list):
            items = [{"messageKey": "", **each} if is_object(each) else each for each in body["responses"]]
            return {**body, "responses": items}
        return body


@client_mutant(kills="client-broken-body-place")
class DoesNotSayWhere(ReferenceClient):
    """Says that an answer breaks the contract, and not where."""

    def unreadable(self, request: Request, response: Response, where: str) -> Unreadable:
        return super().unreadable(request, response, "")


@client_mutant(kills="client-broken-body-place")
class PointsElsewhere(ReferenceClient):
    """Says of every fault that it is in the request's id."""

    def unreadable(self, request: Request, response: Response, where: str) -> Unreadable:
        return super().unreadable(request, response, "/requestId")


@client_mutant(kills="client-broken-error-raises")
class CrashesOnErrorPages(ReferenceClient):
    """Lets the JSON reader's own error escape where an error comes as HTML."""

    def refusal(self, request: Request, response: Response) -> Refused:
        strict_json(response.body)
        return super().refusal(request, response)


@client_mutant(kills="client-broken-error-raises")
class ExpectsEveryFieldOfAnError(ReferenceClient):
    """Crashes on an error body that lacks a field."""

    def refusal(self, request: Request, response: Response) -> Refused:
        refused = super().refusal(request, response)
        body = json.loads(response.body) if response.body.startswith(b"{") else None
        if is_object(body):
            _ = body["message"], body["errorcode"], body["documentation"]
        return refused


@client_mutant(kills="client-broken-success-unknown")
class SaysItFailed(ReferenceClient):
    """Does not say that the outcome of an unreadable success is unknown."""

    def unreadable(self, request: Request, response: Response, where: str) -> Unreadable:
        return evolve(super().unreadable(request, response, where), outcome_unknown=False)


@client_mutant(kills="client-name-twice-raises")
class TakesTheLastOfTwoNames(ReferenceClient):
    """Reads the last of two members of one name."""

    def read(self, response: Response) -> JSON:
        try:
            return super().read(response)
        except NotStrictJSON as error:
            if "twice" in str(error):
                return json.loads(response.body)
            raise


@client_mutant(kills="client-nan-raises")
class TakesNan(ReferenceClient):
    """Reads NaN and Infinity as numbers."""

    def read(self, response: Response) -> JSON:
        try:
            return super().read(response)
        except NotStrictJSON as error:
            if "is not JSON" in str(error):
                return json.loads(response.body)
            raise


@client_mutant(kills="client-open-answer-ends")
class CrashesOnAnotherLabel(ReferenceClient):
    """Crashes on a 202 that is not labelled as JSON."""

    def accepted(self, request: Request, response: Response) -> Result:
        result = super().accepted(request, response)
        if response.media_type != "application/json":
            raise TypeError(response.media_type)
        return result


@client_mutant(kills="client-open-answer-ends")
class NoneWithoutALabel(ReferenceClient):
    """Returns None for a 202 without a content type."""

    def judged(self, request: Request, response: Response) -> Returned:
        is_bare = response.status == QUEUED and bool(response.body) and response.header("content-type") is None
        return None if is_bare else super().judged(request, response)


@client_mutant(kills="client-open-answer-read-right")
class LooksAtNothingWithoutALabel(ReferenceClient):
    """Takes a 202 that is not labelled as JSON for a success, and does not look into it."""

    def accepted(self, request: Request, response: Response) -> Result:
        result = super().accepted(request, response)
        return result if response.media_type == "application/json" else EMPTY


@client_mutant(kills="client-open-answer-read-right")
class TakesWhatDoesNotFitForQueued(ReferenceClient):
    """Forgets the items of an answer where their number is not that of the recipients."""

    def accepted(self, request: Request, response: Response) -> Result:
        result = super().accepted(request, response)
        count = len(json.loads(request.body)["recipients"])
        return result if len(result.items) == count else evolve(result, items=())


@client_mutant(kills="client-charset-not-ignored")
class IgnoresTheCharset(ReferenceClient):
    """Reads every answer as UTF-8, with what is none replaced, whatever charset it names."""

    def read(self, response: Response) -> JSON:
        if says_utf_8(response.header("content-type")):
            return response.json
        return strict_json(response.body.decode(errors="replace").encode())
