import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from scripts.yamltext import NotYAML, read, write

WORDS = "1e3 0o17 0x1F yes NO y on 12:30:45 2020-01-01 ~ 1_000 0123 +1 1. .nan .5 null << = #a 202"
misread = st.sampled_from([*WORDS.split(), "", "a: b", "- a", " a", "a\nb", "a\r", "\x85", "\u2028", "\ufeff"])
texts = misread | st.text(st.characters(codec="utf-8", exclude_characters="\ufffe\uffff"), max_size=5)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(values)
def test_every_reader_reads_what_was_written(value):
    text = write(value)

    assert read(text) == value
    assert yaml.safe_load(text) == value
    assert YAML(typ="safe", pure=True).load(text) == value


def test_one_value_in_two_places_is_written_twice():
    shared = {"a": ["b"]}

    assert write({"p": shared, "q": shared}) == "p:\n  a:\n  - b\nq:\n  a:\n  - b\n"


def test_long_lines_stay_whole():
    assert write({"a": "word " * 60 + "end"}).count("\n") == 1


def test_plain_scalars_are_json_or_strings():
    assert read("[yes, 2020-01-01, 0777, 1_0, 1e3, null, true]") == [
        "yes",
        "2020-01-01",
        "0777",
        "1_0",
        1000,
        None,
        True,
    ]


@pytest.mark.parametrize(
    "text, line, column",
    [
        ("a: 1\nb: 2\na: 3", 3, 1),
        ("a: {b: 1, b: 2}", 1, 11),
        ("a: 1\n2: b", 2, 1),
        ("a: [", 1, 5),
        ("a: 1e999", 1, 4),
        ("a: !!float .inf", 1, 4),
        ("a: !!timestamp 2020-01-01", 1, 4),
        ("a: !!python/name:os.system x", 1, 4),
        ('a: "\\ud800"', 1, 4),
        ("a: \x01", 1, 4),
        ("a: 1\n---\nb: 2", 2, 1),
        ("a: *b", 1, 4),
    ],
)
def test_what_is_no_json_is_refused_with_its_place(text, line, column):
    with pytest.raises(NotYAML) as error:
        read(text)

    assert (error.value.line, error.value.column) == (line, column)
