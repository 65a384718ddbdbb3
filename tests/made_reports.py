"""Reports made by hand and made up, for the tests of what is written of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
from hypothesis import strategies as st

from conformance import contract as contracts
from conformance.checks import SERVER
from conformance.contract import Contract
from conformance.judge import Judge, Lists, exchange_size
from conformance.model import (
    Answer,
    Asked,
    Call,
    Cite,
    Exchange,
    Failure,
    Item,
    Level,
    Outcome,
    Record,
    Request,
    Requirement,
    Response,
    Told,
    Verdict,
    json_response,
)
from conformance.reports import Exclusion, Report, contract_pages
from conformance.settings import DEFAULT

OPERATION = "sendSMSMessageMultipleRecipients"
#: What a page, a terminal or a parser might take for its own.
HOSTILE = (
    "<script>alert(1)</script>",
    "</style></script></pre><img src=x onerror=alert(1)>",
    "\"'`|*_[a](javascript:alert(1))",
    "a | b\n# heading\n</details>",
    "\u202ertl\u2066",
    "\ud800 half",
    "\x00\x1b[31m\x07\r",
    "]]>&amp;--><!--",
    "%0A::error::x\n::error::y",
    "{{ 7 * 7 }}{% raw %}",
)


def report_of(records: Sequence[Record[Any]], **changes: Any) -> Report:
    """A report with everything but its records as in a quick run of a server."""
    values: dict[str, Any] = {
        "subject": "http://server.example",
        "side": "server",
        "contract": "(bundled)",
        "contract_digest": "0" * 64,
        "version": "0.1.0",
        "seed": 1,
        "profile": "quick",
        "strict": False,
        "command": "sms-conformance server --url http://server.example --seed 1",
        "seen": 1,
        "seconds": 0.5,
        "tokens": (DEFAULT.token,),
        "numbers": DEFAULT.numbers,
    }
    return Report(records=tuple(records), **{**values, **changes})


def seen_report(*exchanges: Exchange, lists: Lists | None = None, **changes: Any) -> Report:
    """The report of a server that was asked for nothing but these."""
    judge = Judge[Exchange](SERVER, lists or Lists(), exchange_size)
    for each in exchanges:
        judge.see(each)
    return report_of(judge.records(), **changes)


def requirement(id: str, **changes: Any) -> Requirement[Any]:
    values: dict[str, Any] = {
        "level": Level.MUST,
        "title": f"The title of `{id}`.",
        "cite": Cite("rulings.md", "109001 when at least one was refused."),
        "applies": lambda _: False,
        "breaches": lambda _: iter(()),
    }
    return Requirement(id, **{**values, **changes})


def record(
    id: str,
    verdict: Verdict = Verdict.PASS,
    *,
    breaches: tuple[str, ...] = ("/errorcode is 0",),
    seen: Exchange | Call | None = None,
    causes: tuple[str, ...] = (),
    reason: str = "",
    **changes: Any,
) -> Record[Any]:
    """A record made by hand; one that is broken has a failure."""
    is_broken = verdict in (Verdict.FAIL, Verdict.KNOWN)
    failure = Failure(seen or plain_exchange(), breaches, (1,)) if is_broken else None
    exercised = 0 if verdict in (Verdict.NOT_EXERCISED, Verdict.EXCLUDED) else 5
    reason = reason or ("a reason" if verdict in (Verdict.KNOWN, Verdict.EXCLUDED) else "")
    return Record(requirement(id, **changes), verdict, exercised, 2 * is_broken, failure, reason, causes)


_CONTRACT: list[Contract] = []


def bundled() -> Contract:
    if not _CONTRACT:
        _CONTRACT.append(contracts.read(contracts.default_folder()))
    return _CONTRACT[0]


def plain_exchange(
    body: bytes = b'{"errorcode": 0, "responses": [{"messageKey": "k0"}]}', status: int = 202, **headers: str
) -> Exchange:
    sent = (("content-type", "application/json"), ("authorization", f"Bearer {DEFAULT.token}"))
    return Exchange(
        OPERATION,
        Request("POST", "/messaging/v1/sms/messages/", sent, b'{"recipients": [{"to": "15555550100"}]}'),
        Response(status, (("content-type", "application/json"), *headers.items()), body),
        DEFAULT,
        bundled(),
    )


def plain_call(**outcome: Any) -> Call:
    body = {"definitionKey": "welcome", "recipients": [{"contactKey": "c0", "to": "15555550100", "messageKey": "k0"}]}
    answer = {"requestId": "r", "errorcode": 0, "responses": [{"messageKey": "k0"}]}
    request = Request("POST", "/messaging/v1/sms/messages/", (("authorization", f"Bearer {DEFAULT.token}"),), b"{}")
    told = Outcome(**{"told": Told.NOTHING, "items": (Item("k0"),), **outcome})
    asked = Asked(OPERATION, "http://127.0.0.1:1", body, DEFAULT.token)
    return Call(asked, Answer(json_response(202, answer)), (request,), told)


def client_report(**changes: Any) -> Report:
    """A report of a client that tells its caller nothing."""
    broken = record("client-mixed-told", Verdict.FAIL, seen=plain_call(), breaches=("1 was refused, yet None came",))
    return report_of([broken, record("client-timeout-by-default")], side="client", subject="shop.sms", **changes)


def full_report(**changes: Any) -> Report:
    """A report with something of everything: a headline with consequences, and every other verdict."""
    records = [
        record("top-code", Verdict.FAIL, section="The answer", tags=frozenset({"send", "mixed"})),
        record("top-shape", Verdict.FAIL, causes=("top-code",), breaches=("/: no | `code`",), section="The answer"),
        record("any-schema", Verdict.FAIL, causes=("top-shape",), breaches=("/errorcode: bad",), section="All answers"),
        record("soft-rule", Verdict.FAIL, level=Level.SHOULD, section="All answers"),
        record("good-rule", section="The answer"),
        record("idle-rule", Verdict.NOT_EXERCISED, section="All answers"),
        record("left-out", Verdict.EXCLUDED, reason="not | ours", section="All answers"),
        record("known-rule", Verdict.KNOWN, reason="a counter", section="All answers"),
        record("mended-rule", Verdict.UNEXPECTED_PASS, reason="was a counter", section="All answers"),
    ]
    values: dict[str, Any] = {
        "statuses": {202: 40, 400: 9, 500: 0, 0: 1},
        "notes": ("A note on `405`.",),
        "exclusions": (Exclusion(Cite("rulings.md", "The order of the items is not documented"), "nothing to break"),),
        "pages": contract_pages(contracts.default_folder()),
    }
    return report_of(records, **{**values, **changes})


def hostile_report() -> Report:
    """A report whose subject put into every place what it might put there."""
    records = [
        record(
            f"hostile-{place}",
            Verdict.FAIL,
            seen=plain_exchange(text.encode("utf-8", "surrogatepass"), **{"x-hostile": text}),
            breaches=(text, f"/responses/0 has {text!r}"),
            section=f"Section {place % 3}",
            causes=(),
        )
        for place, text in enumerate(HOSTILE)
    ]
    records += [record(f"excluded-{place}", Verdict.EXCLUDED, reason=text) for place, text in enumerate(HOSTILE)]
    return report_of(records, notes=HOSTILE, subject=HOSTILE[0], statuses={202: 1})


_TEXTS = st.one_of(st.text(max_size=30), st.sampled_from(HOSTILE))
_REASONS = _TEXTS.filter(bool)
_IDS = st.lists(st.from_regex(r"[a-z]{1,6}(-[a-z0-9]{1,6}){0,3}", fullmatch=True), unique=True, min_size=1, max_size=8)


@st.composite
def made_reports(draw: st.DrawFn) -> Report:
    """Reports with any verdicts, any causes and any text where a subject or a user may put one."""
    ids = draw(_IDS)
    records = [
        record(
            id,
            draw(st.sampled_from(Verdict)),
            breaches=tuple(draw(st.lists(_TEXTS, min_size=1, max_size=2))),
            seen=plain_exchange(draw(st.binary(max_size=40)), draw(st.sampled_from([0, 202, 400, 599]))),
            causes=tuple(draw(st.lists(st.sampled_from(ids), unique=True, max_size=2))),
            reason=draw(_REASONS),
            level=draw(st.sampled_from(Level)),
            section=draw(st.sampled_from(["", "One", "Two & <three>"])),
            tags=draw(st.frozensets(st.sampled_from(["send", "access"]))),
        )
        for id in ids
    ]
    report = report_of(
        records,
        subject=draw(_TEXTS),
        strict=draw(st.booleans()),
        statuses=draw(st.dictionaries(st.integers(0, 999), st.integers(0, 99), max_size=3)),
        notes=tuple(draw(st.lists(_TEXTS, max_size=2))),
    )
    return report if draw(st.booleans()) else attrs.evolve(report, side="client")
