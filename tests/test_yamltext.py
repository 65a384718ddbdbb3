import json
import math
import re
from typing import ClassVar

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from scripts import yamltext
from scripts.yamltext import DEEPEST, NotYAML, read, write

WORDS = "1e3 0o17 0x1F yes NO y on 12:30:45 2020-01-01 ~ 1_000 0123 +1 1. .nan .5 null << = #a 202 --- ? % @ ` ' \""
PIECES = ["", " ", ": ", " #", "- ", "a:", "a ", "\n", "\r", "\t", "\x7f", "\x85", "\u2028", "\ufeff", "\U0001f600"]
misread = st.lists(st.sampled_from([*WORDS.split(), *PIECES]), max_size=3).map("".join)
long = st.sampled_from([121, 122, 123, 300]).map(lambda length: "x" * length)
anything = misread | long | st.text(max_size=5)
printable = misread.filter(lambda text: "\x7f" not in text) | st.text(
    st.characters(codec="utf-8", exclude_characters="\ufffe\uffff"), max_size=5
)


def values(texts):
    floats = st.floats(allow_nan=False, allow_infinity=False)
    return st.recursive(
        st.none() | st.booleans() | st.integers() | floats | texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
        max_leaves=8,
    )


@pytest.fixture(params=["libyaml", "PyYAML"])
def either_parser(request, monkeypatch):
    if request.param == "PyYAML":
        monkeypatch.setattr(yamltext, "PARSER", yaml.SafeLoader)


@given(values(printable))
@example({"0o171_000": None})
@example(["+0o17", "-0o7", "0o_", "0x_1f", "0b_1"])
def test_every_reader_reads_what_was_written(value):
    text = write(value)

    assert read(text) == value
    assert yaml.safe_load(text) == value
    assert YAML(typ="safe", pure=True).load(text) == value


class Dumper(yaml.SafeDumper):
    """PyYAML's own writer, told to quote what YAML 1.2 would read as something else."""

    yaml_implicit_resolvers: ClassVar = {
        first: [*found] for first, found in yaml.SafeDumper.yaml_implicit_resolvers.items()
    }

    def ignore_aliases(self, data):
        return True


