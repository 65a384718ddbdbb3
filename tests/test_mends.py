"""Each rule mends its fault, says where, and does it once; what no rule can mend is settled as the error says."""

import json
import re
from copy import deepcopy
from pathlib import Path

import pytest
import yaml

from scripts.document import DocumentError, Kind, node_at, nodes
from scripts.mends import MEANINGLESS, OMISSIONS, RULES, mended
from scripts.overlay import overlaid, read_overlay
from scripts.references import bundled
from scripts.swagger2 import converted, openapi3
from scripts.validity import check_valid

CASES = Path(__file__).parent / "cases/mends"
cases = pytest.mark.parametrize("rule", sorted(folder.name for folder in CASES.iterdir()))


def read(rule, name):
    return json.loads((CASES / rule / f"{name}.json").read_text("utf-8"))


def places(mends):
    return [[mend.pointer, mend.rule] for mend in mends]


def operations(document):
    return sorted(node["operationId"] for _, node, _ in nodes(document, Kind.OPERATION))


def test_every_rule_has_a_case():
    assert {folder.name for folder in CASES.iterdir()} == set(RULES)


@cases
def test_fault_is_mended_and_reported_where_it_stands(rule):
    after, mends = mended(read(rule, "before"))

    assert after == read(rule, "after")
    assert places(mends) == read(rule, "mends")


@cases
def test_case_is_about_its_rule_and_points_into_its_document(rule):
    before, told = read(rule, "before"), read(rule, "mends")
    for pointer, _ in told:
        node_at(before, pointer)

    assert {name for _, name in told} == {rule}


@cases
def test_document_is_left_as_it_was(rule):
    document = read(rule, "before")
    before = deepcopy(document)
    mended(document)

    assert document == before


@cases
def test_what_is_mended_needs_no_mend(rule):
    after = read(rule, "after")

    assert mended(after) == (after, ())
    assert mended(after, strict=True) == (after, ())


@cases
def test_what_is_mended_is_a_valid_contract_when_it_is_converted(rule):
    check_valid(openapi3(read(rule, "after")))


@pytest.mark.parametrize(
    "rule", sorted(set(RULES) - {"operation-id-missing", "operation-id-twice", "string-as-number"})
)
def test_no_operation_is_lost_or_renamed(rule):
    assert operations(read(rule, "after")) == operations(read(rule, "before"))


@pytest.mark.parametrize("rule", sorted(set(RULES) - {*OMISSIONS, *MEANINGLESS}))
def test_strict_refuses_the_fault(rule):
    told = read(rule, "mends")
    with pytest.raises(DocumentError) as error:
        mended(read(rule, "before"), strict=True)

    assert error.value.where == told[0][0]
    assert error.value.what.startswith(f"{rule}: ")
    assert error.value.what.endswith(f"(and {len(told) - 1} faults more)") == (len(told) > 2)


@pytest.mark.parametrize("rule", OMISSIONS)
def test_strict_lets_an_omission_be(rule):
    before = read(rule, "before")

    assert mended(before, strict=True) == (before, ())


@pytest.mark.parametrize("rule", MEANINGLESS)
def test_strict_lets_what_has_no_meaning_go(rule):
    assert mended(read(rule, "before"), strict=True) == (read(rule, "after"), ())
