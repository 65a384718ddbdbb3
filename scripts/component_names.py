"""What shared parts are called among the components of OpenAPI, which allows fewer names than Swagger does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from attrs import frozen

from scripts.document import Document, Node, object_at, pointer_parts, reference_to
from scripts.mends.paths import resolved
from scripts.mends.rule import Mend
from scripts.wording import unused

LEGAL = re.compile(r"[A-Za-z0-9._-]+")

#: Where each kind of shared part of Swagger 2.0 goes.
COMPONENTS: Mapping[str, str] = {
    "definitions": "schemas",
    "parameters": "parameters",
    "responses": "responses",
    "securityDefinitions": "securitySchemes",
}


@frozen
class Names:
    """For each kind of shared part, its names in Swagger and the names among the components."""

    by_room: Mapping[str, Mapping[str, str]]
    #: The schemas that shared form fields become, which stand among those of the definitions.
    fields: Mapping[str, str]

    def name(self, room: str, name: str) -> str:
        """The component's name; one that nobody declares is made legal all the same."""
        return self.by_room.get(room, {}).get(name) or legal(name)

    def reference(self, reference: str) -> str:
        """A reference to a shared part as a reference to the component; others stay."""
        parts = pointer_parts(reference)
        if len(parts) != 2 or parts[0] not in COMPONENTS:
            return reference
        return reference_to(("components", COMPONENTS[parts[0]], self.name(*parts)))

    def renames(self) -> tuple[Mend, ...]:
        """Each shared part that has another name now."""
        return tuple(
            Mend(reference_to((room, old)), "name-not-legal", f"the component is called {new}")
            for room, names in self.by_room.items()
            for old, new in names.items()
            if old != new
        )


def names_of(source: Document) -> Names:
    """The names of all shared parts; the same whatever the order in which they stand."""
    by_room = {room: _legal_names(object_at(source.get(room, {}), (room,))) for room in COMPONENTS}
    parameters: Node = object_at(source.get("parameters", {}), ("parameters",))
    forms = [name for name, node in parameters.items() if resolved(source, node).get("in") == "formData"]
    taken = {name.lower() for name in by_room["definitions"].values()}
    fields: dict[str, str] = {}
    for name in sorted(forms):
        fields[name] = _unique(by_room["parameters"][name], taken, "Field")
    return Names(by_room, fields)


def _legal_names(names: Iterable[str]) -> dict[str, str]:
    ordered = list(names)
    kept = {name: name for name in ordered if LEGAL.fullmatch(name)}
    taken = {name.lower() for name in kept}
    made = {name: _unique(legal(name), taken) for name in sorted(set(ordered) - kept.keys())}
    return {name: kept.get(name) or made[name] for name in ordered}


def legal(name: str) -> str:
    """A legal name that reads like this one: `List[Pet]` is `List_Pet`."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip("_") or "Unnamed"


def _unique(name: str, taken: set[str], suffix: str = "") -> str:
    """The name, or the first one like it that is not taken; it is taken from now on."""
    unique = unused(name + suffix if name.lower() in taken else name, lambda each: each.lower() in taken)
    taken.add(unique.lower())
    return unique
