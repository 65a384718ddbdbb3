"""Clients that are faulty in what they make of an answer that accepts."""

from __future__ import annotations

import html
import struct
import unicodedata
from collections.abc import Callable, Mapping

from attrs import evolve

from conformance.model import JSON, Item, Request, Response, Told, is_array, is_object
from conformance.mutants.client_mutant import client_mutant
from conformance.reference_client import ReferenceClient, Result

#: The fields that a client knows which knows no others: of a 202, and of its items.
TOP = ("requestId", "errorcode", "message", "responses")
ITEM = ("messageKey", "errorcode", "message")


def everywhere(value: dict[str, JSON], change: Callable[[JSON], JSON]) -> dict[str, JSON]:
    """The object with each part of it changed that is neither object nor list."""
    return {name: _changed(each, change) for name, each in value.items()}


def _changed(value: JSON, change: Callable[[JSON], JSON]) -> JSON:
    if is_object(value):
        return everywhere(value, change)
    return [_changed(each, change) for each in value] if is_array(value) else change(value)


@client_mutant(kills="client-success-returned")
class RaisesOnMixed(ReferenceClient):
    """Raises when any recipient was refused, so that nobody learns who was queued."""

    def accepted(self, request: Request, response: Response) -> Result:
        result = super().accepted(request, response)
        if result.refused:
            raise self.unreadable(request, response, "recipients were refused")
        return result


@client_mutant(kills="client-success-returned")
class ComparesTheWholeLabel(ReferenceClient):
    """Cannot read an answer whose content type has a charset."""

    def accepted(self, request: Request, response: Response) -> Result:
        if "charset" in (response.header("content-type") or "").lower():
            raise self.unreadable(request, response, "the content type is not application/json")
        return super().accepted(request, response)


@client_mutant(kills="client-request-id-read")
class ReadsRequestIdInLowerCase(ReferenceClient):
    """Reads `requestid` for `requestId`."""

    def result(self, body: dict[str, JSON]) -> Result:
        return evolve(super().result(body), request_id=str(body.get("requestid")))


@client_mutant(kills="client-top-code-read")
class TakesTheTopCodeOfTheFirstItem(ReferenceClient):
    """Gives the code of the first refused item for that of the answer."""

    def result(self, body: dict[str, JSON]) -> Result:
        result = super().result(body)
        codes = [item.errorcode for item in result.refused if item.errorcode is not None]
        return evolve(result, errorcode=codes[0] if codes else 0)


@client_mutant(kills="client-top-message-read")
class DropsTheTopMessage(ReferenceClient):
    """Forgets the message of the answer as a whole."""

    def result(self, body: dict[str, JSON]) -> Result:
        return evolve(super().result(body), message=None)


@client_mutant(kills="client-items-complete")
class ReadsTheFirstItemOnly(ReferenceClient):
    """Reads the first item of the answer and drops the others."""

    def result(self, body: dict[str, JSON]) -> Result:
        result = super().result(body)
        return evolve(result, items=result.items[:1])


@client_mutant(kills="client-items-complete")
class ReadsAThousandItems(ReferenceClient):
    """Reads no more than a thousand items."""

    def result(self, body: dict[str, JSON]) -> Result:
        result = super().result(body)
        return evolve(result, items=result.items[:1000])


@client_mutant(kills="client-items-complete")
class LosesMessageKeys(ReferenceClient):
    """Reads `messagekey` for `messageKey`."""

    def item(self, body: dict[str, JSON]) -> Item:
        return evolve(super().item(body), message_key=body.get("messagekey"))


@client_mutant(kills="client-items-complete")
class KeepsRefusedItemsAlone(ReferenceClient):
    """Forgets who was queued as soon as anybody was refused."""

    def result(self, body: dict[str, JSON]) -> Result:
        result = super().result(body)
        return evolve(result, items=result.refused or result.items)


@client_mutant(kills="client-items-invented")
class ListsTheFirstItemAgain(ReferenceClient):
    """Lists the first item once more at the end."""

    def result(self, body: dict[str, JSON]) -> Result:
        result = super().result(body)
        return evolve(result, items=(*result.items, *result.items[:1]))


@client_mutant(kills="client-items-of-one-key")
class IndexesByKey(ReferenceClient):
    """Keeps the items in a dictionary by their keys, so that the last of one key wins."""

    def result(self, body: dict[str, JSON]) -> Result:
        result = super().result(body)
        return evolve(result, items=tuple({str(item.message_key): item for item in result.items}.values()))


