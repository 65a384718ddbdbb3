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
        (lambda it: operation(it)["x-mixed-results"].pop("code"), "and code is amiss. It may have "),
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
        (lambda it: it.update({"x-error-body": {"number": "code"}}), "the contract: x-error-body has number"),
        *(
            (
                lambda it, name=name, value=value: operation(it)["x-idempotency-key"].update({name: value}),
                "POST /parcels: x-idempotency-key has a value of a kind that cannot be there. Names are texts, ",
            )
            for name, value in (("key", 5), ("duplicate", 7), ("duplicate", ["a", 1]), ("maxLength", "100"))
        ),
        (
            lambda it: operation(it)["x-mixed-results"].update(ifAllQueued=[1]),
            "POST /parcels: x-mixed-results has a value of a kind that cannot be there. ",
        ),
        (lambda it: it.update({"x-error-body": {"code": 5}}), "the contract: x-error-body has a value of a kind "),
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
            "the security scheme signIn: x-token-request has the format 'xml'. Say form or json.",
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
