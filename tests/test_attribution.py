"""What explains what: nothing explains itself, however far round, and all that is named is a requirement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any

import pytest

from conformance.checks import SERVER
from conformance.checks import client as client_checks
from conformance.contract import Contract
from conformance.contract import read as read_contract
from conformance.model import Requirement
from conformance.mutants.client_paths import PATHS

Sides = Mapping[str, Sequence[Requirement[Any]]]


@pytest.fixture
def sides(contract: Contract) -> Sides:
    of_paths = client_checks.requirements(read_contract(PATHS))
    return {"server": SERVER, "client": client_checks.requirements(contract), "client with paths": of_paths}


@pytest.mark.parametrize("side", ["server", "client", "client with paths"])
@pytest.mark.parametrize("by", ["narrower", "narrower_elsewhere"])
def test_nothing_explains_itself_in_a_circle(sides: Sides, side: str, by: str) -> None:
    explained = {each.id: getattr(each, by) for each in sides[side]}

    # Raises CycleError that names the circle.
    TopologicalSorter(explained).prepare()

    assert any(explained.values())
    assert {cause for causes in explained.values() for cause in causes} <= set(explained)
