"""What a contract tells the client's templates that the generator passes over: its extensions and its token endpoint.

    x-mixed-results      of an operation: its success may say that some recipients were refused
    x-idempotency-key    of an operation: what makes its request repeatable
    x-error-body         of the contract: which members of an error body are its code, its texts, the request's id
    x-token-request      of a security scheme: how a token is asked for, where not as RFC 6749 has it
    x-token-response     of a security scheme: what its answer says besides

Each is a mapping with the members that the classes below have. One that is unknown, or to which the extension of an
operation gives a name that its schema has not, is an error.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, cast

from attrs import NOTHING, field, fields, frozen
from attrs.validators import and_, deep_iterable, ge, in_, instance_of, optional
from openapi_python_client.config import Config
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import ModelProperty, Property
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.parser.properties.uuid import UuidProperty
from openapi_python_client.schema.untrusted_string import UntrustedString

from scripts.client_source import GenerateError, Source, operation_modules
from scripts.document import JSON, Document, is_object
from scripts.wording import listed

#: What a mixed result has besides its fields.
MEMBERS = frozenset(
    [
        "FIELDS",
        "all_queued",
        "belongs_to",
        "counting_as_queued",
        "queued",
        "raise_for_refused",
        "refused",
        "request_id_or_none",
        "summary",
        "unanswered",
    ]
)
#: Characters of a key that is made where the caller has none: a UUID.
SHORTEST_KEY = 36
#: What stands in a published address in place of something of the reader's own.
PLACEHOLDER = re.compile(r"YOUR_|[<>{}]")
MIXED, IDEMPOTENCY, ERRORS = "x-mixed-results", "x-idempotency-key", "x-error-body"
TOKEN_REQUEST, TOKEN_RESPONSE = "x-token-request", "x-token-response"


def _text(default: Any = NOTHING) -> Any:
    """A field for a name, or for none if it has a default."""
    return field(default=default, validator=instance_of(str) if default is NOTHING else optional(instance_of(str)))


def _codes() -> Any:
    """A field for codes."""
    return field(default=(), validator=deep_iterable(instance_of((int, str)), instance_of(tuple)))


@frozen
class MixedResults:
    """`x-mixed-results`: `items` of the success and `recipients` of the request belong together by `key`."""

    items: str = _text()
    key: str = _text()
    code: str = _text()
    message: str = _text()
    recipients: str | None = _text(default=None)
    #: What stands beside the items if nobody was refused.
    if_all_queued: Mapping[str, JSON] = field(factory=dict[str, Any], validator=instance_of(dict))
    request_id: str | None = _text(default=None)


@frozen
class IdempotencyKey:
    """`x-idempotency-key`: each of the `items` of the request has a `key`."""

    items: str = _text()
    key: str = _text()
    max_length: int | None = field(default=None, validator=optional(and_(instance_of(int), ge(1))))
    #: Codes of an item whose key was used before.
    duplicate: tuple[int | str, ...] = _codes()
    #: Codes of an error after which nothing should be tried again.
    hopeless: tuple[int | str, ...] = _codes()


@frozen
class ErrorBody:
    """`x-error-body`: the names of members."""

    code: str | None = _text(default=None)
    message: str | None = _text(default=None)
    documentation: str | None = _text(default=None)
    request_id: str | None = _text(default=None)


@frozen
class TokenRequest:
    """`x-token-request`: `format` is form or json, `account` the member that names an account."""

    format: str = field(default="form", validator=in_(("form", "json")))
    account: str | None = _text(default=None)


@frozen
class TokenResponse:
    """`x-token-response`: the member that holds the address of the API."""

    base_url: str | None = _text(default=None)


@frozen
class Token:
    """Where tokens are had with client credentials."""

    url: str
    scopes: tuple[str, ...]
    request: TokenRequest
    response: TokenResponse


@frozen
class MixedModel:
    """What the template of a model writes for a mixed result: names of classes, and the fields as an expression."""

    item: str
    recipient: str
    #: Where the two are.
    imports: tuple[str, ...]
    #: The attribute of the request's body that holds the recipients.
    recipients: str | None
    fields: str


@frozen
class Once:
    """What the template of an operation writes for its idempotency key, as an expression."""

    keys: str
    #: The key's name in JSON.
    wire_key: str


@frozen
class Operation:
    """One operation, as the contract writes it."""

    method: str
    path: str
    mixed: MixedModel | None
    once: Once | None


@frozen
class Facts:
    """All of it, for the templates."""

    #: The constants of `about.py`, as expressions.
    about: Mapping[str, str]
    #: That of the contract.
    version: str
    token: Token | None
    _operations: Mapping[tuple[str, str], Operation]
    _mixed: Mapping[str, MixedModel]

    @property
    def can_send_once(self) -> bool:
        """Some operation has an idempotency key."""
        return any(each.once for each in self._operations.values())

    def operation(self, endpoint: Endpoint) -> Operation:
        """What the contract says of an operation that the generator found."""
        return self._operations[_key(endpoint)]

    def mixed(self, model: str) -> MixedModel | None:
        """What makes a model a mixed result; None for the others."""
        return self._mixed.get(model)


def facts(source: Source, data: GeneratorData, config: Config) -> Facts:
    """The facts of a contract that the generator has read; raises `GenerateError`."""
    operations: dict[tuple[str, str], Operation] = {}
    mixed: dict[str, MixedModel] = {}
    modules = operation_modules(source)
    known = models(data)
    for tag, collection in data.endpoint_collections_by_tag.items():
        for endpoint in collection.endpoints:
            method, path = modules[f"api/{tag}/{endpoint.name}.py"].split(" ", 1)
            node = source.document["paths"][path][method.lower()]
            place = _Place(source, f"{method} {path}", endpoint, known, config)
            found = place.mixed(node)
            if found is not None:
                result = place.success().class_info.name
                if mixed.setdefault(result, found) != found:
                    raise source.error(f"two operations say of {result} with {MIXED} what cannot both be")
            operations[_key(endpoint)] = Operation(method, path, found, place.once(node))
    token = _token(source)
    version = _token_text(str(source.document["info"]["version"]))
    return Facts(_about(source, config, token), version, token, operations, mixed)


def _key(endpoint: Endpoint) -> tuple[str, str]:
    # Names are no use: those of two operations under different tags may be the same.
    return endpoint.method, endpoint.path.get_untrusted_value()


def models(data: GeneratorData) -> dict[str, ModelProperty]:
    """The models by the names of their classes. One that is only referred to somewhere may lack its fields there."""
    return {str(each.class_info.name): each for each in data.models}


def properties(model: ModelProperty) -> Iterator[Property]:
    """The fields of a model that has them."""
    yield from model.required_properties or ()
    yield from model.optional_properties or ()


def give_way(found: Iterable[Property], taken: Collection[str], config: Config) -> None:
    """Put a mark behind the name of each field or parameter that has one of these names."""
    for each in found:
        if each.python_name in taken:
            each.set_python_name(UntrustedString(f"{each.python_name}_"), config, skip_snake_case=True)


def _about(source: Source, config: Config, token: Token | None) -> dict[str, str]:
    info = source.document["info"]
    body = _extension(source, "the contract", source.document, ERRORS, ErrorBody) or ErrorBody()
    version = str(info["version"])
    values: dict[str, object] = {
        "product": f"{_product(str(info.get('title', 'api')))}-client",
        "package_version": _token_text(config.package_version_override or version),
        "contract_version": _token_text(version),
        "error_code": body.code,
        "error_message": body.message,
        "error_documentation": body.documentation,
        "request_id": body.request_id,
    }
    if token is not None:
        values |= {
            "token_url": None if PLACEHOLDER.search(token.url) else token.url,
            "token_scopes": token.scopes,
            "token_request": token.request.format,
            "token_account": token.request.account,
            "token_base_url": token.response.base_url,
        }
    return {name: repr(value) for name, value in values.items()}


def _product(title: str) -> str:
    words = "".join(each if each.isascii() and each.isalnum() else " " for each in title).lower().split()
    return "-".join(words) or "api"


def _token_text(version: str) -> str:
    """A version as a header can carry it: RFC 9110 calls that a token."""
    return "".join(each if each.isascii() and (each.isalnum() or each in ".+-_") else "-" for each in version) or "0"


def _token(source: Source) -> Token | None:
    components = source.document.get("components", {})
    for name, scheme in components.get("securitySchemes", {}).items():
        match scheme:
            case {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": str(url)} as flow}}:
                where = f"the security scheme {name}"
                request = _extension(source, where, scheme, TOKEN_REQUEST, TokenRequest) or TokenRequest()
                response = _extension(source, where, scheme, TOKEN_RESPONSE, TokenResponse) or TokenResponse()
                return Token(url, tuple(flow.get("scopes", {})), request, response)
            case _:
                continue
    return None


@frozen
class _Place:
    """An operation on both sides: in the contract and as the generator found it."""

    source: Source
    name: str
    endpoint: Endpoint = field(repr=False)
    models: Mapping[str, ModelProperty] = field(repr=False)
    config: Config = field(repr=False)

    def mixed(self, node: Document) -> MixedModel | None:
        """`x-mixed-results` of the operation, its names those of attributes."""
        said = _extension(self.source, self.name, node, MIXED, MixedResults)
        if said is None:
            return None
        result = self.success()
        give_way(self._properties(result), MEMBERS, self.config)
        item = self._items(result, said.items, MIXED)
        expression = (
            f"MixedFields(items={self._attribute(result, said.items, MIXED)!r}, "
            f"key={self._attribute(item, said.key, MIXED)!r}, code={self._attribute(item, said.code, MIXED)!r}, "
            f"message={self._attribute(item, said.message, MIXED)!r}, "
            f"request_id={said.request_id and self._attribute(result, said.request_id, MIXED)!r}, "
            f"if_all_queued={ {self._attribute(result, k, MIXED): v for k, v in said.if_all_queued.items()}!r})"
        )
        if said.recipients is None:
            return MixedModel(item.class_info.name, "object", (_import(item),), None, expression)
        body = self._body(MIXED)
        recipient = self._items(body, said.recipients, MIXED)
        self._attribute(recipient, said.key, MIXED)
        return MixedModel(
            item=item.class_info.name,
            recipient=recipient.class_info.name,
            imports=(_import(item), _import(recipient)),
            recipients=self._attribute(body, said.recipients, MIXED),
            fields=expression,
        )

    def once(self, node: Document) -> Once | None:
        """`x-idempotency-key` of the operation, its names those of attributes."""
        said = _extension(self.source, self.name, node, IDEMPOTENCY, IdempotencyKey)
        if said is None:
            return None
        body = self._body(IDEMPOTENCY)
        items = self._attribute(body, said.items, IDEMPOTENCY)
        item = self._items(body, said.items, IDEMPOTENCY)
        key = self._attribute(item, said.key, IDEMPOTENCY)
        kinds = [type(each) for each in self._properties(item) if each.name == said.key]
        if not set(kinds) <= {StringProperty, UuidProperty}:
            raise self._error(IDEMPOTENCY, f"names {said.key!r}, which is no text in {item.class_info.name}")
        if said.max_length is not None and said.max_length < SHORTEST_KEY:
            raise self._error(IDEMPOTENCY, f"names a maxLength below {SHORTEST_KEY}, which no UUID would fit into")
        expression = (
            f"Keys(items={items!r}, key={key!r}, longest={said.max_length!r}, "
            f"duplicate=frozenset({list(said.duplicate)!r}), hopeless=frozenset({list(said.hopeless)!r}))"
        )
        return Once(expression, said.key)

    def success(self) -> ModelProperty:
        """The model of the one success."""
        patterns = self.endpoint.responses.patterns
        found = [each.prop for each in patterns if each.status_code.range and 200 <= each.status_code.range[0] < 300]
        models = [each for each in found if isinstance(each, ModelProperty)]
        if len(models) != 1 or len(found) != 1:
            raise self._error(MIXED, "stands at an operation that does not have exactly one success that is an object")
        return models[0]

    def _body(self, extension: str) -> ModelProperty:
        match self.endpoint.bodies:
            case [only] if isinstance(only.prop, ModelProperty) and only.prop.required:
                return only.prop
            case _:
                raise self._error(
                    extension, "stands at an operation that does not take exactly one body that is an object"
                )

    def _items(self, model: ModelProperty, name: str, extension: str) -> ModelProperty:
        match next((each for each in self._properties(model) if each.name == name), None):
            case ListProperty(inner_property=ModelProperty() as item):
                return item
            case _:
                raise self._error(extension, f"names {name!r}, which is no list of objects in {model.class_info.name}")

    def _attribute(self, model: ModelProperty, name: str, extension: str) -> str:
        found = next((each for each in self._properties(model) if each.name == name), None)
        if found is None:
            raise self._error(extension, f"names {name!r}, which {model.class_info.name} does not have")
        return str(found.python_name)

    def _properties(self, model: ModelProperty) -> Iterator[Property]:
        return properties(self.models[str(model.class_info.name)])

    def _error(self, extension: str, what: str) -> GenerateError:
        return self.source.error(f"{self.name}: {extension} {what}")


def _import(model: ModelProperty) -> str:
    return f"from ..models.{model.class_info.module_name} import {model.class_info.name}"


def _extension(source: Source, where: str, node: Document, name: str, kind: type[Any]) -> Any:
    """An extension as a record of this kind; None if it is not there. Raises `GenerateError` for what it cannot be."""
    said = node.get(name)
    if said is None:
        return None
    known = {_json_name(each.name): each.name for each in fields(kind)}
    if not is_object(said):
        raise source.error(f"{where}: {name} is no mapping")
    required = {_json_name(each.name) for each in fields(kind) if each.default is NOTHING}
    if wrong := [*(set(said) - known.keys()), *(required - set(said))]:
        has, must = sorted(said) or ["nothing"], sorted(required) or ["none of them"]
        raise source.error(
            f"{where}: {name} has {listed(has)}, which is not right: see {listed(sorted(wrong))}",
            f"It may have {listed(sorted(known))}; {listed(must)} must be there.",
        )
    values = {known[each]: _value(value) for each, value in said.items()}
    try:
        return kind(**values)
    except (TypeError, ValueError) as error:
        place = next((each for each in said if f"'{known[each]}'" in str(error)), "a member")
        raise source.error(f"{where}: {name} has something under {place} that cannot stand there") from None


def _value(value: JSON) -> JSON:
    return tuple(cast("Iterable[JSON]", value)) if isinstance(value, list) else value


def _json_name(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(each.capitalize() for each in rest)
