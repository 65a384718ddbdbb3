"""Exact cases of answers that accept: queued, mixed, with what no contract lists, in every script, with any number."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import combinations

from conformance.drivers.answers import (
    AS_JSON,
    SPELLINGS,
    UNKNOWN_CODES,
    Fault,
    SendOperation,
    accepted_body,
    encoded,
    with_keys,
)
from conformance.drivers.case_requests import NUMBER, UNICODE, Named, people, refusing
from conformance.drivers.right_answers import DUPLICATE, MISSING, accepting, answer_to
from conformance.model import JSON, Answer, Headers, Response


def spelled(send: SendOperation) -> Iterator[Named]:
    """The same answer, otherwise written, and otherwise labelled as far as that is right."""
    body, mixed = refusing(2, {1})
    for spelling, write in SPELLINGS.items():
        yield f"mixed-{spelling}-json", body, Answer(Response(send.accepted, AS_JSON, write(mixed)))
    labels: dict[str, Headers] = {
        "with-charset": (("Content-Type", "application/json; charset=UTF-8"), ("x-trace", "a"), ("x-trace", "b")),
        "with-quoted-charset": (("content-type", 'application/json;charset="utf-8"'),),
        "in-upper-case": (("CONTENT-TYPE", "APPLICATION/JSON; CHARSET=utf-8"),),
        "with-another-parameter": (("content-type", "application/json; odata.metadata=minimal"),),
    }
    for name, headers in labels.items():
        yield f"mixed-labelled-{name}", body, Answer(Response(send.accepted, headers, encoded(mixed)))


def mixed(send: SendOperation) -> Iterator[Named]:
    """One refused in each place of up to four, all of them, and the items in other orders than that of the request."""
    yield from _documented(send)
    for count in range(1, 5):
        for place in range(count):
            yield _refused(send, count, (place,), f"{place + 1}-of-{count}-refused")
        if count > 1:
            yield _refused(send, count, range(count), f"all-of-{count}-refused")
    yield _refused(send, 4, (0, 2), "1-and-3-of-4-refused")
    for name, order in _ORDERS.items():
        yield _refused(send, 4, (1,), f"2-of-4-refused-answered-{name}", order)
        yield _refused(send, 3, (), f"3-queued-answered-{name}", order)
    six = people(6, {0})
    del six["recipients"][2]["contactKey"]
    six["recipients"][5]["to"] = "no-number"
    answer = answer_to(send, six).response.json
    yield "some-of-six-refused", six, accepting(send, answer)
    yield (
        "some-of-six-refused-answered-backwards",
        six,
        accepting(send, {**answer, "responses": answer["responses"][::-1]}),
    )
    body, answer = refusing(3, {0, 1}, Fault(MISSING.errorcode, "the same words"))
    yield "two-refused-in-the-same-words", body, accepting(send, answer)
    body, answer = refusing(2, {0}, Fault(MISSING.errorcode, ""))
    yield "refused-without-words", body, accepting(send, answer)
    yield from _of_one_key(send)
    yield _many(send, "two-thousand-recipients", 2_000)


_ORDERS: dict[str, Sequence[int]] = {"backwards": (-1,), "rotated": (1, -1)}


def _refused(send: SendOperation, count: int, refused: Sequence[int], name: str, order: Sequence[int] = ()) -> Named:
    body, answer = refusing(count, refused) if refused else (people(count), accepted_body(people(count)))
    items = answer["responses"]
    if order == (-1,):
        items = items[::-1]
    elif order:
        items = [*items[1:], items[0]]
    return name, body, accepting(send, {**answer, "responses": items})


def _many(send: SendOperation, name: str, count: int) -> Named:
    body = people(count, {0, count // 2, count - 1})
    return name, body, answer_to(send, body)


def more(send: SendOperation) -> Iterator[Named]:
    """What there is a lot of, and the largest answer."""
    yield _many(send, "ten-thousand-recipients", 10_000)
    yield from _every_mixture(send)
    yield from _every_number(send)
    yield from _every_escape(send)


def _every_mixture(send: SendOperation) -> Iterator[Named]:
    """Every choice of refused ones among up to four recipients, in each order."""
    for count in range(1, 5):
        for size in range(1, count + 1):
            for chosen in combinations(range(count), size):
                for name, order in {"in-order": (), **_ORDERS}.items():
                    places = "-".join(str(each + 1) for each in chosen)
                    yield _refused(send, count, chosen, f"mixture-{places}-of-{count}-{name}", order)


def _documented(send: SendOperation) -> Iterator[Named]:
    request = next(iter(send.operation.request_examples.values()), people(2))
    for name, example in send.operation.response_examples.get(str(send.accepted), {}).items():
        body = with_keys(request, [item["messageKey"] for item in example["responses"]])
        for recipient, item in zip(body["recipients"], example["responses"], strict=True):
            if item.get("errorcode") == MISSING.errorcode:
                del recipient["to"]
        yield f"answer-documented-{name}", body, accepting(send, example)


def _of_one_key(send: SendOperation) -> Iterator[Named]:
    """Recipients to whom the request gave the same key: the answer has it as often."""
    for name, keys in {"twice": "aa", "thrice": "aaa", "twice-around-another": "aba", "two-twice": "abab"}.items():
        body = with_keys(people(1), [f"key-{key}" for key in keys])
        answer = answer_to(send, body)
        yield f"one-key-{name}", body, answer
        backwards = answer.response.json["responses"][::-1]
        yield (
            f"one-key-{name}-answered-backwards",
            body,
            accepting(send, {**answer.response.json, "responses": backwards}),
        )
    body = with_keys(people(1, {0}), ["key-a", "key-a"])
    yield "one-key-twice-both-refused", body, accepting(send, accepted_body(body, {0: MISSING, 1: DUPLICATE}))


def unknown(send: SendOperation) -> Iterator[Named]:
    """Codes and fields that the contract does not list: of every type, at the top and in items, beside known names."""
    for code in UNKNOWN_CODES:
        body, answer = refusing(2, {1}, Fault(code, "?"))
        yield f"refused-with-unknown-code-{code}", body, accepting(send, answer)
    body, answer = refusing(2, {1})
    more: dict[str, JSON] = {
        "traceId": "t-1",
        "warnings": [{"a": None}],
        "class": 1,
        "request_id": "r",
        "additional_properties": {},
        "errorCode": 5,
        "Message": "m",
    }
    items: JSON = [{**item, "carrier": {"name": "x"}, "message_key": "m"} for item in answer["responses"]]
    queued = accepted_body(people(2))
    yield "queued-with-unknown-fields", people(2), accepting(send, {**queued, **more})
    yield "mixed-with-unknown-fields", body, accepting(send, {**more, **answer, "responses": items})
    values: dict[str, JSON] = {
        "null": None,
        "true": True,
        "empty-list": [],
        "empty-object": {},
        "text": "",
        "list-with-null": [None],
    }
    for name, value in values.items():
        yield f"unknown-field-{name}", people(2), accepting(send, {**queued, "next": value})
        of_items = [{**item, "next": value} for item in queued["responses"]]
        yield f"unknown-field-of-an-item-{name}", people(2), accepting(send, {**queued, "responses": of_items})


#: Texts by what is unusual in them.
TEXTS = {
    "composed": "\u00e9\u1e9b\u0323",
    "decomposed": "e\u0301\u017f\u0323\u0307",
    "right-to-left": "\u05e9\u05dc\u05d5\u05dd \u202eabc\u202c \u0645\u0631\u062d\u0628\u0627",
    "astral": "😀\U0001d4d0\U0002070e",
    "joined": "\U0001f468\u200d\U0001f469\u200d\U0001f467\ufe0f",
    "last-plane": "\U0010fffd\U000f0000\ue000",
    "noncharacters": "\uffff\ufffe\ufdd0\U0001ffff",
    "replacement": "\ufffd",
    "inner-mark": "a\ufeffb",
    "line-separators": "a\u2028b\u2029c\u0085d",
    "controls": "\u0000\u0001\u001f\u007f\t\r\n\b\f",
    "quotes": "\"'\\/`<>&{}%+",
    "blanks": " \u00a0\u3000 ",
    "of-every-kind": UNICODE,
}


#: Texts that stand as escapes in the quick profile as well.
_ESCAPED = ("astral", "controls")


def _texts() -> Iterator[tuple[str, JSON, dict[str, JSON]]]:
    for name, text in TEXTS.items():
        body = with_keys(people(1, {0}), [f"{text}1", f"{text}2"])
        body["recipients"][0]["to"] = NUMBER
        yield name, body, {**accepted_body(body, {1: Fault(109106, f"no {text}")}), f"x{text}": [text]}


def _every_escape(send: SendOperation) -> Iterator[Named]:
    for name, body, answer in _texts():
        if name not in _ESCAPED:
            yield f"text-{name}-escaped", body, _raw(send, json.dumps(answer).encode())


def in_every_script(send: SendOperation) -> Iterator[Named]:
    """Unusual texts wherever there is one; some as escapes, and halves of surrogate pairs in no other way."""
    for name, body, answer in _texts():
        yield f"text-{name}", body, accepting(send, answer)
        if name in _ESCAPED:
            yield f"text-{name}-escaped", body, _raw(send, json.dumps(answer).encode())
    body, answer = refusing(2, {1}, Fault(109106, "?"))
    content = json.dumps(answer).encode()
    for name, half in {"high": rb"\ud800", "low": rb"\udc00", "swapped": rb"\udc00\ud800"}.items():
        yield f"left-open-half-a-surrogate-{name}", body, _raw(send, content.replace(b'"?"', b'"a%sb"' % half))


#: Numbers as they stand in a text: large, small, negative, and one of several spellings.
NUMBERS = (
    *("0", "-0", "-1", "1.0", "-1.0", "1e2", "1E+2", "0.1", "1.5e-7", "100.00", "-2147483649", "4294967296"),
    *("9007199254740991", "-9007199254740991", "9007199254740993", "9223372036854775808", "18446744073709551616"),
    *("123456789012345678901234567890", "0.1000000000000000055511151231257827", "1e-400", "1.7976931348623157e308"),
)


def numbers(send: SendOperation) -> Iterator[Named]:
    """Numbers as they can be written, where the contract has one and where it has none; some that no double holds."""
    body, answer = refusing(2, {1}, Fault(109106))
    yield "number-each", body, _raw(send, _with_number(answer, f"[{','.join(NUMBERS)}]"))
    whole = encoded(answer)
    yield "code-109106.0", body, _raw(send, whole.replace(b"109106", b"109106.0", 1))
    yield "code-1.09001e5", body, _raw(send, whole.replace(b"109001", b"1.09001e5", 1))
    queued = encoded(accepted_body(people(2)))
    yield "code-minus-0", people(2), _raw(send, queued.replace(b'"errorcode": 0', b'"errorcode": -0'))
    for code in (-109106, 2**31, 2**53 - 1, 2**63):
        mixed_body, told = refusing(2, {1}, Fault(code, "?"))
        yield f"code-{code}", mixed_body, accepting(send, told)
    for number in ("1e400", "-1e400", "9" * 400, "1" * 5000):
        yield f"left-open-number-{number[:6]}-of-{len(number)}", body, _raw(send, _with_number(answer, number))


def _every_number(send: SendOperation) -> Iterator[Named]:
    body, answer = refusing(2, {1}, Fault(109106))
    for number in NUMBERS:
        yield f"number-{number}", body, _raw(send, _with_number(answer, number))


def _with_number(answer: dict[str, JSON], number: str) -> bytes:
    return encoded({**answer, "count": "?"}).replace(b'"?"', number.encode())


def _raw(send: SendOperation, content: bytes) -> Answer:
    return Answer(Response(send.accepted, AS_JSON, content))


def left_open(send: SendOperation) -> Iterator[Named]:
    """Answers that the contract leaves to their reader: by their label, by a mark, by items that do not fit."""
    body, answer = refusing(2, {1}, Fault(109106, "Größe: 東京"))
    right = encoded(answer)
    labels: dict[str, Headers] = {
        "unlabelled": (),
        "as-text": (("content-type", "text/plain"),),
        "as-html": (("content-type", "text/html; charset=utf-8"),),
        "as-problem": (("content-type", "application/problem+json"),),
        "as-vendor-json": (("content-type", "application/vnd.api+json; version=1"),),
        "labelled-twice": (("content-type", "application/json"), ("content-type", "text/html")),
        "labelled-as-nothing": (("content-type", ""),),
        "in-no-known-charset": (("content-type", "application/json; charset=x-none"),),
    }
    for name, headers in labels.items():
        yield f"left-open-{name}", body, Answer(Response(send.accepted, headers, right))
    yield "left-open-byte-order-mark", body, _raw(send, b"\xef\xbb\xbf" + right)
    items = answer["responses"]
    others = {
        "item-missing": items[1:],
        "refused-item-missing": items[:1],
        "item-more": [*items, {"messageKey": "key-9"}],
        "refused-item-more": [*items, {"messageKey": "key-9", "errorcode": 109106, "message": "?"}],
        "item-twice": [*items, items[0]],
        "refused-item-twice": [*items, items[1]],
        "key-twice": [items[0], {**items[1], "messageKey": "key-0"}],
        "other-keys": [{**each, "messageKey": f"other-{index}"} for index, each in enumerate(items)],
        "key-in-other-letters": [{**each, "messageKey": each["messageKey"].upper()} for each in items],
    }
    for name, responses in others.items():
        yield f"left-open-{name}", body, accepting(send, _with_items(answer, responses))
    for name, change in _SCALARS.items():
        yield f"left-open-{name}", body, accepting(send, {**answer, **change})


_SCALARS: dict[str, dict[str, JSON]] = {
    "no-items": {"responses": []},
    "message-null": {"message": None},
    "errorcode-0-though-mixed": {"errorcode": 0},
}


def _with_items(answer: dict[str, JSON], items: list[JSON]) -> JSON:
    refused = [each for each in items if "errorcode" in each]
    told = {**answer, "responses": items}
    if refused:
        return told
    return {name: value for name, value in told.items() if name != "message"} | {"errorcode": 0}
