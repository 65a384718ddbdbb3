import pytest

from scripts.wording import counted, listed, unused


@pytest.mark.parametrize("number, told", [(0, "0 files"), (1, "1 file"), (2, "2 files")])
def test_number_agrees_with_its_noun(number, told):
    assert counted(number, "file") == told


@pytest.mark.parametrize("words, told", [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")])
def test_words_are_listed(words, told):
    assert listed(words) == told


@pytest.mark.parametrize("taken, name", [((), "a"), (("a",), "a2"), (("a", "a2"), "a3"), (("a2",), "a")])
def test_first_name_that_nobody_has_is_taken(taken, name):
    assert unused("a", taken.__contains__) == name


def test_mark_stands_before_the_number():
    assert unused("x-a", ("x-a",).__contains__, "-") == "x-a-2"
