"""A failure in a file: the requirement, the exchange that breaks it, and what has to be sent before; for a client, the
requirement and the case.

The file can be handed on. Neither the token nor a telephone number is in it: marks stand in their place, which whoever
repeats the exchange fills with their own. Message keys of the run are renamed when it is repeated, or a server that
remembers them would answer something else.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import re
from collections.abc import Callable, Generator, Iterable, Mapping
from pathlib import Path
from urllib.parse import quote

from attrs import frozen

from conformance.model import JSON, CannotRun, Headers, Request, Response, Setting, is_array, is_object
from conformance.spellings import any_spelling, plain_part

#: The version of the file; it changes when a member changes its meaning.
FORMAT = 1
#: Parts of a token as short as this are common words, and would be marked everywhere.
_SHORT = 6
_HINT = "Name a file that sms-conformance wrote under repeat/ in its folder of reports."


@frozen
class CaseFileError(CannotRun):
    """The file holds no failure that could be repeated."""


@frozen
class Step:
    """A request with the operation it belongs to; None where it belongs to none."""

    operation: str | None
    request: Request


@frozen
class Case:
    """A failure of a server that can be repeated.

    `before` is what has to be sent first, in order. `shows_again` tells whether the failure was seen once more when
    the case was made; None if that was not tried. `keys` is what the message keys of the run begin with.
    """

    requirement: str
    breaches: tuple[str, ...]
    contract_digest: str
    keys: str
    before: tuple[Step, ...]
    step: Step
    response: Response
    shows_again: bool | None


def case_text(case: Case, setting: Setting, mask: Callable[[str], str]) -> str:
    """The case as JSON, with marks for token and numbers; `mask` hides them in sentences."""
    document = {
        "format": FORMAT,
        "requirement": case.requirement,
        "breaches": [mask(each) for each in case.breaches],
        "contract": case.contract_digest,
        "definition_key": setting.definition_key,
        "keys": case.keys,
        "shows_again": case.shows_again,
        "before": [_step_json(each, setting) for each in case.before],
        "request": _step_json(case.step, setting),
        "response": {
            "status": case.response.status,
            "headers": [[name, _marked(value, setting)] for name, value in case.response.headers],
            "body": _body_json(case.response.body, setting),
        },
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _step_json(step: Step, setting: Setting) -> JSON:
    request = step.request
    return {
        "operation": step.operation,
        "method": request.method,
        "target": _marked(request.target, setting),
        "headers": [[name, _marked_header(name, value, setting)] for name, value in request.headers],
        "body": _body_json(request.body, setting),
    }


def _body_json(body: bytes, setting: Setting) -> JSON:
    # Any octets can be read as latin-1 and written again as they were; in UTF-16 there is a zero beside each letter.
    for encoding in ("latin-1", "utf-16-le"):
        with contextlib.suppress(UnicodeDecodeError):
            body = _marked(body.decode(encoding, _LOSSLESS), setting).encode(encoding, _LOSSLESS)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}


#: Keeps what is no text as it is.
_LOSSLESS = "surrogatepass"


def _marks(setting: Setting) -> Mapping[str, str]:
    """What is secret, and what stands in its place; the longest first, since one may hold another."""
    token = setting.token
    listed = [(token, "token"), (token.swapcase(), "token in other letters")]
    # The probes change a letter at either end, and all but a letter of it is as good as all of it.
    if len(token) > _SHORT:
        listed += [(token[:-1], "token without its last 1"), (token[1:], "token without its first 1")]
    listed += [(number, f"number {index}") for index, number in enumerate(setting.numbers)]
    return dict(sorted(dict(reversed(listed)).items(), key=lambda pair: -len(pair[0])))


def _marked(text: str, setting: Setting) -> str:
    """The text with marks; one says of what is not written as it is that it is not."""
    marks = tuple(_marks(setting).items())
    # An answer may be a million letters long, and most have none of it.
    if not any(plain_part(value) in text for value, _ in marks):
        return text

    def mark(found: re.Match[str]) -> str:
        value, name = marks[(found.lastindex or 0) - 1]
        return f"{{{{{name}}}}}" if found[0] == value else f"{{{{{name}{_OTHERWISE}}}}}"

    return re.sub("|".join(f"({any_spelling(value)})" for value, _ in marks), mark, text)


#: Ends the mark of what was escaped for the place it stood in.
_OTHERWISE = ", escaped"


def _marked_header(name: str, value: str, setting: Setting) -> str:
    marked = _marked(value, setting)
    if name != "authorization" or marked != value:
        return marked
    scheme, blank, given = value.partition(" ")
    missing = len(setting.token) - len(given)
    if given and setting.token.startswith(given):
        part = f"token without its last {missing}" if missing < len(given) else f"the first {len(given)} of token"
        return f"{scheme}{blank}{{{{{part}}}}}"
    if given and setting.token.endswith(given):
        return f"{scheme}{blank}{{{{token without its first {missing}}}}}"
    return value


def read_case(file: Path) -> tuple[Case, str]:
    """The case of a server in a file, its marks left as they are, and the definition key it was made with.

    Raises `CaseFileError`.
    """
    document = _read(file)
    if document.get("side", "server") != "server":
        raise CaseFileError(str(file), "is the failure of a client", "Name a --package or a --command to play it to.")
    with _whole(file):
        return _case(document), str(document["definition_key"])


def is_of_a_client(file: Path) -> bool:
    """Whether the failure in a file is one of a client; raises `CaseFileError`."""
    return _read(file).get("side") == "client"


@frozen
class ClientCase:
    """A failure of a client that can be repeated; `line` is the case as the client driver writes it."""

    requirement: str
    breaches: tuple[str, ...]
    contract_digest: str
    line: str


_TOKEN_MARK = "{{token}}"


def client_case_text(case: ClientCase, token: str, mask: Callable[[str], str]) -> str:
    """The case as JSON, with a mark for the token; `mask` hides it in sentences."""
    document = {
        "format": FORMAT,
        "side": "client",
        "requirement": case.requirement,
        "breaches": [mask(each) for each in case.breaches],
        "contract": case.contract_digest,
        "case": json.loads(case.line.replace(token, _TOKEN_MARK)),
    }
    return json.dumps(document, indent=1) + "\n"


def read_client_case(file: Path, token: str) -> ClientCase:
    """The case of a client in a file, with this token for the mark; raises `CaseFileError`."""
    document = _read(file)
    if document.get("side") != "client":
        raise CaseFileError(str(file), "is the failure of a server", "Name a --url or an --app to send it to.")
    with _whole(file):
        if not is_object(document["case"]):
            raise TypeError("case is no object")
        line = json.dumps(document["case"], separators=(",", ":")).replace(_TOKEN_MARK, token)
        return ClientCase(document["requirement"], tuple(document["breaches"]), document["contract"], line)


def _read(file: Path) -> dict[str, JSON]:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise CaseFileError(str(file), f"cannot be read ({error.strerror})", _HINT) from None
    except (ValueError, RecursionError) as error:
        raise CaseFileError(str(file), f"is not JSON ({error})", _HINT) from None
    if not is_object(document) or document.get("format") != FORMAT:
        raise CaseFileError(str(file), f"is not of format {FORMAT}", _HINT)
    return document


@contextlib.contextmanager
def _whole(file: Path) -> Generator[None]:
    """What a file lacks is said of it."""
    try:
        yield
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        what = f"holds no failure that could be repeated ({type(error).__name__}: {error})"
        raise CaseFileError(str(file), what, _HINT) from None


def _case(document: dict[str, JSON]) -> Case:
    response = document["response"]
    return Case(
        requirement=document["requirement"],
        breaches=tuple(document["breaches"]),
        contract_digest=document["contract"],
        keys=document["keys"],
        before=tuple(map(_step, document["before"])),
        step=_step(document["request"]),
        response=Response(int(response["status"]), _pairs(response["headers"]), _body(response["body"])),
        shows_again=document["shows_again"],
    )


def _step(value: JSON) -> Step:
    headers, body = _pairs(value["headers"]), _body(value["body"])
    operation, method, target = value["operation"], value["method"], value["target"]
    names = [method, *(name for name, _ in headers)]
    if not all(isinstance(each, str) and _NAME.fullmatch(each) for each in names):
        raise ValueError("a method or the name of a header is none")
    if not (isinstance(target, str) and _TARGET.fullmatch(target)):
        raise ValueError("a target is none")
    if not (operation is None or isinstance(operation, str)):
        raise TypeError("an operation is no name")
    return Step(operation, Request(method, target, headers, body))


#: A token of RFC 9110, section 5.6.2, and what may stand in a request line.
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_TARGET = re.compile(r"/[!-~ ]*")


def _pairs(value: JSON) -> Headers:
    if not is_array(value):
        raise TypeError("headers are no list")
    return tuple((str(name), str(content)) for name, content in value)


def _body(value: JSON) -> bytes:
    return base64.b64decode(value["base64"], validate=True) if is_object(value) else str(value).encode()


#: Parts of the token, by how many letters are left or missing, so that they fit a token of any length.
_PARTS: tuple[tuple[re.Pattern[str], Callable[[str, int], str]], ...] = (
    (re.compile(r"\{\{the first ([0-9]+) of token\}\}"), lambda token, count: token[:count]),
    (re.compile(r"\{\{token without its last ([0-9]+)\}\}"), lambda token, count: token[:-count]),
    (re.compile(r"\{\{token without its first ([0-9]+)\}\}"), lambda token, count: token[count:]),
)


def filled(steps: Iterable[Step], setting: Setting, keys: str, new_keys: str) -> tuple[Step, ...]:
    """The requests with the setting's token and numbers in place of the marks, and with other message keys."""
    plain = {f"{{{{{mark}}}}}": value for value, mark in _marks(setting).items()}
    # The file may know more numbers than are given now.
    plain |= {f"{{{{number {index}}}}}": setting.numbers[index % len(setting.numbers)] for index in range(100)}
    escaped = {f"{mark[:-2]}{_OTHERWISE}}}}}": value for mark, value in plain.items()}
    names = {keys: new_keys} if keys else {}
    in_address = {mark: quote(value, safe="") for mark, value in escaped.items()}
    in_json = {mark: json.dumps(value)[1:-1] for mark, value in escaped.items()}

    def text(value: str, otherwise: Mapping[str, str]) -> str:
        for mark, own in {**plain, **otherwise, **names}.items():
            value = value.replace(mark, own)
        for pattern, part in _PARTS:
            if found := pattern.search(value):
                value = value.replace(found[0], part(setting.token, int(found[1])))
        return value

    def body(value: bytes) -> bytes:
        for mark, own in (plain | in_json | names).items():
            for encoding in ("utf-8", "utf-16-le"):
                value = value.replace(mark.encode(encoding), own.encode(encoding))
        return value

    return tuple(
        Step(
            each.operation,
            Request(
                each.request.method,
                text(each.request.target, in_address),
                tuple((name, text(content, in_address)) for name, content in each.request.headers),
                body(each.request.body),
            ),
        )
        for each in steps
    )
