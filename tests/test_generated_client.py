"""The committed client reads what the contract documents, and writes it again without loss."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from generated_client import models
from generated_client.types import UNSET

DOCUMENT: Any = yaml.safe_load((Path(__file__).parent.parent / "openapi" / "openapi.yaml").read_text())


def resolved(node: Any) -> Any:
    """The node itself, or what it refers to."""
    while "$ref" in node:
        parts = node["$ref"].removeprefix("#/").split("/")
        node = DOCUMENT
        for part in parts:
            node = node[part.replace("~1", "/").replace("~0", "~")]
    return node


def documented() -> Iterator[tuple[str, Any, Any]]:
    """Each example of the contract: where it stands, the class that its schema names, its value."""
    operations = [each for members in DOCUMENT["paths"].values() for each in members.values() if "responses" in each]
    for operation in operations:
        bodies = {"request": operation.get("requestBody", {}), **operation["responses"]}
        for part, body in bodies.items():
            for content in resolved(body).get("content", {}).values():
                model = getattr(models, resolved(content["schema"])["title"])
                for name, example in content.get("examples", {}).items():
                    yield f"{operation['operationId']} {part} {name}", model, resolved(example)["value"]


EXAMPLES = list(documented())


@pytest.mark.parametrize("model, value", [each[1:] for each in EXAMPLES], ids=[each[0] for each in EXAMPLES])
def test_an_example_is_read_and_written_without_loss(model: Any, value: Any) -> None:
    assert model.from_dict(value).to_dict() == value


def test_a_mixed_answer_tells_the_refused_recipient_from_the_queued_one() -> None:
    answers = [value for _, model, value in EXAMPLES if model is models.SmsSendResult]
    mixed = next(value for value in answers if value["errorcode"])
    result = models.SmsSendResult.from_dict(mixed)
    refused = [item for item in result.responses if item.errorcode is not UNSET]
    queued = [item for item in result.responses if item.errorcode is UNSET]

    assert result.errorcode == 109001
    assert [(type(item.errorcode), item.errorcode) for item in refused] == [(int, 109106)]
    assert [(item.message_key, item.message) for item in queued] == [("oixAQE_zFUyr8bT8sJncdw", UNSET)]


def test_a_list_of_pairs_is_no_object() -> None:
    with pytest.raises(ValueError, match=r"^/responses/0 is no object$"):
        models.SmsSendResult.from_dict({"errorcode": 0, "requestId": "", "responses": [[["messageKey", "a"]]]})
