"""Requests in which some recipients, or all, must be refused: every reason, in every place."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.probes.making import Maker, Probe

#: Recipients of the longest request, so long as the subject has no limit below it.
_MANY = 40


def mixed(make: Maker) -> Iterator[Probe]:
    yield make.send("first without to", make.body(make.recipient(to=...), make.recipient(1)))
    yield make.send("second without to", make.body(make.recipient(), make.recipient(1, to=...)))
    yield make.send("first without contactKey", make.body(make.recipient(contactKey=...), make.recipient(1)))
    yield make.send("second without contactKey", make.body(make.recipient(), make.recipient(1, contactKey=...)))
    yield from _keyless(make)
    yield from _places(make)
    yield from _alone(make)
    yield make.send("unusable number", make.body(make.recipient(to="not-a-number"), make.recipient(1)))
    yield make.send("empty number", make.body(make.recipient(), make.recipient(1, to="")))
    yield from _long_keys(make)
    yield from _duplicates(make)
    again = make.keys.new()
    yield make.send("a key, the first time", make.body(make.recipient(messageKey=again)))
    yield make.send("a key, the second time", make.body(make.recipient(messageKey=again), make.recipient(1)))
    yield from _many(make)


def _keyless(make: Maker) -> Iterator[Probe]:
    yield make.send("without to and without key", make.body(make.recipient(messageKey=..., to=...), make.recipient(1)))
    yield make.send(
        "without contactKey and without key",
        make.body(make.recipient(), make.recipient(1, messageKey=..., contactKey=...)),
    )
    yield make.send("nothing at all", make.body(make.recipient(), {}))
    yield make.send(
        "no keys, second without to",
        make.body(make.recipient(messageKey=...), make.recipient(1, messageKey=..., to=...)),
    )
    yield make.send(
        "no keys, each kind",
        make.body(
            make.recipient(messageKey=..., contactKey=...),
            make.recipient(1, messageKey=...),
            make.recipient(2, messageKey=..., to=...),
        ),
    )


def _places(make: Maker) -> Iterator[Probe]:
    yield make.send(
        "two of three refused",
        make.body(make.recipient(to=...), make.recipient(1), make.recipient(2, contactKey=...)),
    )
    yield make.send("second of three", make.body(make.recipient(), make.recipient(1, to=...), make.recipient(2)))
    yield make.send("third of three", make.body(make.recipient(), make.recipient(1), make.recipient(2, contactKey=...)))
    yield make.send("two in a row", make.body(make.recipient(), make.recipient(1, to=...), make.recipient(2, to=...)))
    yield make.send(
        "to among the attributes",
        make.body(make.recipient(to=..., attributes={"to": make.setting.numbers[0]}), make.recipient(1)),
    )
    yield make.send(
        "without to beside attributes",
        make.body(
            make.recipient(attributes={"FirstName": "Ada"}),
            make.recipient(1, to=..., attributes={"FirstName": "Bea"}),
            make.recipient(2, contactKey=..., attributes={"FirstName": "Cleo"}),
            attributes={"Tracking": "2"},
        ),
    )
    yield make.send(
        "refused, and of other letters",
        make.body(make.recipient(contactKey=..., messageKey=f"{make.keys.new()}-é名😀"), make.recipient(1)),
    )
    yield make.send(
        "a text of its own and one without to",
        make.body(make.recipient(), make.recipient(1, to=...), content={"message": "Hello"}),
    )


def _alone(make: Maker) -> Iterator[Probe]:
    yield make.send("one, and it is refused", make.body(make.recipient(to=...)))
    yield make.send("one, without contactKey", make.body(make.recipient(contactKey=...)))
    yield make.send("two, and both are refused", make.body(make.recipient(to=...), make.recipient(1, contactKey=...)))
    yield make.send(
        "three without to, and no keys",
        make.body(*(make.recipient(index, to=..., messageKey=...) for index in range(3))),
    )


def _long_keys(make: Maker) -> Iterator[Probe]:
    yield make.send("a key of 101 characters", make.body(make.recipient(messageKey=make.keys.new().ljust(101, "k"))))
    yield make.send(
        "a key of 101 characters beside a good one",
        make.body(make.recipient(messageKey=make.keys.new().ljust(101, "k")), make.recipient(1)),
    )
    yield make.send("a key of 1,000 characters", make.body(make.recipient(), make.recipient(1, messageKey="k" * 1000)))


def _duplicates(make: Maker) -> Iterator[Probe]:
    twice = make.keys.new()
    yield make.send("one key twice", make.body(make.recipient(messageKey=twice), make.recipient(1, messageKey=twice)))
    same = make.recipient()
    yield make.send("one recipient twice", make.body(same, same))
    apart = make.keys.new()
    yield make.send(
        "one key twice, apart",
        make.body(make.recipient(messageKey=apart), make.recipient(1), make.recipient(2, messageKey=apart)),
    )
    thrice = make.keys.new()
    yield make.send("one key thrice", make.body(*(make.recipient(index, messageKey=thrice) for index in range(3))))
    one, other = make.keys.new(), make.keys.new()
    yield make.send(
        "two keys twice",
        make.body(*(make.recipient(index, messageKey=key) for index, key in enumerate((one, other, one, other)))),
    )
    accented = f"{make.keys.new()}-é名"
    yield make.send(
        "one key of other letters twice",
        make.body(make.recipient(messageKey=accented), make.recipient(1, messageKey=accented)),
    )
    first = make.keys.new()
    yield make.send(
        "one key twice, the first without to",
        make.body(make.recipient(messageKey=first, to=...), make.recipient(1, messageKey=first)),
    )


def _many(make: Maker) -> Iterator[Probe]:
    yield make.send(
        "one of eight refused",
        make.body(*(make.recipient(index) for index in range(7)), make.recipient(7, to=...)),
    )
    key = make.keys.new()
    yield make.send(
        "every reason at once",
        make.body(
            make.recipient(to=...),
            make.recipient(1, messageKey=key),
            make.recipient(2, contactKey=...),
            make.recipient(3, messageKey=...),
            make.recipient(4, messageKey=key),
            make.recipient(5, messageKey=..., to=..., contactKey=...),
        ),
    )
    # Most of them are refused, so that few messages go out.
    limit = make.setting.max_recipients
    count = min(_MANY, limit or _MANY)
    yield make.send("many recipients, most of them refused", _mostly_refused(make, count))
    if limit is not None and limit != count:
        yield make.send("as many recipients as are allowed", _mostly_refused(make, limit))


def _mostly_refused(make: Maker, count: int) -> dict[str, object]:
    """Recipients without a number, but for the first, one in the middle and the last."""
    good = {0, count // 2, count - 1}
    return make.body(*(make.recipient(index, **({} if index in good else {"to": ...})) for index in range(count)))