@client_mutant(kills="client-reads-queued")
class GivesQueuedTheCode0(ReferenceClient):
    """Gives an item that was queued the code 0."""

    def item(self, body: dict[str, JSON]) -> Item:
        return evolve(super().item(body), errorcode=body.get("errorcode", 0))


@client_mutant(kills="client-reads-refused")
class ReadsErrorCode(ReferenceClient):
    """Reads `errorCode` for `errorcode`, and finds none."""

    def item(self, body: dict[str, JSON]) -> Item:
        return evolve(super().item(body), errorcode=body.get("errorCode"))

    def told(self, result: Result) -> Told:
        return Told.MIXED if result.errorcode else Told.ACCEPTED


@client_mutant(kills="client-reads-refused")
class TakesNegativeCodesForNone(ReferenceClient):
    """Takes a code below 0 for none."""

    def item(self, body: dict[str, JSON]) -> Item:
        item = super().item(body)
        is_negative = isinstance(item.errorcode, int) and item.errorcode < 0
        return evolve(item, errorcode=None) if is_negative else item

    def told(self, result: Result) -> Told:
        return Told.MIXED if result.errorcode else Told.ACCEPTED


@client_mutant(kills="client-item-code-read")
class GivesEveryItemTheTopCode(ReferenceClient):
    """Gives every refused item the code of the whole answer."""

    def result(self, body: dict[str, JSON]) -> Result:
        result = super().result(body)
        items = [evolve(item, errorcode=result.errorcode) if item.errorcode else item for item in result.items]
        return evolve(result, items=tuple(items))


@client_mutant(kills="client-item-code-read")
class MatchesCodesByPlace(ReferenceClient):
    """Lists the keys in order, and the codes as they came."""

    def result(self, body: dict[str, JSON]) -> Result:
        result = super().result(body)
        keys = iter(sorted(item.message_key or "" for item in result.refused))
        items = [evolve(item, message_key=next(keys)) if item.errorcode else item for item in result.items]
        return evolve(result, items=tuple(items))


@client_mutant(kills="client-item-message-read")
class MixesUpTheMessages(ReferenceClient):
    """Gives every refused item the message of the whole answer."""

    def result(self, body: dict[str, JSON]) -> Result:
        result = super().result(body)
        items = [evolve(item, message=result.message) if item.errorcode else item for item in result.items]
        return evolve(result, items=tuple(items))


@client_mutant(kills="client-codes-are-integers")
class TurnsCodesIntoFloats(ReferenceClient):
    """Reads every number as one with a fraction."""

    def result(self, body: dict[str, JSON]) -> Result:
        return evolve(super().result(body), errorcode=_as_float(body["errorcode"]))

    def item(self, body: dict[str, JSON]) -> Item:
        return evolve(super().item(body), errorcode=_as_float(body.get("errorcode")))


def _as_float(code: JSON) -> JSON:
    return float(code) if isinstance(code, int) else code


@client_mutant(kills="client-codes-are-integers")
class TurnsCodesIntoTexts(ReferenceClient):
    """Tells of the code of a refused item as a text."""

    def item(self, body: dict[str, JSON]) -> Item:
        item, code = super().item(body), body.get("errorcode")
        as_text: JSON = str(code)
        return item if code is None else evolve(item, errorcode=as_text)


@client_mutant(kills="client-writes-back")
class WritesTheCodeAsText(ReferenceClient):
    """Writes the top-level code back as a string."""

    def written(self, body: dict[str, JSON]) -> Mapping[str, JSON]:
        return {**body, "errorcode": str(body["errorcode"])}


@client_mutant(kills="client-writes-back")
class WritesKeysAlone(ReferenceClient):
    """Writes items back without their messages."""

    def written(self, body: dict[str, JSON]) -> Mapping[str, JSON]:
        items = [{name: each[name] for name in each if name != "message"} for each in body["responses"]]
        return {**body, "responses": items}


@client_mutant(kills="client-absent-stays-absent")
class WritesNullForAbsent(ReferenceClient):
    """Writes null where the answer has no message."""

    def written(self, body: dict[str, JSON]) -> Mapping[str, JSON]:
        return {**body, "message": body.get("message")}


@client_mutant(kills="client-text-exact")
class WritesComposedCharacters(ReferenceClient):
    """Composes letters and accents in what it writes back."""

    def written(self, body: dict[str, JSON]) -> Mapping[str, JSON]:
        return everywhere(body, lambda each: unicodedata.normalize("NFC", each) if isinstance(each, str) else each)


@client_mutant(kills="client-text-exact")
class WritesEntities(ReferenceClient):
    """Writes texts back as they would stand in HTML."""

    def written(self, body: dict[str, JSON]) -> Mapping[str, JSON]:
        return everywhere(body, lambda each: html.escape(each) if isinstance(each, str) else each)


