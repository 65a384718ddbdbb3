"""The lines between the suite and a client's adapter, as values and as JSON; `protocol.md` beside this is their text.

The suite asks a case, the adapter answers it with an outcome. Neither side is known here, nor is how a line travels.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

import jsonschema_rs
from attrs import field, frozen

from conformance.bytes_as_json import bytes_from_json, bytes_to_json
from conformance.model import (
    JSON,
    Abilities,
    Asked,
    Item,
    NotStrictJSON,
    Outcome,
    Together,
    Told,
    is_array,
    is_object,
    strict_json,
)

VERSION = 1
#: Letters of a line that are quoted.
_LONG = 120
#: Digits of a whole number that is read as one. Python's own limit is higher.
_DIGITS = 4000


class NotProtocol(ValueError):
    """A line is not what the protocol has in its place. The sentence says what is wrong."""


@frozen
class Hello:
    """What an adapter says of its client before anything is asked.

    `cannot_say` are the members of outcomes that it never gives.
    """

    client: str
    abilities: Abilities = field(factory=Abilities)
    cannot_say: frozenset[str] = frozenset()


@frozen
class Problem:
    """Why an adapter cannot go on: where, what, and what to do about it."""

    where: str
    what: str
    hint: str


@frozen
class Route:
    """Where an operation is: its method, and its path as the contract writes it."""

    method: str
    path: str


@frozen
class Question:
    """A case as an adapter gets it. `way` is how its calls are made at the same time; None if there is one alone."""

    id: int
    asked: tuple[Asked, ...]
    way: Together | None = None


def hello_line(hello: Hello) -> bytes:
    return _line(
        {
            "protocol": VERSION,
            "client": hello.client,
            "styles": [*hello.abilities.styles],
            "together": [*hello.abilities.together],
            "copies": hello.abilities.copies,
            "cannot_say": sorted(hello.cannot_say),
        }
    )


def problem_line(problem: Problem) -> bytes:
    return _line({"problem": {"where": problem.where, "what": problem.what, "hint": problem.hint}})


def question_line(question: Question, routes: Mapping[str, Route]) -> bytes:
    """One line of ASCII that asks a case; `routes` are by operation."""
    calls = [_call(each, routes[each.operation]) for each in question.asked]
    if question.way is None:
        return _line({"id": question.id, "call": calls[0]})
    return _line({"id": question.id, "together": question.way, "calls": calls})


def _call(asked: Asked, route: Route) -> JSON:
    return {
        "operation": asked.operation,
        "method": route.method,
        "route": route.path,
        "url": asked.url,
        "path": dict(asked.path),
        "headers": [list(pair) for pair in asked.headers],
        "token": asked.token,
        "style": asked.style,
        "timeout": asked.timeout,
        "body": asked.body,
    }


def answer_line(question: Question, outcomes: Sequence[Outcome]) -> bytes:
    told = [_outcome(each) for each in outcomes]
    if question.way is None:
        return _line({"id": question.id, **told[0]})
    return _line({"id": question.id, "outcomes": told})


def _outcome(outcome: Outcome) -> dict[str, JSON]:
    return {
        "told": outcome.told,
        "status": outcome.status,
        "errorcode": _scalar(outcome.errorcode),
        "message": _scalar(outcome.message),
        "documentation": _scalar(outcome.documentation),
        "request_id": _scalar(outcome.request_id),
        "items": [
            {
                "message_key": _scalar(each.message_key),
                "errorcode": _scalar(each.errorcode),
                "message": _scalar(each.message),
            }
            for each in outcome.items
        ],
        "written": _writable(outcome.written),
        "kept_body": None if outcome.kept_body is None else bytes_to_json(outcome.kept_body),
        "place": outcome.place,
        "has_request_and_response": outcome.has_request_and_response,
        "says_outcome_unknown": outcome.says_outcome_unknown,
        "raised": outcome.raised,
        "shown": outcome.shown,
        "default_timeout": _finite(outcome.default_timeout),
    }


def _scalar(value: JSON) -> JSON:
    """A value that a client gives, where a text or a number belongs; whatever else it gives, as Python writes it."""
    is_one = value is None or isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value))
    return value if is_one else repr(value)


def _writable(value: JSON) -> JSON:
    """What a client wrote back; None if that is no JSON, since then it wrote nothing back."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return None
    return value


def _finite(seconds: float | None) -> float | None:
    return seconds if seconds is not None and math.isfinite(seconds) else None


