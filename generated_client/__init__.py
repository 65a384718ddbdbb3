# Emitted by scripts/generate.py from openapi.yaml (1.0.0); do not edit: change what it is made from.
"""A client library for accessing Marketing Cloud REST API. See README.md beside this file."""

from . import errors
from .about import PACKAGE_VERSION as __version__
from .client import AuthenticatedClient, Client
from .errors import CallError
from .types import UNSET

__all__ = ("UNSET", "AuthenticatedClient", "CallError", "Client", "__version__", "errors")
