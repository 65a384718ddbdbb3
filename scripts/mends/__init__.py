"""What is wrong in the Swagger document as it is published, mended one rule at a time.

Each rule mends one fault, takes and gives Swagger 2.0, and reports what it did with a pointer into the document as
published. What cannot be mended without guessing is an error that names the overlay action that would settle it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scripts.document import Document, DocumentError, Pointer, node_at, references
from scripts.mends import (
    documents,
    dotted,
    keywords,
    operations,
    parameters,
    paths,
    required,
    schemas,
    shapes,
    types,
    values,
)
from scripts.mends.composition import composition
from scripts.mends.history import History
from scripts.mends.rule import Mend, NodeRule, Report, Rule, Target, Unsettled, after_all, path_in, unsettled

__all__ = ["OMISSIONS", "RULES", "Mend", "mended"]

#: By name, in the order in which they apply.
RULES: Mapping[str, Rule] = {
    # What has the wrong form, so that all others find what they look for
    "swagger-marker": documents.version_marker_is_swagger,
    "member-misspelled": keywords.members_are_spelled_right,
    "string-for-list": shapes.lists_are_lists,
    "null-member": shapes.no_member_is_null,
    "response-inside-response": operations.answers_stand_side_by_side,
    "parameter-place-misspelled": parameters.places_are_known,
    "parameter-place-missing": parameters.what_has_a_schema_is_a_body,
    "body-schema-missing": parameters.every_body_has_a_schema,
    "number-as-string": shapes.numbers_and_booleans_are_not_text,
    "string-as-number": shapes.texts_are_text,
    "form-wrong": shapes.everything_has_its_form,
    "word-misspelled": keywords.words_are_spelled_right,
    # Paths, which the rules for parameters read
    "host-is-a-url": documents.host_is_no_url,
    "base-path-is-a-url": documents.base_path_is_no_url,
    "host-in-path": paths.hosts_are_servers,
    "path-without-slash": paths.paths_begin_with_a_slash,
    "path-in-brackets": paths.brackets_are_braces,
    "path-name-adorned": paths.braces_hold_names,
    "query-in-path": paths.queries_are_parameters,
    # Schemas: what stands beside a reference says its piece before it goes
    "property-required": required.properties_do_not_require_themselves,
    "reference-among-properties": schemas.no_property_is_called_reference,
    "nullable-without-prefix": schemas.nullable_is_an_extension,
    "type-unknown": types.types_are_known,
    "reference-with-siblings": schemas.references_stand_alone,
    "discriminator-is-object": schemas.discriminators_are_names,
    # Parameters
    "schema-outside-body": parameters.schemas_are_for_bodies,
    "parameter-type-missing": parameters.whatever_is_text_has_a_type,
    "object-outside-body": parameters.no_object_is_sent_as_text,
    "parameter-twice": parameters.no_parameter_stands_twice,
    "path-parameter-elsewhere": parameters.path_parameters_are_in_the_path,
    "path-parameter-undeclared": parameters.whatever_is_in_the_path_is_declared,
    "path-template-twice": paths.templates_differ,
    # Members, answers and names
    "member-unknown": keywords.members_are_known,
    "status-unknown": operations.every_key_is_a_status,
    "response-missing": operations.every_operation_answers,
    "response-description-missing": operations.every_response_is_described,
    "operation-id-missing": operations.every_operation_has_an_id,
    "operation-id-twice": operations.no_operation_id_stands_twice,
    # What schemas say of their values
    "required-is-empty": required.required_is_not_empty,
    "required-twice": required.nothing_is_required_twice,
    "object-type-missing": schemas.what_has_properties_is_an_object,
    "array-items-missing": schemas.every_array_has_items,
    "exclusive-bound": schemas.exclusive_bounds_have_a_bound,
    "pattern-refused": values.patterns_are_expressions,
    "value-of-wrong-type": values.values_are_of_their_type,
    "default-refused": values.defaults_are_values,
    "dotted-name": dotted.dotted_names_are_nested,
    "required-unknown": required.whatever_is_required_is_declared,
}
#: What these bring to light no rule has looked into: all begin anew.
REVEALING = ("member-misspelled", "response-inside-response", "body-schema-missing")
#: What these add a valid document may leave out; without them it is converted as it stands.
OMISSIONS = ("operation-id-missing", "object-type-missing", "required-unknown", "dotted-name")
#: What these leave out has no meaning in a valid document either.
MEANINGLESS = ("reference-with-siblings",)


def mended(
    document: Document, *, strict: bool = False, origins: Mapping[Pointer, Target] | None = None
) -> tuple[Document, tuple[Mend, ...]]:
    """The document as it is meant, and each mend it took; raises `DocumentError` for what nobody can mend.

    `origins` says which parts were brought from other places, as `scripts.references` does: what is mended in them is
    reported where it stands there. With `strict` nothing is mended: the first fault is raised, with the number of the
    others, and what a valid document may say or leave out is let alone.
    """
    history = History(document, origins or {})
    mends: list[Mend] = []
    left = rules = [name for name in RULES if not (strict and name in OMISSIONS)]
    while left:
        run = _together(left)
        reports = {name: Report() for name in run}
        try:
            document = _after(document, reports)
        except Unsettled as error:
            raise _led_back(error, history) from None
        except RecursionError:
            raise DocumentError("#", "is nested too deeply to be read", "Make it flatter.") from None
        for name, report in reports.items():
            if not (strict and name in MEANINGLESS):
                mends += [Mend(str(history.source(pointer)), name, what) for pointer, what in report.mends]
            if report.moves:
                history.moves.append(report.moves)
        anew = any(reports[name].mends for name in run if name in REVEALING)
        left = rules if anew else left[len(run) :]
    _check_references(document, history)
    if (circle := composition(document).circle()) is not None:
        raise _led_back(unsettled(circle, "makes a schema a part of itself", "remove: true"), history)
    if strict and mends:
        first, more = mends[0], len(mends) - 1
        others = f" (and {more} fault{'s' if more > 1 else ''} more)" if more else ""
        hint = "Correct it, or leave out --strict to have it mended."
        raise DocumentError(first.pointer, f"{first.rule}: {first.what}{others}", hint)
    return document, tuple(dict.fromkeys(mends))


def _together(names: Sequence[str]) -> Sequence[str]:
    """The first of the rules, with those behind it that go through the document together with it."""
    alone = next((at for at, name in enumerate(names) if not isinstance(RULES[name], NodeRule)), len(names))
    return names[: max(alone, 1)]


def _after(document: Document, reports: Mapping[str, Report]) -> Document:
    """The document after the rules of these names."""
    [first, *_] = names = list(reports)
    if len(names) == 1:
        return RULES[first](document, reports[first])
    return after_all(document, [(rule, reports[name]) for name in names if isinstance(rule := RULES[name], NodeRule)])


def _check_references(document: Document, history: History) -> None:
    """What a rule has read as a reference leads somewhere, as the others do by now."""
    for pointer, reference in references(document):
        try:
            found = reference.startswith("#/") and node_at(document, reference) is not None
        except (LookupError, ValueError):
            found = False
        if not found:
            raise _led_back(unsettled(pointer, f"the reference {reference!r} leads nowhere", "remove: true"), history)


def _led_back(error: Unsettled, history: History) -> DocumentError:
    """The error with its place in the sources; an overlay reaches what stands in the document itself."""
    source = history.source(error.pointer)
    if source.file:
        return DocumentError(str(source), error.what, "Correct it there.")
    return unsettled(source.pointer, error.what, error.deed, path_in(history.document, source.pointer))