def _line(document: JSON) -> bytes:
    return json.dumps(document, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def read_hello(line: bytes) -> Hello | Problem:
    """The hello in an adapter's first line; raises `NotProtocol`."""
    document = _read(line)
    if (problem := _problem(document)) is not None:
        return problem
    if is_object(document) and (version := document.get("protocol", VERSION)) != VERSION:
        raise NotProtocol(f"speaks protocol {json.dumps(version)}, and this suite speaks {VERSION}")
    _check("hello", document)
    together = tuple(Together(each) for each in document.get("together", ()))
    return Hello(
        document["client"],
        Abilities(tuple(document["styles"]), together, document.get("copies", False)),
        frozenset(document.get("cannot_say", ())),
    )


def read_answer(line: bytes, question: Question) -> tuple[Outcome, ...] | Problem:
    """The outcomes in the answer to a question, one for each call; raises `NotProtocol`."""
    document = _read(line)
    if (problem := _problem(document)) is not None:
        return problem
    if is_object(document) and "id" in document and document["id"] != question.id:
        raise NotProtocol(f"answers case {json.dumps(document['id'])[:_LONG]}, and {question.id} was asked")
    for each in _told_in(document):
        _check_told(each)
    # Values of any kind and depth may be written back, and nothing is asked of them.
    _check("answer" if question.way is None else "answers", _without_written(document))
    told = [document] if question.way is None else document["outcomes"]
    if len(told) != len(question.asked):
        raise NotProtocol(f"has {len(told)} outcomes, and {len(question.asked)} calls were asked for")
    return tuple(map(_read_outcome, told))


def _told_in(document: JSON) -> Iterator[Mapping[str, JSON]]:
    """What looks like an outcome, so that what is most often wrong in one can be said in plain words."""
    if is_object(document):
        listed = document.get("outcomes", [document])
        yield from (each for each in listed if is_object(each)) if is_array(listed) else ()


def _check_told(outcome: Mapping[str, JSON]) -> None:
    told = outcome.get("told")
    if told is not None and told not in [*Told]:
        raise NotProtocol(f"has told {json.dumps(told)[:_LONG]}, which is none of {', '.join(Told)}")
    if told in (Told.ACCEPTED, Told.MIXED) and "items" not in outcome:
        raise NotProtocol(f"has told {told!r} and no items: give every recipient, or [] if the client gives nobody")


def _without_written(document: JSON) -> JSON:
    if not is_object(document):
        return document
    outcomes = document.get("outcomes")
    bare = {name: value for name, value in document.items() if name != "written"}
    return {**bare, "outcomes": [*map(_without_written, outcomes)]} if is_array(outcomes) else bare


def read_question(line: bytes) -> Question:
    """The case that the suite asks; raises `NotProtocol`."""
    try:
        document = json.loads(line)
        calls = document["calls"] if "calls" in document else [document["call"]]
        way = Together(document["together"]) if "together" in document else None
        return Question(document["id"], tuple(map(_asked, calls)), way)
    except (ValueError, KeyError, TypeError) as error:
        raise NotProtocol(f"is no case ({type(error).__name__}: {error})") from None


def _asked(call: Mapping[str, JSON]) -> Asked:
    return Asked(
        call["operation"],
        call["url"],
        call["body"],
        call["token"],
        call["style"],
        call["timeout"],
        call["path"],
        tuple((name, value) for name, value in call["headers"]),
    )


def _read(line: bytes) -> JSON:
    try:
        return strict_json(line, _number)
    except NotStrictJSON as error:
        raise NotProtocol(f"is not JSON ({error}): {quoted(line)}") from None


def _number(digits: str) -> int | float:
    """A number that a client may have read of a server's answer: some languages read longer ones than Python does."""
    return int(digits) if len(digits) <= _DIGITS else float(digits)


def quoted(line: bytes) -> str:
    """The beginning of a line, as it can be shown."""
    text = line.decode("utf-8", "backslashreplace").rstrip("\r\n")
    return ascii(text) if len(text) <= _LONG else f"{text[:_LONG]!a} … ({len(line)} bytes)"


def _problem(document: JSON) -> Problem | None:
    if not is_object(document) or "problem" not in document:
        return None
    _check("problem", document)
    return Problem(**document["problem"])


def _read_outcome(node: Mapping[str, JSON]) -> Outcome:
    return Outcome(
        Told(node["told"]),
        status=node.get("status"),
        errorcode=node.get("errorcode"),
        message=node.get("message"),
        documentation=node.get("documentation"),
        request_id=node.get("request_id"),
        items=tuple(Item(each["message_key"], each.get("errorcode"), each.get("message")) for each in _items(node)),
        written=node.get("written"),
        kept_body=_bytes_from_json(node.get("kept_body")),
        place=node.get("place"),
        has_request_and_response=node.get("has_request_and_response", False),
        says_outcome_unknown=node.get("says_outcome_unknown", False),
        raised=node.get("raised", ""),
        shown=node.get("shown", ""),
        default_timeout=node.get("default_timeout"),
    )


def _items(node: Mapping[str, JSON]) -> Sequence[Mapping[str, JSON]]:
    items: Sequence[Mapping[str, JSON]] = node.get("items", ())
    return items


def _bytes_from_json(node: JSON) -> bytes | None:
    try:
        return None if node is None else bytes_from_json(node)
    except ValueError as error:
        raise NotProtocol(f"has a kept_body that is not base64 ({error})") from None


@cache
def schema_text() -> str:
    """The JSON Schema of the lines."""
    return files("conformance").joinpath("client-protocol.schema.json").read_text(encoding="utf-8")


def _check(kind: str, document: JSON) -> None:
    """Raise `NotProtocol` if a line is not of this kind, as the schema has it."""
    try:
        error = next(_validator(kind).iter_errors(document), None)
    except UnicodeEncodeError:
        # Half of a surrogate pair, which a client may well have read and the validator does not take.
        error = next(_validator(kind).iter_errors(_sound(document)), None)
    if error is not None:
        pointer = "".join(f"/{part}" for part in error.instance_path)
        raise NotProtocol(f"breaks the protocol at {pointer or '/'}: {error.message[:_LONG]}")


@cache
def _validator(kind: str) -> jsonschema_rs.Draft202012Validator:
    schema = json.loads(schema_text())
    return jsonschema_rs.Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]})


def _sound(value: JSON) -> JSON:
    if is_object(value):
        return {name: _sound(each) for name, each in value.items()}
    if is_array(value):
        return [_sound(each) for each in value]
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