def represented(dumper, text):
    style = '"' if re.search("[\n\r\x85\u2028\u2029\ufeff]", text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


NUMBER = re.compile(r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?0o[0-7_]+)$")
Dumper.add_implicit_resolver("tag:yaml.org,2002:float", NUMBER, list("-+.0123456789"))
Dumper.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^[yYnN]$"), list("yYnN"))
Dumper.add_representer(str, represented)


@given(values(anything))
def test_what_is_written_is_what_pyyaml_writes(value):
    options = {"sort_keys": False, "allow_unicode": True, "width": math.inf, "default_flow_style": False}

    assert write(value) == yaml.dump(value, Dumper=Dumper, **options)


def test_one_value_in_two_places_is_written_twice():
    shared = {"a": ["b"]}

    assert write({"p": shared, "q": shared}) == "p:\n  a:\n  - b\nq:\n  a:\n  - b\n"


def test_long_lines_stay_whole():
    assert write({"a": "word " * 60 + "end"}).count("\n") == 1


@given(values(printable))
def test_json_is_yaml(value):
    assert read(json.dumps(value)) == value


@pytest.mark.usefixtures("either_parser")
def test_plain_scalars_are_json_or_strings():
    assert read("[yes, 2020-01-01, 0777, 1_0, 1e3, null, ~, true, True, -0, 1.50, a]") == [
        *("yes", "2020-01-01", "0777", "1_0", 1000, None, None, True, "True", 0, 1.5, "a"),
    ]
    assert read("a:\nb:\n- \n") == {"a": None, "b": [None]}


@pytest.mark.usefixtures("either_parser")
@pytest.mark.parametrize("text, value", [("", None), ("\ufeffa: b", {"a": "b"}), ("%YAML 1.2\n---\na", "a")])
def test_marks_at_the_beginning_are_no_content(text, value):
    assert read(text) == value


@pytest.mark.usefixtures("either_parser")
@pytest.mark.parametrize("plain_keys", [False, True])
@pytest.mark.parametrize(
    "text, line, column, told",
    [
        ("a: 1\nb: 2\na: 3", 3, 1, "the key 'a' a second time"),
        ("a: {b: 1, b: 2}", 1, 11, "the key 'b' a second time"),
        ("[a]: b", 1, 1, "a key that is a list or an object"),
        ("a: &b 1\n*b : 2", 2, 1, "the key *b, which stands for a number"),
        ("a: [", 1, 5, "expected the node content"),
        ("a: b: c", 1, 5, "mapping values are not allowed here"),
        ("a:\n\tb: 1", 2, 1, "found character '\\t'"),
        ('a: "\\q"', 1, 6, "found unknown escape character"),
        ("a: 1e999", 1, 4, "a number that JSON does not have"),
        ("a: " + "9" * 5000, 1, 4, "a number that JSON does not have"),
        ("a: !!float .inf", 1, 4, "the tag tag:yaml.org,2002:float"),
        ("a: !!str b", 1, 4, "the tag tag:yaml.org,2002:str"),
        ("a: !!python/name:os.system x", 1, 4, "the tag tag:yaml.org,2002:python/name:os.system"),
        ("a: !b c", 1, 4, "the tag !b"),
        ('a: "\\ud800"', 1, 4, "half a surrogate pair"),
        ("b\na: \x01", 2, 4, "'\\x01', a character that YAML does not allow"),
        ("a: 1\n---\nb: 2", 2, 1, "a second document"),
        ("a: *b", 1, 4, "the alias *b, which stands for nothing"),
        ("a: &b [*b]", 1, 8, "the alias *b inside what it stands for"),
        ("%YAML 2.0\n--- a", 1, 1, "found incompatible YAML document"),
    ],
)
def test_what_is_no_json_is_refused_with_its_place(text, line, column, told, plain_keys):
    with pytest.raises(NotYAML) as error:
        read(text, plain_keys=plain_keys)

    assert (error.value.line, error.value.column) == (line, column)
    assert error.value.what.startswith(told)


@pytest.mark.parametrize("key", ["2", "true", "~", "1.0"])
def test_key_that_is_no_string_without_quotes_is_refused(key):
    with pytest.raises(NotYAML) as error:
        read(f"a: 1\n{key}: b")

    assert str(error.value) == f"the key {key} without quotes at line 2 column 1"


@pytest.mark.usefixtures("either_parser")
def test_plain_keys_are_strings_as_written():
    keys = ["200", "1.0", "1.10", "true", "Yes", "~", "2020-01-01", "0x1F"]

    assert list(read("\n".join(f"{key}: a" for key in keys), plain_keys=True)) == keys


def test_alias_may_be_a_key():
    assert read("a: &x b\n*x : c", plain_keys=True) == {"a": "b", "b": "c"}


def test_key_written_in_two_ways_stands_twice():
    with pytest.raises(NotYAML, match="the key '200' a second time at line 2 column 1"):
        read("200: a\n'200': b", plain_keys=True)


def test_plain_scalars_of_others_are_what_every_reader_reads():
    assert read("[True, NULL, FALSE, +1, .5, 1., yes, off, 2020-01-01, 12:30:45, 010, 1_0, .inf]", plain_keys=True) == [
        *(True, None, False, 1, 0.5, 1.0),
        *("yes", "off", "2020-01-01", "12:30:45", "010", "1_0", ".inf"),
    ]


def test_alias_stands_for_the_same_object():
    value = read("a: &x {b: c}\nd: *x\n&k e: *k", plain_keys=True)

    assert value == {"a": {"b": "c"}, "d": {"b": "c"}, "e": "e"}
    assert value["a"] is value["d"]


@pytest.mark.usefixtures("either_parser")
def test_what_aliases_unfold_to_is_bounded():
    levels = [f"- &a{level + 1} [{', '.join([f'*a{level}'] * 10)}]" for level in range(30)]

    with pytest.raises(NotYAML, match="characters repeated by aliases"):
        read("\n".join(["- &a0 lol", *levels]))


@pytest.mark.parametrize(
    "text, value",
    [
        ("<<: {a: 1}\nb: 2", {"a": 1, "b": 2}),
        ("a: 2\n<<: {a: 1, b: 1}", {"a": 2, "b": 1}),
        ("<<: [{a: 1}, {a: 2, b: 2}]", {"a": 1, "b": 2}),
        ("'<<': 1", {"<<": 1}),
    ],
)
def test_merge_keys_bring_in_what_is_not_there(text, value):
    assert read(text, plain_keys=True) == value


def test_merge_key_leaves_what_it_brings_in_alone():
    assert read("a: &x {b: 1}\nc: {<<: *x, d: 2}", plain_keys=True) == {"a": {"b": 1}, "c": {"b": 1, "d": 2}}


@pytest.mark.parametrize("text", ["<<: 1", "<<: [1]", "<<: {a: 1}\n<<: {b: 1}"])
def test_merge_key_that_brings_in_nothing_is_refused(text):
    with pytest.raises(NotYAML, match="the key '<<'"):
        read(text, plain_keys=True)


def test_merge_key_is_a_key_among_ours():
    assert read("<<: {a: 1}") == {"<<": {"a": 1}}


@pytest.mark.usefixtures("either_parser")
@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_is_refused(opening):
    with pytest.raises(NotYAML, match=f"more than {DEEPEST} values inside one another|a key that is a list"):
        read(opening * 100_000)


def test_what_is_not_too_deep_is_read():
    assert read("[" * DEEPEST + "]" * DEEPEST) == json.loads("[" * DEEPEST + "]" * DEEPEST)
