"""Requests that must be refused as a whole: what is missing, unknown or of a wrong type, place by place."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence

from conformance.checks.refusals import UNKNOWN_DEFINITION
from conformance.model import JSON, is_object
from conformance.probes.making import Maker, Probe

_STRING = {"null": None, "a number": 15555550100, "a list": ["x"]}
_OBJECT = {"null": None, "a string": "x", "a list": ["x"]}
#: What each member of a request is sent as that it may not be; steps lead to it from the body.
_WRONG: Mapping[Sequence[str | int], Mapping[str, JSON]] = {
    ("definitionKey",): {**_STRING, "an object": {"key": "x"}},
    ("recipients", 0, "contactKey"): _STRING,
    ("recipients", 0, "to"): {**_STRING, "true": True},
    ("recipients", 0, "messageKey"): {**_STRING, "an object": {}},
    ("recipients", 0, "attributes"): _OBJECT,
    ("attributes",): _OBJECT,
    ("content",): _OBJECT,
    ("content", "message"): _STRING,
    ("subscriptions",): _OBJECT,
    ("subscriptions", "resubscribe"): {"null": None, "a string": "true", "a number": 1},
    ("recipients",): {"null": None, "a string": "x", "a number": 1},
    ("recipients", 0): {"null": None, "a string": "15555550100", "a list": []},
}


def refused(make: Maker) -> Iterator[Probe]:
    yield from _lacking(make)
    yield from _unknown(make)
    yield from _bodies(make)
    for steps, values in _WRONG.items():
        for name, value in values.items():
            yield make.send(f"{_path(steps)} is {name}", _placed(make, steps, value))
    yield make.send(
        "the to of the second recipient is a number", make.body(make.recipient(), make.recipient(1, to=15555550100))
    )
    yield make.send("recipients is a recipient", {**make.body(), "recipients": make.recipient()})
    yield make.send("one of two recipients is a string", make.body(make.recipient(), "15555550100"))
    if make.setting.max_recipients is not None:
        count = make.setting.max_recipients + 1
        yield make.send("too many recipients", make.body(*(make.recipient(index) for index in range(count))))


def _lacking(make: Maker) -> Iterator[Probe]:
    yield make.send("no recipients", make.body())
    yield make.send("recipients missing", {"definitionKey": make.setting.definition_key})
    yield make.send("definitionKey missing", {"recipients": [make.recipient()]})
    yield make.send("an empty object", {})
    yield make.send("definition unknown", {**make.body(make.recipient()), "definitionKey": UNKNOWN_DEFINITION})
    yield make.send(
        "definition unknown, first without to",
        {**make.body(make.recipient(to=...), make.recipient(1)), "definitionKey": UNKNOWN_DEFINITION},
    )


def _unknown(make: Maker) -> Iterator[Probe]:
    def good() -> dict[str, JSON]:
        return make.body(make.recipient())

    yield make.send("unknown field", {**good(), "unknownField": "x"})
    yield make.send("unknown field that is null", {**good(), "unknownField": None})
    yield make.send(
        "recipient for recipients",
        {"definitionKey": make.setting.definition_key, "recipient": make.recipient()},
    )
    yield make.send("unknown field of a recipient", make.body(make.recipient(phone="15555550100")))
    yield make.send(
        "unknown field of the second recipient", make.body(make.recipient(), make.recipient(1, phone="15555550100"))
    )
    yield make.send("unknown field of content", {**good(), "content": {"text": "x"}})
    yield make.send("unknown field of subscriptions", {**good(), "subscriptions": {"keyword": "X"}})
    yield make.send("a known field in other letters", {"DefinitionKey": make.setting.definition_key, **good()})
    yield make.send("a known field of a recipient in other letters", make.body(make.recipient(ContactKey="contact-0")))
    yield make.send("a field of a recipient in its request", {**good(), "messageKey": make.keys.new()})
    yield make.send("unknown field beside a known one", {**good(), "recipient": make.recipient()})


def _bodies(make: Maker) -> Iterator[Probe]:
    for name, value in (("null", None), ("false", False), ("a number", 0), ("a string", "definitionKey")):
        yield make.send(f"a body that is {name}", value)
    yield make.send("a body that is a list", [make.body(make.recipient())])


def _placed(make: Maker, steps: Sequence[str | int], value: JSON) -> JSON:
    """A good body with another value in one place."""
    body = copy.deepcopy(make.body(make.recipient()))
    holder: JSON = body
    *before, last = steps
    for step in before:
        holder = _inside(holder, step)
    holder[last] = value
    return body


def _inside(holder: JSON, step: str | int) -> JSON:
    """What stands in a place, which is made if it is not there."""
    return holder.setdefault(str(step), {}) if is_object(holder) else holder[step]


def _path(steps: Sequence[str | int]) -> str:
    return "/".join(str(step) for step in steps)
