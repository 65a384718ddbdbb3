"""The table of what the stock client does right names tests that there are."""

from __future__ import annotations

import pytest

from tests import test_client_answers, test_client_failures, test_client_safety
from tests.client_packages import ALREADY_RIGHT


@pytest.mark.parametrize("name", ALREADY_RIGHT)
def test_an_entry_names_one_test_and_says_why(name: str) -> None:
    modules = (test_client_answers, test_client_failures, test_client_safety)

    assert sum(hasattr(each, name) for each in modules) == 1
    assert ALREADY_RIGHT[name].endswith(".")
