"""What a faulty server is: one fault, put around a server that has none.

A mutant proves that the requirement it names can be broken and is noticed. Its name is also what
`sms-conformance serve --fault NAME` takes, for people who want to see their own code meet the fault.
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from conformance.model import Handler


@frozen
class ServerMutant:
    """One fault, and the requirement that must notice it."""

    name: str
    #: The id of the requirement.
    kills: str
    #: Puts the fault around a server. What it has to remember, it remembers for that server alone.
    wrap: Callable[[Handler], Handler]

    @property
    def description(self) -> str:
        return (self.wrap.__doc__ or "").strip().partition("\n")[0]


def server_mutant(*, kills: str) -> Callable[[Callable[[Handler], Handler]], ServerMutant]:
    """Turn a wrapper into a `ServerMutant` that has the wrapper's name, with hyphens."""

    def decorate(wrap: Callable[[Handler], Handler]) -> ServerMutant:
        return ServerMutant(wrap.__name__.replace("_", "-"), kills, wrap)

    return decorate
