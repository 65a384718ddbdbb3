"""What is wrong in the Swagger document as it is published, mended one rule at a time.

Each rule mends one fault, takes and gives Swagger 2.0, and reports what it did with a pointer into the document as
published. What cannot be mended without guessing is an error that names the overlay action that would settle it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scripts.document import Document, DocumentError, Pointer, pointer_text
from scripts.mends import documents, dotted, keywords, operations, parameters, paths, schemas, types
from scripts.mends.rule import Mend, Report, Rule

__all__ = ["OMISSIONS", "RULES", "Mend", "mended"]

#: By name, in the order in which they apply.
RULES: Mapping[str, Rule] = {
    "swagger-marker": documents.version_marker_is_swagger,
    "version-is-number": documents.versions_are_text,
    "null-member": documents.no_member_is_null,
    "string-for-list": documents.lists_are_lists,
    "number-as-string": documents.numbers_and_booleans_are_not_text,
    "host-is-a-url": documents.host_is_no_url,
    "host-in-path": paths.hosts_are_servers,
    "path-without-slash": paths.paths_begin_with_a_slash,
    "path-in-brackets": paths.brackets_are_braces,
    "query-in-path": paths.queries_are_parameters,
    "reference-among-properties": schemas.no_property_is_called_reference,
    "reference-with-siblings": schemas.references_stand_alone,
    "discriminator-is-object": schemas.discriminators_are_names,
    "nullable-without-prefix": schemas.nullable_is_an_extension,
    "type-unknown": types.types_are_known,
    "parameter-place-misspelled": parameters.places_are_known,
    "parameter-place-missing": parameters.what_has_a_schema_is_a_body,
    "body-schema-missing": parameters.every_body_has_a_schema,
    "schema-outside-body": parameters.schemas_are_for_bodies,
    "parameter-type-missing": parameters.every_parameter_has_a_type,
    "object-outside-body": parameters.no_object_is_sent_as_text,
    "parameter-twice": parameters.no_parameter_stands_twice,
    "path-parameter-elsewhere": parameters.path_parameters_are_in_the_path,
    "path-parameter-undeclared": parameters.whatever_is_in_the_path_is_declared,
    "path-template-twice": paths.templates_differ,
    "response-inside-response": operations.answers_stand_side_by_side,
    "member-unknown": keywords.members_are_known,
    "status-unknown": operations.every_key_is_a_status,
    "response-missing": operations.every_operation_answers,
    "response-description-missing": operations.every_response_is_described,
    "operation-id-missing": operations.every_operation_has_an_id,
    "operation-id-twice": operations.no_operation_id_stands_twice,
    "property-required": schemas.properties_do_not_require_themselves,
    "required-is-empty": schemas.required_is_not_empty,
    "required-twice": schemas.nothing_is_required_twice,
    "object-type-missing": schemas.what_has_properties_is_an_object,
    "array-items-missing": schemas.every_array_has_items,
    "items-type-missing": schemas.every_item_has_a_type,
    "exclusive-bound": schemas.exclusive_bounds_have_a_bound,
    "value-of-wrong-type": types.values_are_of_their_type,
    "dotted-name": dotted.dotted_names_are_nested,
    "required-unknown": schemas.whatever_is_required_is_declared,
}
#: What these add a valid document may leave out; without them it is converted as it stands.
OMISSIONS = ("operation-id-missing", "object-type-missing", "required-unknown", "dotted-name")


def mended(document: Document, *, strict: bool = False) -> tuple[Document, tuple[Mend, ...]]:
    """The document as it is meant, and each mend it took; raises `DocumentError` for what nobody can mend.

    With `strict` nothing is mended: the first fault is raised, with the number of the others, and what a valid document
    may say or leave out is let alone.
    """
    mends: list[Mend] = []
    moves: list[Mapping[Pointer, Pointer]] = []
    for name, rule in RULES.items():
        if strict and name in OMISSIONS:
            continue
        report = Report()
        document = rule(document, report)
        mends += [Mend(pointer_text(published(pointer, moves)), name, what) for pointer, what in report.mends]
        if report.moves:
            moves.append(report.moves)
    if strict and mends:
        first, more = mends[0], len(mends) - 1
        others = f" (and {more} fault{'s' if more > 1 else ''} more)" if more else ""
        hint = "Correct it, or leave out --strict to have it mended."
        raise DocumentError(first.pointer, f"{first.rule}: {first.what}{others}", hint)
    return document, tuple(mends)


def published(pointer: Pointer, moves: Sequence[Mapping[Pointer, Pointer]]) -> Pointer:
    """Where what is at `pointer` now stood before the moves, of which the last was made last."""
    for moved in reversed(moves):
        for length in range(len(pointer), 0, -1):
            origin = moved.get(pointer[:length])
            if origin is not None:
                pointer = (*origin, *pointer[length:])
                break
    return pointer
