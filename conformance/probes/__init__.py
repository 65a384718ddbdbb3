"""Exact requests, each sure to exercise something, smallest first.

Exploration finds what nobody thought of; these find what somebody did, in the first tenth of a second,
and with the smallest request that shows it. A probe makes an exchange; the checks judge it. What no source
speaks of is sent as well, and then judged by what holds for every answer alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract import Operation
from conformance.model import Setting
from conformance.probes.access import access
from conformance.probes.good import good, unusual
from conformance.probes.making import Keys, Maker, Probe
from conformance.probes.mixed import mixed
from conformance.probes.paths import paths
from conformance.probes.refused import refused
from conformance.probes.written import written

__all__ = ["Keys", "Maker", "Probe", "probes"]

#: Each group in the order in which it is sent.
GROUPS = (good, mixed, refused, written, access, paths, unusual)


def probes(operation: Operation, setting: Setting, keys: Keys) -> Iterator[Probe]:
    """Every probe of the send operation, in the order in which they are to be sent."""
    make = Maker(operation, setting, keys)
    for group in GROUPS:
        yield from group(make)
