"""A client for a contract with values in its paths, and faulty ones: the bundled contract has no such operation.

The contract is the one in `paths/`, beside this module.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Self
from urllib.parse import quote

from conformance.model import JSON, Asked, Request, Response, is_object
from conformance.mutants.client_mutant import client_mutant
from conformance.reference_client import Carried, ReferenceCaller, ReferenceClient, Result, Returned, Unsent

#: The folder of the contract.
PATHS = Path(__file__).parent / "paths"


class PathClient(ReferenceClient):
    """Asks for a member of a list: the reference client with another operation."""

    values = ("", "")

    def at(self, path: Mapping[str, str]) -> Self:
        """A copy that asks for the member of these values."""
        made = copy.copy(self)
        made.values = (path["list"], path["member-key"])
        return made

    def target(self) -> str:
        list_name, member_key = map(self.escaped, self.values)
        return f"/lists/{list_name}/members/{member_key}"

    def escaped(self, value: str) -> str:
        return quote(value, safe="")

    def is_sendable(self, value: str) -> bool:
        return value not in ("", ".", "..")

    def request(self, body: JSON) -> Request:
        request = Request("GET", self.target(), [pair for pair in self.headers() if pair[0] != "Content-Type"])
        if not all(map(self.is_sendable, self.values)):
            raise Unsent(self.safe(request), "a value of the path is empty or a dot segment")
        return request

    def judged(self, request: Request, response: Response) -> Returned:
        if response.status == 200:
            return self.accepted(request, response)
        if response.status == 404:
            raise self.refusal(request, response)
        raise self.undocumented(request, response)

    def fault(self, body: JSON) -> str | None:
        if not is_object(body):
            return "the body is no object"
        return None if "key" in body else "/key is missing"

    def result(self, body: dict[str, JSON]) -> Result:
        return Result(request_id="", errorcode=0, message=None, items=(), written=body)


class PathCaller(ReferenceCaller):
    """A `Caller` of this client, which puts the values of a call into its path."""

    def __init__(self, client_class: type[ReferenceClient] = PathClient) -> None:
        super().__init__(client_class)

    def _client(self, asked: Asked) -> tuple[ReferenceClient, Carried]:
        client, carried = super()._client(asked)
        assert isinstance(client, PathClient)
        return client.at(asked.path), carried


@client_mutant(kills="client-path-value-escaped", caller=PathCaller)
class PutsValuesIntoThePathAsTheyAre(PathClient):
    """Puts values into the path as they are, but for what no request line can hold."""

    def escaped(self, value: str) -> str:
        return quote(value, safe="/?#%+&=;:@!$'()*,[]|^`{}<>\"\\")


@client_mutant(kills="client-path-value-escaped", caller=PathCaller)
class EscapesValuesTwice(PathClient):
    """Escapes a value twice."""

    def escaped(self, value: str) -> str:
        return quote(super().escaped(value), safe="")


@client_mutant(kills="client-path-value-escaped", caller=PathCaller)
class EscapesValuesAsAForm(PathClient):
    """Escapes a value as a form has it, with a plus sign for a blank."""

    def escaped(self, value: str) -> str:
        return super().escaped(value).replace("%20", "+")


@client_mutant(kills="client-path-value-escaped", caller=PathCaller)
class KeepsSlashesOfValues(PathClient):
    """Keeps the slashes of a value, as a function for whole paths does."""

    def escaped(self, value: str) -> str:
        return quote(value)


@client_mutant(kills="client-path-value-escaped", caller=PathCaller)
class LeavesEscapedValuesAsTheyAre(PathClient):
    """Leaves a value as it is that looks as if it were escaped already."""

    def escaped(self, value: str) -> str:
        return value if "%2" in value and value.isascii() else super().escaped(value)


@client_mutant(kills="client-path-value-escaped", caller=PathCaller)
class EscapesValuesInLatin1(PathClient):
    """Escapes the bytes of Latin-1, as far as it goes."""

    def escaped(self, value: str) -> str:
        return quote(value, safe="", encoding="latin-1", errors="replace")


@client_mutant(kills="client-path-value-escaped", caller=PathCaller)
class ExchangesTwoValues(PathClient):
    """Puts the values into each other's place."""

    def target(self) -> str:
        member_key, list_name = map(self.escaped, self.values)
        return f"/lists/{list_name}/members/{member_key}"


@client_mutant(kills="client-path-value-escaped", caller=PathCaller)
class StripsValues(PathClient):
    """Strips blanks from a value."""

    def escaped(self, value: str) -> str:
        return super().escaped(value.strip())


@client_mutant(kills="client-dot-segments-refused", caller=PathCaller)
class SendsDotSegments(PathClient):
    """Sends a value that is a dot segment."""

    def is_sendable(self, value: str) -> bool:
        return value != ""


@client_mutant(kills="client-dot-segments-refused", caller=PathCaller)
class EscapesDotSegments(PathClient):
    """Sends a dot segment with its dots escaped, which servers and proxies take for dots."""

    def escaped(self, value: str) -> str:
        return value.replace(".", "%2E") if value in (".", "..") else super().escaped(value)

    def is_sendable(self, value: str) -> bool:
        return value != ""


@client_mutant(kills="client-empty-path-value-refused", caller=PathCaller)
class SendsEmptyValues(PathClient):
    """Sends a value that is empty."""

    def is_sendable(self, value: str) -> bool:
        return value not in (".", "..")


@client_mutant(kills="client-empty-path-value-refused", caller=PathCaller)
class FindsNothingForAnEmptyValue(PathClient):
    """Takes an empty value for something that was not found, though nobody was asked."""

    def request(self, body: JSON) -> Request:
        request = Request("GET", self.target(), self.headers())
        if "" in self.values:
            raise self.refusal(request, Response(404))
        return super().request(body)
