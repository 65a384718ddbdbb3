"""JSON read strictly, and what is repaired, refused or neither of a text that is no JSON."""

import json
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.jsontext import NotJSON, TextRepair, read_repaired, read_strict

COMMA, TRAILING = "missing comma added", "trailing comma removed"
CURLY, COMMENT, ZEROS = "curly quote made straight", "comment removed", "leading zeros removed"
NO_BREAK = "no-break space replaced"


def values_with(texts, numbers):
    return st.recursive(
        st.none() | st.booleans() | numbers | texts,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
        max_leaves=12,
    )


FINITE = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
#: Whatever JSON can hold, with what could be taken for JSON inside strings more often than by chance.
ANY = values_with(st.text() | st.text(alphabet='"\\“”,:{}[]/*# \u00a0a', max_size=6), FINITE)
#: What leaves no doubt: strings of letters, and numbers that cannot be taken for a part of another.
PLAIN = values_with(st.text(alphabet="abc", max_size=3), st.integers(-99, 99))
LAYOUTS = st.fixed_dictionaries(
    {"indent": st.sampled_from([None, 0, 1, 2, "\t"]), "ensure_ascii": st.booleans()},
    optional={"separators": st.sampled_from([(",", ":"), (", ", ": "), (",  ", " :  ")])},
)
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def with_faults(text):
    """The text with one fault of the list, for each that it can have, and where the fault is."""
    tokens = list(TOKEN.finditer(text))
    for token in tokens:
        start, end, said = token.start(), token.end(), token.group()
        if said == ",":
            yield text[:start] + " " + text[end:], start
        elif said[0] == '"':
            yield text[:start] + "“" + text[start + 1 :], start
            yield text[: end - 1] + "”" + text[end:], end - 1
        elif said[0] in "-0123456789":
            digits = start + said.startswith("-")
            yield text[:digits] + "00" + text[digits:], digits
        for comment in ("/* 1, */", '// "\n'):
            yield text[:end] + comment + text[end:], end
        yield text[:end] + "\u00a0" + text[end:], end
    for before, after in pairwise(tokens):
        if after.group() in ("}", "]") and before.group() not in ("{", "["):
            yield text[: before.end()] + "," + text[before.end() :], before.end()
    if text[-1] in "}]":
        yield text[:-1], len(text[:-1].rstrip())
        yield text + text[-1], len(text)


@given(ANY, LAYOUTS)
def test_what_is_json_is_read_as_it_is(value, layout):
    text = json.dumps(value, **layout)
    read = read_repaired(text)

    assert read_strict(text) == read.value == value
    assert read.repairs == ()


@given(ANY, LAYOUTS, st.data())
def test_one_fault_is_repaired_in_its_place_or_refused(value, layout, data):
    text, offset = data.draw(st.sampled_from(list(with_faults(json.dumps(value, **layout)))))
    try:
        read = read_repaired(text)
    except NotJSON:
        return

    assert json.dumps(read.value) == json.dumps(value)
    assert [(each.line, each.column) for each in read.repairs] == [
        (text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))
    ]


@given(PLAIN, LAYOUTS, st.data())
def test_one_fault_in_plain_json_is_always_repaired(value, layout, data):
    text, _ = data.draw(st.sampled_from(list(with_faults(json.dumps(value, **layout)))))
    read = read_repaired(text)

    assert json.dumps(read.value) == json.dumps(value)
    assert len(read.repairs) == 1


@given(st.text(alphabet='{}[],:"“”1 0a\n\u00a0/*#-e.', max_size=12))
def test_every_text_is_read_or_refused_at_a_place_in_it(text):
    try:
        read_repaired(text)
    except NotJSON as error:
        lines = text.split("\n")

        assert 1 <= error.line <= len(lines)
        assert 1 <= error.column <= len(lines[error.line - 1]) + 1


