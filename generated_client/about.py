# Emitted by scripts/generate.py from openapi.yaml (1.0.0); do not edit: change what it is made from.
"""What the contract says of itself, and of errors and tokens."""

from __future__ import annotations

from typing import Final, Literal

#: The name of the client to the server, and its version.
PRODUCT: Final[str] = "marketing-cloud-rest-api-client"
PACKAGE_VERSION: Final[str] = "0.1.0"
CONTRACT_VERSION: Final[str] = "1.0.0"

#: The members of an error body that hold its code, its texts and the request's id; None where there is none.
ERROR_CODE: Final[str | None] = "errorcode"
ERROR_MESSAGE: Final[str | None] = "message"
ERROR_DOCUMENTATION: Final[str | None] = "documentation"
REQUEST_ID: Final[str | None] = "requestId"

#: Where tokens are had with client credentials, if the contract gives more than a pattern; the scopes to ask for if the
#: caller names none; how the request is written; the member that names an account; and the answer's member that holds
#: the address of the API.
TOKEN_URL: Final[str | None] = None
TOKEN_SCOPES: Final[tuple[str, ...]] = ("sms_send",)
TOKEN_REQUEST: Final[Literal["form", "json"]] = "json"
TOKEN_ACCOUNT: Final[str | None] = "account_id"
TOKEN_BASE_URL: Final[str | None] = "rest_instance_url"
