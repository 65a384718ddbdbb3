"""All edits of the generated client that are faults: the suite proves itself on them, beside the reference client's.

The text that an edit replaces is that of the client as it is generated now. After a change of the generator's templates
or of `scripts/runtime/` some may no longer fit; the self-test then names them, and they are written anew.
"""

from __future__ import annotations

from conformance.mutants.client_edit import ClientEdit, Edit
from conformance.mutants.client_edits_reading import READING_EDITS
from conformance.mutants.client_edits_secrets import SECRET_EDITS
from conformance.mutants.client_edits_sending import SENDING_EDITS
from conformance.mutants.client_edits_wire import WIRE_EDITS

__all__ = ["CLIENT_EDITS", "ClientEdit", "Edit"]

CLIENT_EDITS: tuple[ClientEdit, ...] = (*SENDING_EDITS, *READING_EDITS, *SECRET_EDITS, *WIRE_EDITS)
