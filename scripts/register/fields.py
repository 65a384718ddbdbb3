"""Examples against the schemas beside them."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.document import JSON, Node, Pointer, is_object, past_references
from scripts.examples import REQUEST, Illustration, shown_examples
from scripts.matching import Operation
from scripts.register.comparison import Departure, departures, unseen
from scripts.register.conflict import Conflict, Setting, on_page
from scripts.validity import Schemas


def field_conflicts(schemas: Schemas, operation: Operation, node: Node, setting: Setting) -> Iterator[Conflict]:
    """Each departure of an example of the operation, and each response property that no page shows."""
    pointer: Pointer = ("paths", operation[1], operation[0])
    sides = [(REQUEST, (*pointer, "requestBody"), node.get("requestBody"))]
    sides += [(status, (*pointer, "responses", status), each) for status, each in node["responses"].items()]
    for where, at, side in sides:
        side, at = past_references(schemas.document, side, at)
        if is_object(side):
            yield from _of_side(schemas, operation, where, at, side, setting)


def _of_side(
    schemas: Schemas, operation: Operation, where: str, at: Pointer, side: Node, setting: Setting
) -> Iterator[Conflict]:
    """The conflicts in a request body or in a response, which stands at a pointer of the contract."""
    shown: dict[Pointer, list[tuple[Illustration, JSON]]] = {}
    missing: set[str] = set()
    for media_type, member, name, example in shown_examples(schemas.document, side):
        if "schema" not in member:
            continue
        schema = (*at, "content", media_type, "schema")
        own = (*at, "content", media_type, "examples", name, "value")
        illustration = setting.by_example.get((operation, where, name))
        if illustration and where != REQUEST:
            shown.setdefault(schema, []).append((illustration, example["value"]))
        for departure in departures(schemas, schema, example["value"]):
            if departure.rule == "field-required":
                missing.add(departure.field)
            # What the document or an overlay shows of its own accord may go beyond its schema, if that is open.
            if illustration or departure.rule not in ("field-unknown", "field-spelling"):
                yield _departure(departure, operation, where, setting, illustration, own)
    for schema, examples in shown.items():
        for departure in unseen(schemas.document, schema, [value for _, value in examples]):
            if departure.field not in missing:
                yield _departure(departure, operation, where, setting, examples[0][0], ())


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
