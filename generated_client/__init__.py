# Emitted by scripts/generate.py from openapi.yaml (1.0.0); do not edit: change the contract, its overlay or client.yaml.
"""A client library for accessing Marketing Cloud REST API. See README.md beside this file."""

from .client import AuthenticatedClient, Client
from .errors import CallError
from .types import UNSET

__all__ = ("UNSET", "AuthenticatedClient", "CallError", "Client")
