"""Keeps what Hypothesis draws from depending on which modules a process has loaded, and from where.

Now and then Hypothesis draws a constant that it has found in the source of a module that is no installed package: of
this suite in a checkout but not once installed, of the application under test but not of a server at an address. The
same seed would send other requests, and reading all those sources takes a fifth of a quick run. There is no setting
for it. Should another release keep the constants elsewhere, it goes on looking for them, as before.
"""

from __future__ import annotations

import inspect
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from hypothesis.internal.cache import LRUCache
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

_CHOSEN_FROM = "_local_constants"
_CHOICES = "CONSTANTS_CACHE"
_providers: Any = providers


@contextmanager
def without_local_constants() -> Generator[None]:
    """Until the block ends, Hypothesis draws constants from its own list alone."""
    provider: Any = getattr(providers, "HypothesisProvider", None)
    if not (hasattr(provider, _CHOSEN_FROM) and hasattr(providers, _CHOICES)):
        yield
        return
    chosen_from = inspect.getattr_static(provider, _CHOSEN_FROM)
    choices: Any = _providers.CONSTANTS_CACHE
    setattr(provider, _CHOSEN_FROM, Constants())
    _providers.CONSTANTS_CACHE = LRUCache(1024)
    try:
        yield
    finally:
        setattr(provider, _CHOSEN_FROM, chosen_from)
        _providers.CONSTANTS_CACHE = choices
