"""What a change is, and whom it breaks.

A contract is a set of requests and a set of responses. Whoever sends must keep to the set, whoever receives must take
all of it. So a set that becomes narrower breaks its sender and one that becomes wider breaks its receiver, and every
rule need only say which of the two happened. What becomes of names in generated Python is told apart, because it
breaks the users of the client and is never seen by a server.
"""

from __future__ import annotations

from enum import Enum, StrEnum

from attrs import evolve, frozen

from scripts.changes.values import ABSENT, Value, small


class Rule(StrEnum):
    """Every sort of change; a name never changes its meaning."""

    OPERATION_ADDED = "operation-added"
    OPERATION_REMOVED = "operation-removed"
    OPERATION_MOVED = "operation-moved"
    OPERATION_RENAMED = "operation-renamed"
    MODULE_RENAMED = "module-renamed"
    CALLBACK_ADDED = "callback-added"
    CALLBACK_REMOVED = "callback-removed"

    PARAMETER_ADDED = "parameter-added"
    PARAMETER_REMOVED = "parameter-removed"
    PARAMETER_RENAMED = "parameter-renamed"
    PARAMETER_REQUIRED = "parameter-required"
    PARAMETER_OPTIONAL = "parameter-optional"
    EMPTY_VALUE_ALLOWED = "empty-value-allowed"
    EMPTY_VALUE_FORBIDDEN = "empty-value-forbidden"
    SERIALIZATION_CHANGED = "serialization-changed"

    REQUEST_BODY_ADDED = "request-body-added"
    REQUEST_BODY_REMOVED = "request-body-removed"
    REQUEST_BODY_REQUIRED = "request-body-required"
    REQUEST_BODY_OPTIONAL = "request-body-optional"
    MEDIA_TYPE_ADDED = "media-type-added"
    MEDIA_TYPE_REMOVED = "media-type-removed"
    RESPONSE_ADDED = "response-added"
    RESPONSE_REMOVED = "response-removed"
    HEADER_ADDED = "header-added"
    HEADER_REMOVED = "header-removed"
    HEADER_REQUIRED = "header-required"
    HEADER_OPTIONAL = "header-optional"
    LINK_ADDED = "link-added"
    LINK_REMOVED = "link-removed"
    LINK_CHANGED = "link-changed"

    TYPE_NARROWED = "type-narrowed"
    TYPE_WIDENED = "type-widened"
    TYPE_CHANGED = "type-changed"
    NULL_ALLOWED = "null-allowed"
    NULL_FORBIDDEN = "null-forbidden"
    ENUM_ADDED = "enum-added"
    ENUM_REMOVED = "enum-removed"
    ENUM_VALUE_ADDED = "enum-value-added"
    ENUM_VALUE_REMOVED = "enum-value-removed"
    BOUND_TIGHTENED = "bound-tightened"
    BOUND_LOOSENED = "bound-loosened"
    BOUND_CHANGED = "bound-changed"
    PATTERN_ADDED = "pattern-added"
    PATTERN_REMOVED = "pattern-removed"
    PATTERN_CHANGED = "pattern-changed"
    FORMAT_ADDED = "format-added"
    FORMAT_REMOVED = "format-removed"
    FORMAT_CHANGED = "format-changed"
    DEFAULT_ADDED = "default-added"
    DEFAULT_REMOVED = "default-removed"
    DEFAULT_CHANGED = "default-changed"
    PROPERTY_ADDED = "property-added"
    PROPERTY_REMOVED = "property-removed"
    PROPERTY_REQUIRED = "property-required"
    PROPERTY_OPTIONAL = "property-optional"
    READ_ONLY_ADDED = "read-only-added"
    READ_ONLY_REMOVED = "read-only-removed"
    WRITE_ONLY_ADDED = "write-only-added"
    WRITE_ONLY_REMOVED = "write-only-removed"
    ADDITIONAL_PROPERTIES_CLOSED = "additional-properties-closed"
    ADDITIONAL_PROPERTIES_OPENED = "additional-properties-opened"
    PATTERN_PROPERTY_ADDED = "pattern-property-added"
    PATTERN_PROPERTY_REMOVED = "pattern-property-removed"
    DEPENDENCY_ADDED = "dependency-added"
    DEPENDENCY_REMOVED = "dependency-removed"
    VALUES_ALLOWED = "values-allowed"
    VALUES_FORBIDDEN = "values-forbidden"
    ALTERNATIVE_ADDED = "alternative-added"
    ALTERNATIVE_REMOVED = "alternative-removed"
    ALTERNATIVES_EXCLUSIVE = "alternatives-exclusive"
    ALTERNATIVES_COMBINABLE = "alternatives-combinable"
    CONSTRAINT_ADDED = "constraint-added"
    CONSTRAINT_REMOVED = "constraint-removed"
    DISCRIMINATOR_CHANGED = "discriminator-changed"
    ENCODING_CHANGED = "encoding-changed"
    CLASS_RENAMED = "class-renamed"

    SECURITY_ADDED = "security-added"
    SECURITY_REMOVED = "security-removed"
    SECURITY_SCHEME_CHANGED = "security-scheme-changed"
    SERVER_ADDED = "server-added"
    SERVER_REMOVED = "server-removed"
    SERVER_CHANGED = "server-changed"

    VERSION_CHANGED = "version-changed"
    METADATA_CHANGED = "metadata-changed"
    DOCUMENTATION_CHANGED = "documentation-changed"
    TAGS_CHANGED = "tags-changed"
    DEPRECATION_CHANGED = "deprecation-changed"
    EXTENSION_CHANGED = "extension-changed"
    COMPONENT_ADDED = "component-added"
    COMPONENT_REMOVED = "component-removed"
    COMPONENT_CHANGED = "component-changed"
    WRITTEN_DIFFERENTLY = "written-differently"
    NOT_UNDERSTOOD = "not-understood"


