from __future__ import annotations

import json

import attrs
import pytest

from conformance.checks.reading import SEND
from conformance.contract import Contract
from conformance.model import Setting
from conformance.probes import Keys, Probe, probes
from conformance.settings import DEFAULT


def listed(contract: Contract, setting: Setting = DEFAULT, space: str = "s") -> list[Probe]:
    return list(probes(contract.operations[SEND], setting, Keys(space)))


def test_probes_are_the_same_each_time_and_have_names_of_their_own(contract: Contract) -> None:
    names = [each.name for each in listed(contract)]

    assert listed(contract) == listed(contract)
    assert len(set(names)) == len(names)


def test_another_name_space_gives_other_keys_and_nothing_else(contract: Contract) -> None:
    for one, other in zip(listed(contract, space="first"), listed(contract, space="other"), strict=True):
        body = one.request.body.replace(b"first-", b"other-")
        assert body.replace("first-".encode("utf-16-le"), "other-".encode("utf-16-le")) == other.request.body


def test_too_many_recipients_are_sent_only_where_a_limit_is_known(contract: Contract) -> None:
    limited = listed(contract, attrs.evolve(DEFAULT, max_recipients=3))
    extra = {each.name for each in limited} - {each.name for each in listed(contract)}

    assert extra == {"too many recipients"}


def test_a_limit_that_is_far_off_is_tried_as_well(contract: Contract) -> None:
    limited = {each.name: each for each in listed(contract, attrs.evolve(DEFAULT, max_recipients=50))}
    counts = [
        len(json.loads(limited[name].request.body)["recipients"])
        for name in (
            "many recipients, most of them refused",
            "as many recipients as are allowed",
            "too many recipients",
        )
    ]

    assert counts == [40, 50, 51]


@pytest.mark.parametrize("numbers", [("15555550100",), DEFAULT.numbers])
def test_one_usable_number_is_enough(contract: Contract, numbers: tuple[str, ...]) -> None:
    sent = {
        recipient["to"]
        for probe in listed(contract, attrs.evolve(DEFAULT, numbers=numbers))
        if probe.name == "eight recipients"
        for recipient in json.loads(probe.request.body)["recipients"]
    }

    assert sent == set(numbers)


def test_a_probe_of_another_path_or_method_belongs_to_no_operation(contract: Contract) -> None:
    for each in listed(contract):
        is_there = each.request.method == "POST" and each.request.path == contract.operations[SEND].path
        is_declared = not {"accept", "x-http-method-override"} & {name for name, _ in each.request.headers}
        is_declared &= "that nobody asked for" not in each.name
        assert (each.operation == SEND) is (is_there and is_declared), each.name


def test_a_token_is_cut_to_beginnings_of_every_length_or_to_a_dozen(contract: Contract) -> None:
    def lengths(token: str) -> list[int]:
        sent = [each.request.header("authorization") for each in listed(contract, attrs.evolve(DEFAULT, token=token))]
        cut = [(each or "").removeprefix("Bearer ") for each in sent]
        return sorted({len(each) for each in cut if each and each != token and token.startswith(each)})

    assert lengths("x") == []
    assert lengths("abcdef") == [1, 2, 3, 4, 5]
    assert len(lengths("0123456789" * 20)) == 12
    assert {1, 199} <= set(lengths("0123456789" * 20))


def test_few_of_the_exact_requests_queue_much(contract: Contract) -> None:
    sent = listed(contract, attrs.evolve(DEFAULT, max_recipients=2000))

    assert len(sent) < 300
