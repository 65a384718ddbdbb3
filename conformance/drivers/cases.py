"""Cases: what a caller asks of a client and what the server then does, as values and as one line of JSON.

The line is the form in which a case is kept, and `replay` of the client driver plays it again. It holds
neither the server's address nor the token: both belong to the run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from attrs import evolve, frozen

from conformance.bytes_as_json import bytes_from_json, bytes_to_json
from conformance.model import JSON, Answer, Asked, Call, CannotRun, Delivery, Response, Together, Turn

#: A token like no other text, so that wherever it shows it can only have come from the Authorization header.
TOKEN = "scripted.6f1d0c4be7a94c55.token"
STYLES = ("sync", "async")


@frozen
class Case:
    """One case, by name. Addresses are filled in when it is played.

    `before` comes first, turn by turn, on the same client. `beside` is made at the same time, and `way` is how.
    """

    name: str
    asked: Asked
    answer: Answer
    before: tuple[Turn, ...] = ()
    beside: tuple[Turn, ...] = ()
    way: Together | None = None

    def in_style(self, style: str) -> Case:
        def styled(turn: Turn) -> Turn:
            return evolve(turn, asked=evolve(turn.asked, style=style))

        return evolve(
            self,
            asked=evolve(self.asked, style=style),
            before=tuple(map(styled, self.before)),
            beside=tuple(map(styled, self.beside)),
        )


def case_of(call: Call, name: str = "") -> Case:
    """The case that a call came from."""
    return Case(name, call.asked, call.answer, call.before, call.beside, call.way)


@frozen
class UnreadableCase(CannotRun):
    """A line that should hold a case does not."""


def case_to_json(case: Case) -> str:
    """One line of ASCII that `case_from_json` reads back as the same case."""
    return json.dumps(
        {
            **_unless({"name": case.name}, ""),
            **_turn_to_json(Turn(case.asked, case.answer)),
            **_unless({"before": [_turn_to_json(each) for each in case.before]}, []),
            **_unless({"beside": [_turn_to_json(each) for each in case.beside]}, []),
            **_unless({"way": case.way}, None),
        },
        separators=(",", ":"),
    )


def case_from_json(line: str, *, url: str = "", token: str = TOKEN) -> Case:
    """Read a case that `case_to_json` wrote; raises `UnreadableCase`."""
    try:
        case = json.loads(line)
        turn = _turn_from_json(case, url, token)
        before, beside = (
            tuple(_turn_from_json(each, url, token) for each in case.get(name, ())) for name in ("before", "beside")
        )
        way = Together(case["way"]) if "way" in case else None
        return Case(str(case.get("name", "")), turn.asked, turn.answer, before, beside, way)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        what = f"is not a case ({type(error).__name__}: {error})"
        raise UnreadableCase("the case to repeat", what, "Copy the whole line that case_to_json wrote.") from None


def _turn_to_json(turn: Turn) -> dict[str, JSON]:
    asked, answer, response = turn.asked, turn.answer, turn.answer.response
    return {
        "operation": asked.operation,
        "style": asked.style,
        **_unless({"timeout": asked.timeout}, None),
        **_unless({"path": dict(asked.path)}, {}),
        **_unless({"headers": [list(each) for each in asked.headers]}, []),
        "body": asked.body,
        "answer": {
            "status": response.status,
            "headers": [list(header) for header in response.headers],
            **bytes_to_json(response.body),
            **_unless({"cut_after": answer.cut_after}, None),
            **_unless({"stall": answer.stall}, 0.0),
            **_unless({"delivery": answer.delivery}, Delivery.PLAIN),
            **_unless({"is_reset": answer.is_reset}, False),
        },
    }


def _turn_from_json(turn: Mapping[str, JSON], url: str, token: str) -> Turn:
    answer = turn["answer"]
    response = Response(int(answer["status"]), _pairs(answer["headers"]), bytes_from_json(answer))
    if turn["style"] not in STYLES:
        raise ValueError(f"style {turn['style']!r} is neither sync nor async")
    return Turn(
        Asked(
            turn["operation"],
            url,
            turn["body"],
            token,
            turn["style"],
            turn.get("timeout"),
            {str(name): str(value) for name, value in turn.get("path", {}).items()},
            _pairs(turn.get("headers", ())),
        ),
        Answer(
            response,
            answer.get("cut_after"),
            answer.get("stall", 0.0),
            Delivery(answer.get("delivery", Delivery.PLAIN)),
            answer.get("is_reset", False),
        ),
    )


def _pairs(node: JSON) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(value)) for name, value in node)


def _unless(entry: dict[str, JSON], default: JSON) -> dict[str, JSON]:
    return {name: value for name, value in entry.items() if value != default}
