from scripts.reach import reached

WAYS = {"a": "bc", "b": "d", "d": "b", "e": "a"}


def ways(place):
    return WAYS.get(place, "")


def test_all_that_ways_lead_to_is_reached_in_circles_too():
    assert reached("a", ways) == set("abcd")


def test_what_only_leads_here_is_not_reached():
    assert reached("d", ways) == set("bd")


def test_from_nowhere_nothing_is_reached():
    assert reached((), ways) == set()
