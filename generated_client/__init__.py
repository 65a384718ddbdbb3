# Emitted by scripts/generate.py from openapi.yaml (1.0.0); do not edit: change the contract, its overlay or client.yaml.

"""A client library for accessing Marketing Cloud REST API"""

from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)
