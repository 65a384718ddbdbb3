from __future__ import annotations

from pathlib import Path

import pytest

from conformance import contract as contracts
from conformance.checks.reading import SEND
from conformance.contract import Contract, ContractError
from conformance.model import Request


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


def test_a_body_too_deep_for_the_validator_is_a_fault(contract: Contract) -> None:
    body: object = "bottom"
    for _ in range(2000):
        body = {"responses": [body]}

    assert contract.response_faults(SEND, 202, body) == ["/: it is nested too deeply to be judged"]


def test_statuses_are_declared_or_not(contract: Contract) -> None:
    declared = {status for status in range(100, 600) if contract.declares(SEND, status)}

    assert declared == {202, 400, 401, 403, 415, 429, 500, 503}


@pytest.mark.parametrize(
    ("method", "target", "operation"),
    [
        ("POST", "/messaging/v1/sms/messages/?a=b", SEND),
        ("GET", "/messaging/v1/sms/messages/", None),
        ("POST", "//messaging/v1/sms/messages/", None),
    ],
)
def test_a_request_belongs_to_an_operation_by_method_and_path(
    contract: Contract, method: str, target: str, operation: str | None
) -> None:
    assert contract.operation_of(Request(method, target)) == operation


def test_the_schema_of_a_status_is_none_where_the_status_is_not_declared(contract: Contract) -> None:
    assert contract.response_schema(SEND, 202) == contract.operations[SEND].responses["202"]
    assert contract.response_schema(SEND, 404) is None


def test_references_are_followed_through_escapes_to_their_end(tmp_path: Path) -> None:
    text = "paths: {/a: {get: {operationId: a, responses: {}}}}\nx: {$ref: '#/paths/~1a/get'}"
    (tmp_path / "openapi.yaml").write_text(text, encoding="utf-8")
    contract = contracts.read(tmp_path)

    assert contract.follow({"$ref": "#/x"}) == {"operationId": "a", "responses": {}}
    assert contract.follow(True) is True
    assert contract.properties(None) == {}


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
        (
            "paths: {/a: {get: {operationId: a, responses: {'200': {content: {application/json: {schema: "
            "{items: {$ref: '#/components/schemas/none'}}}}}}}}}",
            "KeyError: 'components'",
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
