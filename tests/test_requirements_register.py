"""Nothing that the sources ask for is left out in silence: each sentence has a requirement, or a reason for none."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from conformance import register
from conformance.checks import SERVER
from conformance.checks import client as client_checks
from conformance.contract import Contract
from conformance.model import Cite, Requirement
from conformance.register import Sentence, covers


@pytest.fixture
def requirements(contract: Contract) -> list[Requirement[Any]]:
    return [*SERVER, *client_checks.requirements(contract)]


def test_every_sentence_has_a_requirement_or_a_reason(contract: Contract, requirements: list[Requirement[Any]]) -> None:
    assert register.uncovered(contract, register.cites(requirements)) == ()


def test_every_ruling_and_every_status_of_the_page_is_among_the_sentences(contract: Contract) -> None:
    places = {each.place for each in register.sentences(contract)}

    assert {f"R{number}" for number in range(1, 35)} | {f"C{number}" for number in range(1, 14)} <= places
    assert {"202 Accepted", "400 Bad Request", "403 Forbidden", "500 Server Error"} <= places
    assert any(place.endswith("/properties/messageKey") for place in places)


def test_a_sentence_that_nobody_minds_is_found(contract: Contract, requirements: list[Requirement[Any]]) -> None:
    without = [each for each in requirements if each.id != "request-id-uuid"]

    assert [each.text for each in register.uncovered(contract, register.cites(without))] == ["it SHOULD be a UUID."]


def test_no_entry_of_the_list_is_stale(contract: Contract, requirements: list[Requirement[Any]]) -> None:
    listed = register.sentences(contract)
    cited = [each.cite for each in (*register.further(), *register.exclusions())]

    assert [each for each in cited if not any(covers(each, sentence) for sentence in listed)] == []
    assert len(set(cited)) == len(cited)
    assert {id for each in register.further() for id in each.by} <= {each.id for each in requirements}


def test_nothing_is_excluded_that_a_requirement_cites(contract: Contract, requirements: list[Requirement[Any]]) -> None:
    judged = [cite for each in requirements for cite in register.cites_of(each)]
    excluded = {
        sentence
        for each in register.exclusions()
        for sentence in register.sentences(contract)
        if covers(each.cite, sentence)
    }

    assert [each for each in excluded if any(covers(cite, each) for cite in judged)] == []
    assert all(len(each.reason.split()) > 5 for each in register.exclusions())


@pytest.mark.parametrize(
    ("page", "quote", "is_covered"),
    [
        ("a.md", "it is new", True),
        ("a.md", "The id: it is new for every request; it may be a number", True),
        ("b.md", "it is new", False),
        ("a.md", "it is old", False),
    ],
)
def test_words_cover_the_sentence_they_stand_in_and_those_in_them(page: str, quote: str, is_covered: bool) -> None:
    assert covers(Cite(page, quote), Sentence("a.md", "R1", "it is new for every request;")) is is_covered


def test_sentences_end_where_they_end(contract: Contract) -> None:
    document = {"components": {"schemas": {"A": {"description": "Version 1.2 is due. See `a.b`; or: not"}}}}
    made = evolve(contract, document=document, folder=contract.folder / "nowhere")

    assert [each.text for each in register.sentences(made)] == ["Version 1.2 is due.", "See `a.b`;", "or:", "not"]
