"""Examples against the schemas beside them."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.document import JSON, Node, Pointer, is_object, node_at, pointer_parts
from scripts.examples import REQUEST, Illustration, shown_examples
from scripts.matching import Operation
from scripts.register.comparison import Departure, departures, unseen
from scripts.register.conflict import Conflict, Setting, on_page
from scripts.validity import Schemas


def field_conflicts(schemas: Schemas, operation: Operation, node: Node, setting: Setting) -> Iterator[Conflict]:
    """Each departure of an example of the operation, and each response property that no page shows."""
    document = schemas.document
    pointer: Pointer = ("paths", operation[1], operation[0])
    sides = [(REQUEST, (*pointer, "requestBody"), node.get("requestBody"))]
    sides += [(status, (*pointer, "responses", status), each) for status, each in node["responses"].items()]
    for where, at, side in sides:
        if not is_object(side):
            continue
        while "$ref" in side:
            at = pointer_parts(side["$ref"])
            side = node_at(document, side["$ref"])
        values: dict[str, list[tuple[Illustration, JSON]]] = {}
        for media_type, member, name, example in shown_examples(document, side):
            if "schema" not in member:
                continue
            schema = (*at, "content", media_type, "schema")
            illustration = setting.by_example.get((operation, where, name))
            for departure in departures(schemas, schema, example["value"]):
                if illustration is None and departure.rule in ("field-unknown", "field-spelling"):
                    continue
                own = (*at, "content", media_type, "examples", name, "value")
                yield _departure(departure, operation, where, setting, illustration, own)
            if illustration and where != REQUEST:
                values.setdefault(media_type, []).append((illustration, example["value"]))
        for media_type, shown in values.items():
            schema = (*at, "content", media_type, "schema")
            for departure in unseen(document, schema, [value for _, value in shown]):
                yield _departure(departure, operation, where, setting, shown[0][0], ())


def _departure(
    departure: Departure,
    operation: Operation,
    where: str,
    setting: Setting,
    illustration: Illustration | None,
    own: Pointer,
) -> Conflict:
    documented = f"{departure.field or 'the body'}: {departure.documented}"
    shown = f"{departure.field or 'the body'}: {departure.shown}"
    if departure.rule == "field-spelling":
        documented, shown = f"spelled {departure.documented}", f"spelled {departure.shown}"
    if illustration:
        second = on_page(illustration.page, illustration.example, shown, departure.place)
    else:
        second = setting.document((*own, *departure.place), shown)
    field = f"{where} {departure.field}".strip()
    return Conflict(departure.rule, operation, field, setting.document(departure.schema, documented), second)
