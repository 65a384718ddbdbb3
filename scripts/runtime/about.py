"""What the contract says of itself: a stand-in for the module that is emitted with each client."""

from __future__ import annotations

from typing import Final, Literal

#: The name of the client to the server, and its version.
PRODUCT: Final[str] = "api-client"
PACKAGE_VERSION: Final[str] = "0"
CONTRACT_VERSION: Final[str] = "0"

#: The members of an error body that hold its code, its texts and the request's id; None where there is none.
ERROR_CODE: Final[str | None] = None
ERROR_MESSAGE: Final[str | None] = None
ERROR_DOCUMENTATION: Final[str | None] = None
REQUEST_ID: Final[str | None] = None

#: Where tokens are had with client credentials, if the contract gives more than a pattern; the scopes to ask for if the
#: caller names none; how the request is written; the member that names an account; and the answer's member that holds
#: the address of the API.
TOKEN_URL: Final[str | None] = None
TOKEN_SCOPES: Final[tuple[str, ...]] = ()
TOKEN_REQUEST: Final[Literal["form", "json"]] = "form"
TOKEN_ACCOUNT: Final[str | None] = None
TOKEN_BASE_URL: Final[str | None] = None