@pytest.mark.parametrize(
    "text, value, repairs",
    [
        ('{"a": "x"\n "b": 2}', {"a": "x", "b": 2}, [(1, 10, COMMA)]),
        ('{"a": 1 "b": 2}', {"a": 1, "b": 2}, [(1, 8, COMMA)]),
        ("[[1] [2]]", [[1], [2]], [(1, 5, COMMA)]),
        ('["a" "b"]', ["a", "b"], [(1, 5, COMMA)]),
        ("[1 2]", [1, 2], [(1, 3, COMMA)]),
        ("[1\n000]", [1, 0], [(1, 3, COMMA), (2, 1, ZEROS)]),
        ('{"a": 1,\n}', {"a": 1}, [(1, 8, TRAILING)]),
        ("[1 , ]", [1], [(1, 4, TRAILING)]),
        ('{"a": 1},', {"a": 1}, [(1, 9, TRAILING)]),
        ('{"a": “x"}', {"a": "x"}, [(1, 7, CURLY)]),
        ('{"a": "x”, "b": "y"}', {"a": "x", "b": "y"}, [(1, 9, CURLY)]),
        ("{“a”: „b“}", {"a": "b"}, [(1, 2, CURLY), (1, 4, CURLY), (1, 7, CURLY), (1, 9, CURLY)]),
        ('["“a” b",]', ["“a” b"], [(1, 9, TRAILING)]),
        ('[“say \\"so\\"”]', ['say "so"'], [(1, 2, CURLY), (1, 13, CURLY)]),
        ("// one\n[1, /* two\n*/ 2] # three", [1, 2], [(1, 1, COMMENT), (2, 5, COMMENT), (3, 7, COMMENT)]),
        ("[1// one\n2/* two */", [1, 2], [(1, 3, COMMA), (1, 3, COMMENT), (2, 2, "missing ] added"), (2, 2, COMMENT)]),
        ('["http://a/*b*/#c",]', ["http://a/*b*/#c"], [(1, 19, TRAILING)]),
        ('{\n\u00a0\u00a0 \u00a0"a":\u00a01}', {"a": 1}, [(2, 1, "3 no-break spaces replaced"), (2, 9, NO_BREAK)]),
        ('["a\u00a0b",]', ["a\u00a0b"], [(1, 7, TRAILING)]),
        ('{"a": {"b": 1}', {"a": {"b": 1}}, [(1, 15, "missing } added")]),
        ('{"a": [1, 2}', {"a": [1, 2]}, [(1, 12, "missing ] added")]),
        ('{"a": [', {"a": []}, [(1, 8, "missing ] added"), (1, 8, "missing } added")]),
        ('{"a": 1}}\n', {"a": 1}, [(1, 9, "surplus } removed")]),
        ('{"a": [1]]}', {"a": [1]}, [(1, 10, "surplus ] removed")]),
        ("[007, -01.5, 00, 0]", [7, -1.5, 0, 0], [(1, 2, ZEROS), (1, 8, ZEROS), (1, 14, ZEROS)]),
    ],
)
def test_what_is_on_the_list_is_repaired(text, value, repairs):
    read = read_repaired(text)

    assert json.dumps(read.value) == json.dumps(value)
    assert read.repairs == tuple(TextRepair(*each) for each in repairs)


def test_repairs_come_in_the_order_of_the_text():
    text = '{ // what\n  "a": “x”\n  "b": [01,],\u00a0\n  "c": {}\n'

    assert [each.what for each in read_repaired(text).repairs] == [
        *(COMMENT, CURLY, CURLY, COMMA, ZEROS, TRAILING, NO_BREAK),
        "missing } added",
    ]


