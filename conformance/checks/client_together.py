"""One client for several callers, its copies, and its two forms, C12 and C13.

What is told of a call is set beside what is told of the same call otherwise: alone, or in the other style. Compared is
what a caller can go by. Clocks, addresses and the words of a log may differ, and so may the exact class of an exception
about an answer that did not come: which of the system's errors is met first is a matter of moments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance.checks.call_reading import Kind, Reading
from conformance.checks.client_rules import rule
from conformance.checks.differences import differences
from conformance.model import JSON, Abilities, Delivery, Headers, Outcome, Told, Turn, texts_in

C12 = "Threads and tasks can use one client together"
C12_COPIES = "giving a copy other headers changes nothing in the original."
C13 = "A caller learns the same from the sync and from the async form of a call."

#: Ends that leave a caller with nothing that the server said.
UNSERVED = frozenset({Told.HUNG, Told.CRASHED, Told.NOTHING, Told.UNSENT})
#: A text that two answers share says nothing of whose it is, nor does a short one.
TELLING = 6


def excuses(abilities: Abilities) -> Mapping[str, str]:
    """The requirements that a client cannot be held to, with what it says of itself."""
    excused: dict[str, str] = {}
    if not abilities.together:
        shared = "the client says that it takes one call at a time: no threads or tasks share it"
        excused |= {"client-own-answer": shared, "client-serves-all": shared}
    if not abilities.copies:
        copied = "the client says that it makes no copies with other headers"
        excused |= {"client-copy-has-headers": copied, "client-copy-leaves-original": copied}
    if len(abilities.styles) < 2:
        only = " and ".join(abilities.styles)
        excused["client-styles-alike"] = f"the client says that it has one form of a call: {only}"
    return excused


def _made_with_others(reading: Reading) -> bool:
    return reading.call.alone is not None


@rule("client-serves-all", applies=_made_with_others, quote=C12, tags=("together",))
def all_are_served(reading: Reading) -> Iterator[str]:
    """A call that is made at the same time as others hangs no more than one that is made alone, and fails no more."""
    alone, told = reading.call.alone, reading.outcome.told
    if alone is not None and told in UNSERVED and told is not alone.told:
        yield f"alone the call ends as {alone.told.value!r}, yet {_among(reading)} {reading.told}"


def _served_with_others(reading: Reading) -> bool:
    return reading.call.alone is not None and reading.outcome.told not in UNSERVED


@rule("client-own-answer", applies=_served_with_others, quote=C12, tags=("together",))
def answer_is_its_own(reading: Reading) -> Iterator[str]:
    """No answer reaches another caller: a call among others is told what it is told alone."""
    if reading.call.alone is None:
        return
    for name, expected, actual in _differences(reading.call.alone, reading.outcome):
        yield f"{_among(reading)} the {name} is {actual!r} in place of {expected!r}{_whose(reading)}"


def _among(reading: Reading) -> str:
    way = f" in {reading.call.way.value}" if reading.call.way else ""
    return f"beside {len(reading.call.beside)} others{way}"


def _whose(reading: Reading) -> str:
    """The call beside this one whose answer holds what was told, as far as it can be known."""
    own = set(texts_in(_said(Turn(reading.call.asked, reading.call.answer))))
    told = {each for each in texts_in(_heard(reading.outcome)) if len(each) >= TELLING} - own
    found = (each for each in reading.call.beside if told.intersection(texts_in(_said(each))))
    other = next(found, None)
    return "" if other is None else f", as the call is told whose request is {other.asked.body!r}"


def _said(turn: Turn) -> JSON:
    """All that an answer says."""
    text = turn.answer.response.body.decode("latin-1")
    try:
        return [text, turn.answer.response.json]
    except ValueError:
        return [text]


def _heard(outcome: Outcome) -> JSON:
    items = [[each.message_key, each.message] for each in outcome.items]
    kept = (outcome.kept_body or b"").decode("latin-1")
    return [outcome.request_id, outcome.message, outcome.documentation, items, outcome.written, kept]


def _copied_and_sent(reading: Reading) -> bool:
    return bool(reading.call.asked.headers and reading.call.received)


@rule("client-copy-has-headers", applies=_copied_and_sent, quote=C12_COPIES, tags=("together",))
def copy_has_its_headers(reading: Reading) -> Iterator[str]:
    """A copy that was given other headers sends them."""
    for name, value in reading.call.asked.headers:
        sent = reading.first.all_headers(name)
        if value not in sent:
            yield f"the copy was given {name}: {value}, yet it sent {list(sent)}"


def _headers_of_others(reading: Reading) -> Headers:
    """What copies were given that are not this one, and this one was not."""
    given = [pair for turn in (*reading.call.before, *reading.call.beside) for pair in turn.asked.headers]
    return tuple(dict.fromkeys(pair for pair in given if pair not in reading.call.asked.headers))


def _sent_beside_copies(reading: Reading) -> bool:
    return bool(reading.call.received and _headers_of_others(reading))


@rule("client-copy-leaves-original", applies=_sent_beside_copies, quote=C12_COPIES, tags=("together",))
def copy_leaves_the_original(reading: Reading) -> Iterator[str]:
    """Headers that a copy was given are sent neither by the original nor by another copy."""
    for name, value in _headers_of_others(reading):
        if value in reading.first.all_headers(name):
            whose = "another copy" if reading.call.asked.headers else "the original"
            yield f"a copy was given {name}: {value}, and {whose} sent it"


def _told_in_two_styles(reading: Reading) -> bool:
    """What a client makes of the answer is not left to the moment."""
    answer = reading.call.answer
    certain = reading.kind is not Kind.OPEN or (answer.delivery is Delivery.PLAIN and not answer.is_reset)
    doubtful = reading.has_several_right_ends or reading.follows_trouble
    return reading.call.alike is not None and certain and not doubtful


@rule("client-styles-alike", applies=_told_in_two_styles, quote=C13, tags=("together",))
def styles_are_alike(reading: Reading) -> Iterator[str]:
    """What one form of a call tells is what the other form tells."""
    if reading.call.alike is None:
        return
    for name, expected, actual in _differences(reading.call.alike, reading.outcome):
        yield f"in the {reading.call.asked.style} form the {name} is {actual!r}, in the other one {expected!r}"


def _differences(first: Outcome, second: Outcome) -> Iterator[tuple[str, object, object]]:
    """Where two callers were not told the same: by name, with what each was told. How a call ended says it all."""
    if first.told is not second.told:
        yield "end", _ended(first), _ended(second)
        return
    told, other = _comparable(first), _comparable(second)
    yield from ((name, told[name], other[name]) for name in told if any(differences(told[name], other[name])))


def _ended(outcome: Outcome) -> str:
    return f"{outcome.told.value} ({outcome.raised})" if outcome.raised else outcome.told.value


def _comparable(outcome: Outcome) -> dict[str, JSON]:
    """What a caller can go by, as JSON but for the bytes of a body."""
    # Without an answer there is nothing to go by but whose the exception is.
    raised = outcome.raised.partition(".")[0] if outcome.told is Told.TRANSPORT else outcome.raised
    return {
        "status": outcome.status,
        "code": outcome.errorcode,
        "message": outcome.message,
        "documentation": outcome.documentation,
        "request id": outcome.request_id,
        "list of items": [[each.message_key, each.errorcode, each.message] for each in outcome.items],
        "result written back": outcome.written,
        "body that was kept": outcome.kept_body,
        "word that the outcome is unknown": outcome.says_outcome_unknown,
        "exchange that it belongs to": outcome.has_request_and_response,
        "class of the exception": raised,
    }
