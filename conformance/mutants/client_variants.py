"""Clients that are right and do otherwise what no ruling speaks of: none of them may be accused of anything.

Most are edits of the generated client. Others are made from the reference client, with another library under it.
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from conformance.model import Caller
from conformance.mutants.client_edit import CALLS, CLIENT, ERRORS, READING, REQUEST, WRITING, Edit
from conformance.mutants.standard_library_client import standard_library_caller

_JSON = "text = json.dumps(value, ensure_ascii=False, separators=(',', ':'), allow_nan=False)".replace("'", '"')
_SIGNED = "        request.headers[self._header] = self._value.reveal()\n"
_SUCCESS = "_success(client, operation, arguments, line.answered(client.exchange(arguments)))"
_DECODED = '        text = content.decode("utf-8")\n'
_REFUSED_CHARSET = (
    "    if not content.isascii() and not _is_utf_8(content_type):\n"
    '        raise Misfit("is in another charset than UTF-8")\n'
)


@frozen
class ClientVariant:
    """A right client by name, with what it does otherwise in a sentence: an edited package, or a caller of its own."""

    name: str
    description: str
    edits: tuple[Edit, ...] = ()
    package: str = "another_client"
    make: Callable[[], Caller] | None = None


def _variant(name: str, description: str, *edits: Edit) -> ClientVariant:
    return ClientVariant(name, description, edits)


def _sent_with(name: str, value: str) -> Edit:
    """One more header in each request."""
    return Edit(CLIENT, _SIGNED, f"{_SIGNED}        request.headers[{name!r}] = {value!r}\n")


CLIENT_VARIANTS: tuple[ClientVariant, ...] = (
    ClientVariant("is-vendored", "Is the generated client, under a name with dots.", package="shop.vendor.sms"),
    ClientVariant(
        "uses-the-standard-library", "Sends with http.client, and in threads alone.", make=standard_library_caller
    ),
    _variant(
        "names-its-errors-otherwise",
        "Has other names for its errors, in another order of descent.",
        Edit(ERRORS, "class CallError(Exception):", "class SmsProblem(Exception):"),
        Edit(
            ERRORS,
            "\n\n@define\nclass InvalidRequest(",
            "\n\nCallError = SmsProblem\n\n\n@define\nclass InvalidRequest(",
        ),
        Edit(ERRORS, "class InvalidRequest(CallError, ValueError):", "class InvalidRequest(CallError, LookupError):"),
        Edit(
            ERRORS,
            'class Unauthorized(StatusError):\n    """401: the token is missing, wrong or expired. Get a new one."""\n',
            'class NotLetIn(StatusError):\n    """401."""\n\n\nUnauthorized = NotLetIn\n',
        ),
        Edit(
            ERRORS, "class ServiceUnavailable(ServerError):", "class ServiceUnavailable(TooManyRequests, ServerError):"
        ),
    ),
    _variant(
        "raises-what-is-mixed",
        "Raises a mixed answer, with the whole result in the exception.",
        Edit(
            CALLS,
            f"        return line.of({_SUCCESS})\n",
            f"        read = line.of({_SUCCESS})\n"
            "        return read.raise_for_refused() if is_mixed(read) else read\n",
        ),
        Edit(
            CALLS,
            "        return line.of(_success(client, operation, arguments, line.answered(answer)))\n",
            "        read = line.of(_success(client, operation, arguments, line.answered(answer)))\n"
            "        return read.raise_for_refused() if is_mixed(read) else read\n",
        ),
        # Whoever was refused, and not that somebody may be lacking.
        Edit(
            "mixed.py",
            "        if self.all_queued:\n            return self\n",
            "        if not self.refused:\n            return self\n",
        ),
    ),
    _variant(
        "orders-members-otherwise",
        "Writes the members of a request in the opposite order.",
        Edit(
            REQUEST,
            '            made["subscriptions"] = self.subscriptions.to_dict()\n        return made\n',
            '            made["subscriptions"] = self.subscriptions.to_dict()\n'
            "        return dict(reversed(made.items()))\n",
        ),
    ),
    _variant(
        "says-more-in-headers",
        "Sends headers of its own, and another name.",
        Edit(CLIENT, 'USER_AGENT: Final = f"', 'USER_AGENT: Final = f"Mozilla/5.0 (compatible) '),
        _sent_with("X-Request-Id", "7c5a1d"),
    ),
    _variant(
        "takes-nothing-packed", "Asks for answers that are not packed.", _sent_with("Accept-Encoding", "identity")
    ),
    _variant("takes-gzip-alone", "Asks for gzip and nothing else.", _sent_with("Accept-Encoding", "gzip")),
    _variant("ends-each-connection", "Asks for the end of the connection.", _sent_with("Connection", "close")),
    _variant(
        "sends-in-chunks",
        "Sends the body without saying how long it is.",
        Edit(
            CLIENT,
            _SIGNED,
            f'{_SIGNED}        request.headers.pop("Content-Length", None)\n'
            '        request.headers["Transfer-Encoding"] = "chunked"\n',
        ),
    ),
    _variant(
        "takes-anything",
        "Says that it takes whatever comes.",
        _sent_with("Accept", "text/html;q=0.5, */*;q=0.1"),
    ),
    _variant(
        "says-the-charset",
        "Says of the body that it is in UTF-8.",
        _sent_with("Content-Type", "application/json; charset=UTF-8"),
    ),
    _variant(
        "reads-items-when-asked",
        "Reads an item once somebody asks for it, having looked at its form.",
        Edit(
            READING,
            "            return [*map(read, items)]\n",
            "            for each in items:\n                read(each)\n            return _Late(read, items)\n",
        ),
        Edit(
            READING,
            "def _first_misfit(",
            "class _Late(list[Any]):\n"
            "    def __init__(self, read: Any, items: list[Any]) -> None:\n"
            "        super().__init__(items)\n"
            "        self.read = read\n\n"
            "    def __iter__(self) -> Any:\n"
            "        return map(self.read, super().__iter__())\n\n"
            "    def __getitem__(self, index: Any) -> Any:\n"
            "        found = super().__getitem__(index)\n"
            "        return [*map(self.read, found)] if isinstance(index, slice) else self.read(found)\n\n\n"
            "def _first_misfit(",
        ),
    ),
    _variant(
        "spaces-its-json",
        "Writes JSON on several lines, with blanks.",
        Edit(WRITING, _JSON, "text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + '\\n'"),
    ),
    _variant(
        "escapes-its-json",
        "Writes JSON in ASCII.",
        Edit(WRITING, _JSON, "text = json.dumps(value, ensure_ascii=True, allow_nan=False)"),
    ),
    _variant(
        "is-impatient",
        "Waits for five seconds unless told otherwise.",
        Edit(CLIENT, "TIMEOUT: Final = httpx.Timeout(30.0, connect=10.0)", "TIMEOUT: Final = httpx.Timeout(5.0)"),
    ),
    _variant(
        "connects-again",
        "Tries twice more to reach the server, before anything was sent.",
        Edit(
            CLIENT,
            "self.sync = httpx.Client(**self.options)",
            "self.sync = httpx.Client(\n"
            "                    transport=httpx.HTTPTransport(retries=2), **self.options\n"
            "                )",
        ),
    ),
    _variant(
        "reads-what-the-label-says",
        "Reads an answer in the charset that it names, and over a byte-order mark.",
        Edit(
            READING,
            f"{_REFUSED_CHARSET}    try:\n{_DECODED}",
            "    try:\n"
            '        named = httpx.Response(200, headers={"content-type": content_type}).charset_encoding\n'
            '        text = content.decode("utf-8-sig" if _is_utf_8(content_type) else str(named))\n'
            "    except LookupError:\n"
            '        raise Misfit("is in an unknown charset") from None\n',
        ),
    ),
)
