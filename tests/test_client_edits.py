"""Edits of the generated client: they fit it, are loaded under another name, and leave nothing behind."""

from __future__ import annotations

import importlib
import sys

import pytest
from attrs import evolve

from conformance.checks import client as client_checks
from conformance.contract import Contract
from conformance.edited_client import EDITED, ORIGINAL, MisfittingEdit, edited_caller, edited_package, misfits
from conformance.mutants.client_edit import ASYNC, BOTH, ITEM, SYNC, Edit
from conformance.mutants.client_edits import CLIENT_EDITS
from conformance.mutants.client_variants import CLIENT_VARIANTS
from conformance.selftest_clients import FAULTY_CLIENTS, SEVERAL, client_kill

CODE = Edit(ITEM, 'found.pop("errorcode", UNSET)', 'found.pop("errorCode", UNSET)')
PLACE = f"{EDITED}.models.sms_send_result_item"


def left_over() -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] in {EDITED, "shop"}]


@pytest.mark.parametrize("edited", [*CLIENT_EDITS, *CLIENT_VARIANTS], ids=lambda each: each.name)
def test_every_edit_fits_the_client_as_it_is_generated_now(edited) -> None:
    assert misfits(ORIGINAL, edited.edits) is None


def test_the_edits_are_many_and_each_has_a_name_a_requirement_and_a_sentence(contract: Contract) -> None:
    requirements = {each.id for each in client_checks.requirements(contract)}

    assert len(CLIENT_EDITS) >= 60
    assert len(FAULTY_CLIENTS) == len({*FAULTY_CLIENTS})
    assert {each.kills for each in CLIENT_EDITS} <= requirements
    assert [each.name for each in CLIENT_EDITS if not each.description.endswith(".") or not each.edits] == []


def test_some_are_wrong_in_one_form_of_a_call_alone() -> None:
    assert {each.styles for each in CLIENT_EDITS} == {BOTH, SYNC, ASYNC}


def test_what_is_listed_as_several_faults_is_a_mutant(contract: Contract) -> None:
    requirements = {each.id for each in client_checks.requirements(contract)}

    assert set(SEVERAL) <= set(FAULTY_CLIENTS)
    assert {id for ids in SEVERAL.values() for id in ids} <= requirements


def test_there_are_correct_clients_of_many_kinds() -> None:
    assert len(CLIENT_VARIANTS) >= 10
    assert len({each.name for each in CLIENT_VARIANTS}) == len(CLIENT_VARIANTS)
    assert [each.name for each in CLIENT_VARIANTS if not each.description.endswith(".")] == []


def test_an_edit_changes_the_package_of_another_name_alone() -> None:
    original = importlib.import_module(f"{ORIGINAL}.models.sms_send_result_item").SmsSendResultItem
    with edited_package(ORIGINAL, [CODE]):
        edited = importlib.import_module(PLACE).SmsSendResultItem
        read = edited.from_dict({"messageKey": "a", "errorcode": 7})

        assert edited.__module__ == PLACE
        assert read.errorcode is importlib.import_module(f"{EDITED}.types").UNSET

    assert original.from_dict({"messageKey": "a", "errorcode": 7}).errorcode == 7


def test_nothing_is_left_among_the_modules() -> None:
    with edited_package(ORIGINAL, [CODE]):
        importlib.import_module(PLACE)
        assert left_over()

    assert left_over() == []
    assert all(type(each).__name__ != "_Finder" for each in sys.meta_path)
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(EDITED)


def test_nothing_is_left_after_an_exception() -> None:
    with pytest.raises(ZeroDivisionError), edited_package(ORIGINAL, [CODE]):
        importlib.import_module(PLACE)
        raise ZeroDivisionError

    assert left_over() == []


def test_a_name_may_have_dots(contract: Contract) -> None:
    with edited_caller([], contract, name="shop.vendor.sms") as caller:
        assert caller.abilities.styles == ("sync", "async")
        assert importlib.import_module("shop.vendor.sms.errors").CallError.__module__ == "shop.vendor.sms.errors"

    assert left_over() == []


def test_a_name_that_is_taken_is_refused() -> None:
    with edited_package(ORIGINAL, []):
        importlib.import_module(EDITED)
        with pytest.raises(MisfittingEdit, match=f"{EDITED}: is taken"), edited_package(ORIGINAL, []):
            pass


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (Edit(ITEM, "no such text", ""), "'no such text', which stands there 0 times in place of once"),
        (Edit(ITEM, "errorcode", "code"), "which stands there 7 times in place of once"),
        (Edit("models/nothing.py", "a", "b"), "is no file, and an edit is to replace 'a' there"),
        (Edit(ITEM, CODE.old, "found.pop("), "is no Python any more"),
    ],
    ids=["absent", "often", "no file", "no Python"],
)
def test_an_edit_that_does_not_fit_is_named(edit: Edit, said: str) -> None:
    with pytest.raises(MisfittingEdit, match=said) as raised, edited_package(ORIGINAL, [edit]):
        pass

    assert str(raised.value).startswith(f"{ORIGINAL}/{edit.file}: ")
    assert str(raised.value).endswith("Write the edit anew, for the client as it is generated now.")


def test_the_self_test_says_whose_edit_no_longer_fits(contract: Contract) -> None:
    late = evolve(CLIENT_EDITS[0], edits=(Edit(ITEM, "no such text", ""),))

    with pytest.raises(MisfittingEdit, match=f"^{late.name}, {ORIGINAL}/{ITEM}: an edit is to replace"):
        client_kill(late, contract, 1)
