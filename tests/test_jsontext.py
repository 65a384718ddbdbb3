import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.jsontext import NotJSON, TextRepair, read_repaired, read_strict

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


@given(values)
def test_what_is_json_is_read_as_it_is(value):
    text = json.dumps(value, indent=1)

    assert read_strict(text) == value
    assert read_repaired(text) == (value, ())


@given(values, st.data())
def test_a_comma_taken_from_the_end_of_a_line_is_put_back(value, data):
    text = json.dumps([value, value], indent=1)
    ends = [offset for offset, char in enumerate(text) if text[offset : offset + 2] == ",\n"]
    offset = data.draw(st.sampled_from(ends))
    read, [repair] = read_repaired(text[:offset] + text[offset + 1 :])

    assert read == [value, value]
    assert (repair.line, repair.column) == (text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))
    assert repair.what == "missing comma added"


@pytest.mark.parametrize(
    "text, value, repairs",
    [
        ('{"a": "x"\n "b": 2}', {"a": "x", "b": 2}, [(1, 10, "missing comma added")]),
        ('{"a": 1 "b": 2}', {"a": 1, "b": 2}, [(1, 8, "missing comma added")]),
        ("[[1] [2]]", [[1], [2]], [(1, 5, "missing comma added")]),
        ('["a"\n"b"]', ["a", "b"], [(1, 5, "missing comma added")]),
        ('{"a": 1,\n}', {"a": 1}, [(1, 8, "trailing comma removed")]),
        ("[1 , ]", [1], [(1, 4, "trailing comma removed")]),
        (
            '{"a": {}\n "b": 1,}',
            {"a": {}, "b": 1},
            [(1, 9, "missing comma added"), (2, 8, "trailing comma removed")],
        ),
    ],
)
def test_commas_are_repaired(text, value, repairs):
    assert read_repaired(text) == (value, tuple(TextRepair(*each) for each in repairs))


@pytest.mark.parametrize(
    "text, line, column",
    [
        ('["a" "b"]', 1, 5),  # or a string with bare quotes in it
        ("[1 2]", 1, 3),  # or a number with a gap in it
        ("[,]", 1, 2),
        ("[1,,]", 1, 4),
        ('{"a" "b": 1}', 1, 6),
        ('{"a": 1\n "b": 2\n "c" 3}', 3, 2),
        ('{"a":\n 1\n 2}', 3, 2),
        ("{} {}", 1, 4),
        ('{"a": 1', 1, 8),
        ("", 1, 1),
        ('{"a": \u201cx"}', 1, 7),
        ("{'a': 1}", 1, 2),
        ('{"a": 1, // no\n}', 1, 10),
        ("[NaN]", 1, 2),
        ("[01]", 1, 2),
        ("[1e999]", 1, 2),
        ('["\\ud800"]', 1, 2),
        ('["a\nb"]', 1, 2),
        ('{"a": 1,\n "a": 2}', 2, 2),
        ("\ufeff{}", 1, 1),
    ],
)
def test_everything_else_is_refused_with_its_place(text, line, column):
    with pytest.raises(NotJSON) as error:
        read_repaired(text)

    assert (error.value.line, error.value.column) == (line, column)


@pytest.mark.parametrize("text", ["[1,]", '{"a": 1\n "b": 2}', "[" * 100_000])
def test_strict_reading_repairs_nothing(text):
    with pytest.raises(NotJSON):
        read_strict(text)
