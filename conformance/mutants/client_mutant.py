"""What a faulty client is: the reference client with one method that is wrong.

A mutant proves that the requirement it names can be broken and is noticed.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from attrs import frozen

from conformance.model import Caller
from conformance.reference_client import ReferenceClient, Result, reference_caller

#: What a careless client makes of an answer that it cannot read.
EMPTY = Result(request_id="", errorcode=0, message=None, items=(), written={})


@frozen
class ClientMutant:
    """One fault, and the requirement that must notice it."""

    name: str
    #: The id of the requirement.
    kills: str
    caller: Caller
    #: One plain statement of the fault.
    description: str


def client_mutant(
    *, kills: str, caller: Callable[[type[ReferenceClient]], Caller] = reference_caller
) -> Callable[[type[ReferenceClient]], ClientMutant]:
    """Turn a faulty client into a `ClientMutant` that has its name, with hyphens; `caller` makes a caller of it."""

    def decorate(faulty: type[ReferenceClient]) -> ClientMutant:
        name = re.sub(r"(?<!^)(?=[A-Z])", "-", faulty.__name__).lower()
        description = (faulty.__doc__ or "").strip().partition("\n")[0]
        return ClientMutant(name, kills, caller(faulty), description)

    return decorate
