"""Cases: what a caller asks of a client and what the server then does, as values and as one line of JSON.

The line is the form in which a case is kept, and `replay` of the client driver plays it again. It holds
neither the server's address nor the token: both belong to the run.
"""

from __future__ import annotations

import base64
import json

from attrs import evolve, frozen

from conformance.model import JSON, Answer, Asked, CannotRun, Response

#: A token like no other text, so that wherever it shows it can only have come from the Authorization header.
TOKEN = "scripted.6f1d0c4be7a94c55.token"
STYLES = ("sync", "async")


@frozen
class Case:
    """One case, by name. `asked.url` is filled in when it is played."""

    name: str
    asked: Asked
    answer: Answer

    def in_style(self, style: str) -> Case:
        return evolve(self, asked=evolve(self.asked, style=style))


@frozen
class UnreadableCase(CannotRun):
    """A line that should hold a case does not."""


def case_to_json(asked: Asked, answer: Answer) -> str:
    """One line of ASCII that `case_from_json` reads back as the same case."""
    response = answer.response
    return json.dumps(
        {
            "operation": asked.operation,
            "style": asked.style,
            **_unless({"timeout": asked.timeout}, None),
            "body": asked.body,
            "answer": {
                "status": response.status,
                "headers": [list(header) for header in response.headers],
                **_bytes_to_json(response.body),
                **_unless({"cut_after": answer.cut_after}, None),
                **_unless({"stall": answer.stall}, 0.0),
            },
        },
        separators=(",", ":"),
    )


def case_from_json(line: str, *, url: str = "", token: str = TOKEN) -> tuple[Asked, Answer]:
    """Read a case that `case_to_json` wrote; raises `UnreadableCase`."""
    try:
        case = json.loads(line)
        answer = case["answer"]
        response = Response(
            int(answer["status"]),
            tuple((str(name), str(value)) for name, value in answer["headers"]),
            _bytes_from_json(answer),
        )
        if case["style"] not in STYLES:
            raise ValueError(f"style {case['style']!r} is neither sync nor async")
        asked = Asked(case["operation"], url, case["body"], token, case["style"], case.get("timeout"))
        return asked, Answer(response, answer.get("cut_after"), answer.get("stall", 0.0))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        what = f"is not a case ({type(error).__name__}: {error})"
        raise UnreadableCase("the case to repeat", what, "Copy the whole line that case_to_json wrote.") from None


def _unless(entry: dict[str, JSON], default: JSON) -> dict[str, JSON]:
    return {name: value for name, value in entry.items() if value != default}


def _bytes_to_json(content: bytes) -> dict[str, str]:
    try:
        return {"text": content.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode()}


def _bytes_from_json(node: JSON) -> bytes:
    if "text" in node:
        return str(node["text"]).encode()
    return base64.b64decode(node["base64"], validate=True)