class Direction(Enum):
    """Which way a value travels: from the caller of an operation, or back to it."""

    REQUEST = "request"
    RESPONSE = "response"


@frozen
class Effect:
    """What a change does to the set of values, and whether generated Python has other names or types after it."""

    narrower: bool = False
    wider: bool = False
    code: bool = False

    def __or__(self, other: Effect) -> Effect:
        return Effect(self.narrower or other.narrower, self.wider or other.wider, self.code or other.code)


NONE, NARROWER, WIDER, EITHER = Effect(), Effect(narrower=True), Effect(wider=True), Effect(narrower=True, wider=True)
CODE = Effect(code=True)


@frozen
class Difference:
    """A change of a schema, whoever sends its values; `step` leads from the schema to the place of the change."""

    rule: Rule
    step: str
    what: str
    effect: Effect = NONE
    old: str | None = None
    new: str | None = None


@frozen
class Finding:
    """A change of an operation: does it break the one who calls, the one who answers, or generated Python?"""

    rule: Rule
    place: str
    what: str
    caller: bool = False
    answerer: bool = False
    code: bool = False
    old: str | None = None
    new: str | None = None

    def called_back(self, where: str) -> Finding:
        """The same for an operation that the server calls; no client is generated for it."""
        place = f"{where} {self.place}".rstrip()
        return evolve(self, place=place, caller=self.answerer, answerer=self.caller, code=False)


def finding(
    rule: Rule,
    place: str,
    what: str,
    direction: Direction,
    effect: Effect = NONE,
    old: Value = ABSENT,
    new: Value = ABSENT,
) -> Finding:
    """The finding that a change of what travels this way makes."""
    return found(direction, place, Difference(rule, "", what, effect, small(old), small(new)))


def found(direction: Direction, place: str, difference: Difference) -> Finding:
    """The finding that a difference makes below this place: whoever sends loses by less, whoever receives by more."""
    inner = difference.step.removeprefix(".")
    sender, receiver = difference.effect.narrower, difference.effect.wider
    forth = direction is Direction.REQUEST
    return Finding(
        rule=difference.rule,
        place=f"{place}: {inner}" if inner else place,
        what=difference.what,
        caller=sender if forth else receiver,
        answerer=receiver if forth else sender,
        code=difference.effect.code,
        old=difference.old,
        new=difference.new,
    )


@frozen(order=True)
class Change:
    """One change of a contract.

    `method` and `path` are empty where it concerns the contract as a whole, and `method` alone where it concerns all of
    a path. `old` and `new` are JSON texts, None if there is no value on that side or a long one.
    """

    path: str
    method: str
    place: str
    rule: Rule
    what: str
    breaks_clients: bool
    breaks_servers: bool
    old: str | None
    new: str | None

    @property
    def breaking(self) -> bool:
        return self.breaks_clients or self.breaks_servers

    @property
    def operation(self) -> str:
        """The operation as people write it, `GET /pets`."""
        return f"{self.method} {self.path}".strip()