@client_mutant(kills="client-text-exact")
class StripsTexts(ReferenceClient):
    """Takes blanks from both ends of every text."""

    def written(self, body: dict[str, JSON]) -> Mapping[str, JSON]:
        return everywhere(body, lambda each: each.strip() if isinstance(each, str) else each)


@client_mutant(kills="client-number-exact")
class ReadsNumbersOf32Bits(ReferenceClient):
    """Keeps no more of an integer than 32 bits."""

    def written(self, body: dict[str, JSON]) -> Mapping[str, JSON]:
        return everywhere(body, lambda each: each & 0xFFFFFFFF if type(each) is int else each)


@client_mutant(kills="client-number-exact")
class ReadsNumbersOfSinglePrecision(ReferenceClient):
    """Keeps no more of a fraction than a single-precision number holds."""

    def written(self, body: dict[str, JSON]) -> Mapping[str, JSON]:
        def single(each: JSON) -> JSON:
            is_small = isinstance(each, float) and abs(each) < 1e38
            return struct.unpack("f", struct.pack("f", each))[0] if is_small else each

        return everywhere(body, single)


@client_mutant(kills="client-number-exact")
class DropsFractions(ReferenceClient):
    """Reads every number as an integer."""

    def written(self, body: dict[str, JSON]) -> Mapping[str, JSON]:
        return everywhere(body, lambda each: int(each) if isinstance(each, float) else each)


@client_mutant(kills="client-null-stays-null")
class DropsNulls(ReferenceClient):
    """Drops members that are null."""

    def written(self, body: dict[str, JSON]) -> Mapping[str, JSON]:
        return _without_nulls(body)


def _without_nulls(value: dict[str, JSON]) -> dict[str, JSON]:
    return {name: _nulls_dropped(each) for name, each in value.items() if each is not None}


def _nulls_dropped(value: JSON) -> JSON:
    if is_object(value):
        return _without_nulls(value)
    return [_nulls_dropped(each) for each in value] if is_array(value) else value


@client_mutant(kills="client-null-stays-null")
class WritesEmptyForNull(ReferenceClient):
    """Writes an empty text for null."""

    def written(self, body: dict[str, JSON]) -> Mapping[str, JSON]:
        return everywhere(body, lambda each: "" if each is None else each)


@client_mutant(kills="client-mixed-visible")
class TellsByTheStatusAlone(ReferenceClient):
    """Takes every 202 for a success."""

    def told(self, result: Result) -> Told:
        return Told.ACCEPTED


@client_mutant(kills="client-mixed-visible")
class TellsByTheFirstItem(ReferenceClient):
    """Looks at the first item alone for refusals."""

    def told(self, result: Result) -> Told:
        return Told.MIXED if any(item.errorcode for item in result.items[:1]) else Told.ACCEPTED


@client_mutant(kills="client-mixed-visible")
class TellsNothingIfNobodyWasQueued(ReferenceClient):
    """Takes an answer for a mixed one only if somebody was queued as well."""

    def told(self, result: Result) -> Told:
        return Told.MIXED if 0 < len(result.refused) < len(result.items) else Told.ACCEPTED


@client_mutant(kills="client-all-queued-visible")
class TellsByTheItemCount(ReferenceClient):
    """Takes every answer with several items for a mixed one."""

    def told(self, result: Result) -> Told:
        return Told.MIXED if len(result.items) > 1 else super().told(result)


@client_mutant(kills="client-unknown-field-kept")
class DropsUnknownFields(ReferenceClient):
    """Keeps only the fields that it knows of an answer."""

    def written(self, body: dict[str, JSON]) -> Mapping[str, JSON]:
        return {name: body[name] for name in TOP if name in body}


@client_mutant(kills="client-unknown-item-field-kept")
class DropsUnknownFieldsOfItems(ReferenceClient):
    """Keeps only the fields that it knows of an item."""

    def written(self, body: dict[str, JSON]) -> Mapping[str, JSON]:
        items = [{name: each[name] for name in ITEM if name in each} for each in body["responses"]]
        return {**body, "responses": items}


@client_mutant(kills="client-unknown-code-read")
class KnowsItsBlocksOnly(ReferenceClient):
    """Crashes on a code that is in none of the blocks that are published."""

    def item(self, body: dict[str, JSON]) -> Item:
        code = body.get("errorcode")
        if isinstance(code, int) and not (10_000 <= code < 60_000 or 109_000 <= code < 109_200):
            raise LookupError(code)
        return super().item(body)
