"""What extensions say is understood, or refused in a sentence that says where and what."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts import generate

CONTRACT = Path(__file__).parent / "cases/client/openapi.yaml"
DOCUMENT: Any = yaml.safe_load(CONTRACT.read_text("utf-8"))
Change = Callable[[Any], object]


def operation(document: Any) -> Any:
    return document["paths"]["/parcels"]["post"]


def scheme(document: Any) -> Any:
    return document["components"]["securitySchemes"]["signIn"]


@pytest.mark.parametrize(
    "change, said",
    [
        (lambda it: operation(it)["x-mixed-results"].update(item="outcomes"), "POST /parcels: x-mixed-results has "),
        (lambda it: operation(it)["x-mixed-results"].pop("code"), "which is not right: see code. It may have "),
        (
            lambda it: operation(it)["x-mixed-results"].update(code="nope"),
            "POST /parcels: x-mixed-results names 'nope', which ParcelOutcome does not have",
        ),
        (
            lambda it: operation(it)["x-mixed-results"].update(recipients="label"),
            "POST /parcels: x-mixed-results names 'label', which is no list of objects in Shipment",
        ),
        (
            lambda it: operation(it).update({"x-mixed-results": ["outcomes"]}),
            "POST /parcels: x-mixed-results is no mapping",
        ),
        (
            lambda it: operation(it)["x-idempotency-key"].update(key="nope"),
            "POST /parcels: x-idempotency-key names 'nope', which Parcel does not have",
        ),
        (
            lambda it: operation(it)["requestBody"].update(required=False),
            "x-mixed-results stands at an operation that does not take exactly one body that is an object",
        ),
        (
            lambda it: it["paths"]["/files"]["get"].update(
                {"x-mixed-results": {"items": "a", "key": "b", "code": "c", "message": "d"}}
            ),
            "GET /files: x-mixed-results stands at an operation that does not have exactly one success",
        ),
        (
            lambda it: operation(it)["x-idempotency-key"].update(duplicate="7"),
            "POST /parcels: x-idempotency-key has something under duplicate that cannot stand there.",
        ),
        (
            lambda it: operation(it)["x-idempotency-key"].update(maxLength="100"),
            "POST /parcels: x-idempotency-key has something under maxLength that cannot stand there.",
        ),
        (lambda it: it.update({"x-error-body": {"number": "code"}}), "the contract: x-error-body has number"),
        *(
            (
                lambda it, name=name, value=value: operation(it)["x-idempotency-key"].update({name: value}),
                f"POST /parcels: x-idempotency-key has something under {name} that cannot stand there.",
            )
            for name, value in (("key", 5), ("duplicate", 7), ("duplicate", [1.5]), ("maxLength", "100"))
        ),
        (
            lambda it: operation(it)["x-mixed-results"].update(ifAllQueued=[1]),
            "POST /parcels: x-mixed-results has something under ifAllQueued that cannot stand there.",
        ),
        (
            lambda it: it.update({"x-error-body": {"code": 5}}),
            "the contract: x-error-body has something under code that cannot stand there.",
        ),
        (
            lambda it: operation(it)["x-idempotency-key"].update(maxLength=35),
            "POST /parcels: x-idempotency-key names a maxLength below 36, which no UUID would fit into",
        ),
        (
            lambda it: it["components"]["schemas"]["Parcel"]["properties"].update(ref={"type": "integer"}),
            "POST /parcels: x-idempotency-key names 'ref', which is no text in Parcel",
        ),
        (
            lambda it: scheme(it).update({"x-token-request": {"format": "xml"}}),
            "the security scheme signIn: x-token-request has something under format that cannot stand there.",
        ),
    ],
)
def test_an_extension_that_cannot_be_is_refused_in_one_sentence(
    change: Change, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = copy.deepcopy(DOCUMENT)
    change(document)
    (tmp_path / "openapi.yaml").write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")

    assert generate.main(["--contract", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert said in told and told.count("\n") == 1
    assert str(tmp_path / "openapi.yaml") in told


def test_operations_of_one_name_are_told_apart(tmp_path: Path) -> None:
    document = copy.deepcopy(DOCUMENT)
    answer = {"responses": {"200": {"description": "", "content": {"application/json": {"schema": {}}}}}}
    document["paths"]["/a"] = {"get": {**answer, "operationId": "getIt", "tags": ["a"]}}
    document["paths"]["/b"] = {"post": {**answer, "operationId": "get_it", "tags": ["b"]}}
    (tmp_path / "openapi.yaml").write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")
    emitted = generate.package(tmp_path).files

    assert b'template="/a"' in emitted["api/a/get_it.py"]
    assert b'template="/b"' in emitted["api/b/get_it.py"]


def test_a_model_may_have_the_name_of_what_the_client_uses_within(tmp_path: Path) -> None:
    document = copy.deepcopy(DOCUMENT)
    document["components"]["schemas"]["Shipment"]["title"] = "Arguments"
    (tmp_path / "openapi.yaml").write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")

    assert b"body: Arguments" in generate.package(tmp_path).files["api/parcels/ship_parcels.py"]


def test_without_extensions_there_is_nothing_of_them(tmp_path: Path) -> None:
    document = copy.deepcopy(DOCUMENT)
    for name in ("x-mixed-results", "x-idempotency-key"):
        del operation(document)[name]
    del document["components"]["securitySchemes"], document["x-error-body"]
    (tmp_path / "openapi.yaml").write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")
    emitted = generate.package(tmp_path).files

    assert not {"once.py", "oauth2.py"} & emitted.keys()
    assert b"sync_once" not in emitted["api/parcels/ship_parcels.py"]
    assert b"MixedResult" not in emitted["models/outcome.py"]
    assert b"oauth2" not in emitted["README.md"]