@pytest.mark.parametrize(
    "text, line, column",
    [
        ("", 1, 1),
        ("{'a': 1}", 1, 2),
        ("{a: 1}", 1, 2),
        ('{"a" 1}', 1, 6),
        ('{"a" "b": 1}', 1, 6),
        ('{"a": }', 1, 7),
        ('{"a": 1, "b"}', 1, 13),
        ('{"a": 1 2}', 1, 9),
        ('{"a": "b" "c"}', 1, 11),
        ('{"a": 1\n "b": 2\n "c" 3}', 3, 2),
        ('{"a":\n 1\n 2}', 3, 2),
        ('["a": 1]', 1, 5),
        ("[,]", 1, 2),
        ("[1,,2]", 1, 4),
        ("[1,,]", 1, 4),
        ("[True]", 1, 2),
        ("[NaN]", 1, 2),
        ("[-Infinity]", 1, 2),
        ("[undefined]", 1, 2),
        ("[0x1F]", 1, 2),
        ("[+1]", 1, 2),
        ("[.5]", 1, 2),
        ("[1.]", 1, 2),
        ("[1_000]", 1, 2),
        ("[truefalse]", 1, 2),
        ("[1, ...]", 1, 5),
        ("[1e999]", 1, 2),
        (f"[{'9' * 400}]", 1, 2),
        ('["\\ud800"]', 1, 2),
        ('["\ud800",]', 1, 2),
        ('["a\nb"]', 1, 2),
        ('["a\tb"]', 1, 2),
        ('["\\x41"]', 1, 2),
        ('{"a": "b}', 1, 7),
        ("[‘a’]", 1, 2),
        ("[1 /* 2]", 1, 4),
        ("{} {}", 1, 4),
        ('{"a": 1}}, "b": 2}', 1, 9),
        ('{"a": 1]', 1, 8),
        ('{"a": [1}]', 1, 9),
        ('{"a": [{"b": 1, "c": 2], "d": 3}', 1, 23),
        ('{"a": 1,\n "a": 2}', 2, 2),
        ('{"a": 1,\n "a": 2,}', 2, 2),
        ("[" * 201 + "]" * 201, 1, 201),
        ("[" * 100_000, 1, 201),
    ],
)
def test_what_is_not_on_the_list_is_refused_in_its_place(text, line, column):
    with pytest.raises(NotJSON) as error:
        read_repaired(text)

    assert (error.value.line, error.value.column) == (line, column)


@pytest.mark.parametrize(
    "text, line, column",
    [
        ('["x”, "", "”"]', 1, 4),
        ('["x”, "//"]', 1, 4),
        ("[1 000]", 1, 3),
        ("[12\u00a0500.5]", 1, 4),
        ('{\n  "a": {\n    "b": 1,\n  "c": 2\n}', 4, 3),
        ('{\n  "a": {\n    "b": 1\n  "c": 2\n}', 4, 3),
    ],
)
def test_two_ways_to_repair_are_refused(text, line, column):
    with pytest.raises(NotJSON) as error:
        read_repaired(text)

    assert (error.value.line, error.value.column) == (line, column)


def test_many_curly_quotes_end_in_an_answer():
    text = "[" + ", ".join('"“,”,“,”,“,”"' for _ in range(40)) + ",]"

    with pytest.raises(NotJSON):
        read_repaired(text)


@pytest.mark.parametrize(
    "text",
    ["[1,]", '{"a": 1\n "b": 2}', "[01]", "[“a”]", "[1] // one", "[\u00a01]", "[1]]", "[", "[NaN]", "[" * 100_000],
)
def test_strict_reading_repairs_nothing(text):
    with pytest.raises(NotJSON):
        read_strict(text)


@pytest.mark.parametrize("read", [read_strict, lambda text: read_repaired(text).value])
def test_byte_order_mark_before_the_text_is_passed_over(read):
    assert read("\ufeff{}") == {}


def test_surrogate_pairs_are_characters():
    assert read_strict('["\\ud83d\\ude00"]') == ["\U0001f600"]


def test_two_hundred_levels_can_be_read():
    assert read_strict("[" * 200 + "]" * 200)


def test_refusal_is_a_sentence():
    with pytest.raises(NotJSON) as error:
        read_strict('{"a": 1,\n "a": 2}')

    assert str(error.value) == "the name 'a' a second time in one object at line 2 column 2"


def test_each_value_has_its_place():
    read = read_repaired('{ // it\n  "a": [007,\n {"b": “x” }] "c" :\n 1}')

    assert read.places == {
        (): (1, 1),
        ("a",): (2, 3),
        ("a", "0"): (2, 9),
        ("a", "1"): (3, 2),
        ("a", "1", "b"): (3, 3),
        ("c",): (3, 15),
    }


@given(ANY, LAYOUTS)
def test_places_are_those_of_the_values(value, layout):
    def pointers(value, at=()):
        yield at
        members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for name, inner in members:
            yield from pointers(inner, (*at, str(name)))

    assert sorted(read_repaired(json.dumps(value, **layout)).places) == sorted(pointers(value))
