from __future__ import annotations

from pathlib import Path

import pytest

from conformance import contract as contracts
from conformance.checks.reading import SEND
from conformance.contract import Contract, ContractError


def test_the_documented_examples_obey_their_schemas(contract: Contract) -> None:
    operation = contract.operations[SEND]

    assert operation.request_examples
    assert {"202", "400"} <= operation.response_examples.keys()
    for body in operation.request_examples.values():
        assert contract.request_faults(SEND, body) == []
    for status, bodies in operation.response_examples.items():
        for body in bodies.values():
            assert contract.response_faults(SEND, int(status), body) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"errorcode": 0}, "/errorcode"),
        ({"message": None}, "/message"),
        ({"responses": [{"errorcode": 109106, "message": "no"}]}, "/responses/0"),
    ],
)
def test_the_rules_of_a_mixed_answer_are_in_its_schema(
    contract: Contract, change: dict[str, object], fault: str
) -> None:
    mixed = contract.operations[SEND].response_examples["202"]["MixedResponses"]

    assert any(each.startswith(fault) for each in contract.response_faults(SEND, 202, {**mixed, **change}))


def test_per_recipient_faults_are_valid_requests(contract: Contract) -> None:
    body = {"definitionKey": "d", "recipients": [{}, {"messageKey": "k" * 200}, {"messageKey": "k" * 200}]}

    assert contract.request_faults(SEND, body) == []


def test_statuses_are_declared_or_not(contract: Contract) -> None:
    declared = {status for status in range(100, 600) if contract.declares(SEND, status)}

    assert declared == {202, 400, 401, 403, 415, 429, 500, 503}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        ("a: [\n", "openapi.yaml:2:1: is not YAML"),
        ("[]", "not an OpenAPI document"),
        ("paths: {}", "declares no operation"),
        ("paths: {/a: {get: {}}}", "KeyError: 'responses'"),
        (
            "paths: {/a: {get: {operationId: a, requestBody: {$ref: '#/x'}, responses: {}}}}\nx: {$ref: '#/x'}",
            "leads nowhere",
        ),
    ],
)
def test_a_folder_that_is_no_contract_is_said(tmp_path: Path, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / "openapi.yaml").write_text(content, encoding="utf-8")

    with pytest.raises(ContractError) as caught:
        contracts.read(tmp_path)
    assert said in str(caught.value)
    assert str(tmp_path) in str(caught.value)
