"""Edits of the generated client that make it send something else than it was asked to, or more often."""

from __future__ import annotations

from conformance.mutants.client_edit import (
    ASYNC,
    CALLS,
    CLIENT,
    EXCHANGE,
    RECIPIENT,
    RECIPIENT_ATTRIBUTES,
    REQUEST,
    SEND,
    SUBSCRIPTIONS,
    SYNC,
    WRITING,
    ClientEdit,
    Edit,
    client_edit,
)

_TYPE = '    _sent.headers["Content-Type"] = "application/json"\n'
_ACCEPT = 'headers={"Accept": "application/json"},'
_RECIPIENTS = "[each0.to_dict() for each0 in self.recipients]"
_ATTRIBUTES = "made: dict[str, Any] = dict(self.additional_properties)"
_BODY = "        return text.encode("
_SYNC = "        response = http.send(request, stream=True, auth=auth, follow_redirects=False)\n"
_ASYNC = "        response = await http.send(request, stream=True, auth=auth, follow_redirects=False)\n"
_TO = '        if not isinstance(self.to, Unset):\n            made["to"] = self.to\n'
_KEY = '        if not isinstance(self.message_key, Unset):\n            made["messageKey"] = self.message_key\n'
_RESUBSCRIBE = (
    '        if not isinstance(self.resubscribe, Unset):\n            made["resubscribe"] = self.resubscribe\n'
)
_FOLLOWS = "if following is None or not self.limits.follow_redirects or self.arguments.method not in SAFE:"
_SUCCESS = "_success(client, operation, arguments, line.answered(client.exchange(arguments)))"
_RESULT = f"        return line.of({_SUCCESS})\n"
_AWAITED = "        answer = await client.exchange_async(arguments)\n        return line.of("


def _again(line: str, condition: str) -> str:
    """The line, and once more the same if the answer is so."""
    close = "await response.aclose()" if "await" in line else "response.close()"
    return f"{line}        if {condition}:\n            {close}\n    {line}"


def _again_after(line: str, errors: str) -> str:
    """The line, and once more the same if it raises one of these."""
    return f"        try:\n    {line}        except {errors}:\n    {line}"


REQUEST_LINES: tuple[ClientEdit, ...] = (
    client_edit(
        "leaves-the-last-slash-out",
        "client-request-path",
        "Sends to the path without the slash at its end.",
        Edit(SEND, 'path="/messaging/v1/sms/messages/"', 'path="/messaging/v1/sms/messages"'),
    ),
    client_edit(
        "writes-the-path-in-capitals",
        "client-request-path",
        "Sends to a path in other letters.",
        Edit(SEND, 'path="/messaging/v1/sms/messages/"', 'path="/messaging/v1/SMS/messages/"'),
    ),
    client_edit(
        "asks-for-the-next-version",
        "client-request-path",
        "Sends to the path of another version.",
        Edit(SEND, 'path="/messaging/v1/sms/messages/"', 'path="/messaging/v2/sms/messages/"'),
    ),
    client_edit(
        "puts-in-place-of-posting",
        "client-request-method",
        "Sends with PUT.",
        Edit(SEND, 'method="POST"', 'method="PUT"'),
    ),
    client_edit(
        "says-who-asks-in-the-query",
        "client-request-query",
        "Adds a query.",
        Edit(CLIENT, "params=arguments.params,", 'params={"client": "python"},'),
    ),
    client_edit(
        "sends-json-as-text",
        "client-request-content-type",
        "Says that the body is plain text.",
        Edit(SEND, _TYPE, _TYPE.replace("application/json", "text/plain; charset=utf-8")),
    ),
    client_edit(
        "sends-json-as-latin-1",
        "client-request-content-type",
        "Says that the body is in another charset than it is.",
        Edit(SEND, _TYPE, _TYPE.replace("application/json", "application/json; charset=iso-8859-1")),
    ),
    client_edit(
        "says-nothing-of-the-body",
        "client-request-content-type",
        "Leaves the content type out.",
        Edit(SEND, _TYPE, ""),
    ),
    client_edit(
        "takes-xml-alone",
        "client-request-accept",
        "Says that it takes XML, and nothing else.",
        Edit(SEND, _ACCEPT, 'headers={"Accept": "application/xml"},'),
    ),
    client_edit(
        "refuses-json",
        "client-request-accept",
        "Says that it takes anything but JSON, with a weight of nothing.",
        Edit(SEND, _ACCEPT, 'headers={"Accept": "text/html, application/json;q=0"},'),
    ),
)

BODIES: tuple[ClientEdit, ...] = (
    client_edit(
        "writes-null-for-what-is-unset",
        "client-request-unset",
        "Writes null for a number that the caller left unset.",
        Edit(RECIPIENT, _TO, '        made["to"] = None if isinstance(self.to, Unset) else self.to\n'),
    ),
    client_edit(
        "writes-nothing-for-what-is-unset",
        "client-request-unset",
        "Writes an empty message key where the caller left it unset.",
        Edit(
            RECIPIENT,
            _KEY,
            '        made["messageKey"] = "" if isinstance(self.message_key, Unset) else self.message_key\n',
        ),
    ),
    client_edit(
        "makes-message-keys",
        "client-request-unset",
        "Gives a message key to a recipient who was left without.",
        Edit(
            RECIPIENT,
            _KEY,
            "        import uuid\n\n"
            "        is_unset = isinstance(self.message_key, Unset)\n"
            '        made["messageKey"] = str(uuid.uuid4()) if is_unset else self.message_key\n',
        ),
    ),
    client_edit(
        "leaves-empty-texts-out",
        "client-request-members",
        "Leaves out a number that is empty.",
        Edit(RECIPIENT, _TO, _TO.replace("if not isinstance(self.to, Unset)", "if self.to")),
    ),
    client_edit(
        "leaves-empty-attributes-out",
        "client-request-members",
        "Leaves out the attributes of a recipient that are empty.",
        Edit(
            RECIPIENT,
            "if not isinstance(self.attributes, Unset):",
            "if not isinstance(self.attributes, Unset) and self.attributes.to_dict():",
        ),
    ),
    client_edit(
        "leaves-empty-attributes-of-the-request-out",
        "client-request-members",
        "Leaves out the attributes of the request that are empty.",
        Edit(
            REQUEST,
            "if not isinstance(self.attributes, Unset):",
            "if not isinstance(self.attributes, Unset) and self.attributes.to_dict():",
        ),
    ),
    client_edit(
        "leaves-null-attributes-out",
        "client-request-members",
        "Leaves out the attributes of a recipient that are null.",
        Edit(
            RECIPIENT_ATTRIBUTES,
            _ATTRIBUTES,
            "made = {name: each for name, each in self.additional_properties.items() if each is not None}",
        ),
    ),
    client_edit(
        "writes-attributes-as-texts",
        "client-request-values",
        "Writes the attributes of a recipient as texts, whatever they are.",
        Edit(
            RECIPIENT_ATTRIBUTES,
            _ATTRIBUTES,
            "made = {name: str(each) for name, each in self.additional_properties.items()}",
        ),
    ),
    client_edit(
        "writes-names-in-lower-case",
        "client-request-members",
        "Writes the names of attributes in lower case.",
        Edit(
            RECIPIENT_ATTRIBUTES,
            _ATTRIBUTES,
            "made = {name.lower(): each for name, each in self.additional_properties.items()}",
        ),
    ),
    client_edit(
        "says-not-to-resubscribe",
        "client-request-unset",
        "Writes false for a choice that the caller left open.",
        Edit(SUBSCRIPTIONS, _RESUBSCRIBE, '        made["resubscribe"] = bool(self.resubscribe)\n'),
    ),
    client_edit(
        "does-not-say-not-to-resubscribe",
        "client-request-members",
        "Leaves out a choice that is false.",
        Edit(
            SUBSCRIPTIONS,
            _RESUBSCRIBE,
            _RESUBSCRIBE.replace("if not isinstance(self.resubscribe, Unset)", "if self.resubscribe"),
        ),
    ),
    client_edit(
        "always-subscribes",
        "client-request-unset",
        "Writes subscriptions into a request that has none.",
        Edit(
            REQUEST,
            '            made["subscriptions"] = self.subscriptions.to_dict()\n',
            '            made["subscriptions"] = self.subscriptions.to_dict()\n'
            "        else:\n"
            '            made["subscriptions"] = {"resubscribe": False}\n',
        ),
    ),
    client_edit(
        "writes-numbers-as-integers",
        "client-request-values",
        "Writes a telephone number as a number.",
        Edit(RECIPIENT, _TO, _TO.replace("= self.to", "= int(self.to) if self.to.isdecimal() else self.to")),
    ),
    client_edit(
        "writes-a-plus-before-numbers",
        "client-request-values",
        "Writes a telephone number with a plus in front.",
        Edit(RECIPIENT, _TO, _TO.replace("= self.to", '= f"+{self.to}"')),
    ),
    client_edit(
        "sends-the-last-recipient-first",
        "client-request-values",
        "Turns the order of the recipients round.",
        Edit(REQUEST, _RECIPIENTS, "[each0.to_dict() for each0 in reversed(self.recipients)]"),
    ),
    client_edit(
        "forgets-the-last-recipient",
        "client-request-members",
        "Leaves out the last recipient of several.",
        Edit(
            REQUEST, _RECIPIENTS, "[each0.to_dict() for each0 in self.recipients[: max(1, len(self.recipients) - 1)]]"
        ),
    ),
    client_edit(
        "sends-to-five-at-most",
        "client-request-members",
        "Leaves out whoever comes after the fifth recipient.",
        Edit(REQUEST, _RECIPIENTS, "[each0.to_dict() for each0 in self.recipients[:5]]"),
    ),
    client_edit(
        "sends-once-to-whoever-has-one-key",
        "client-request-members",
        "Takes recipients with the same contact key for one.",
        Edit(
            REQUEST,
            _RECIPIENTS,
            "[*{str(each0.contact_key): each0.to_dict() for each0 in self.recipients}.values()]",
        ),
    ),
    client_edit(
        "writes-question-marks",
        "client-request-values",
        "Writes a question mark for every character that ASCII lacks.",
        Edit(WRITING, f'{_BODY}"utf-8")', f'{_BODY}"ascii", "replace")'),
    ),
    client_edit(
        "writes-latin-1",
        "client-request-json",
        "Writes the body in Latin-1, and what Latin-1 lacks as JSON escapes.",
        Edit(
            WRITING,
            f'{_BODY}"utf-8")',
            "        parts = (each if ord(each) < 256 else json.dumps(each)[1:-1] for each in text)\n"
            '        return "".join(parts).encode("latin-1")',
        ),
    ),
    client_edit(
        "escapes-the-half-of-emoji",
        "client-request-values",
        "Escapes a character beyond the first plane by its last sixteen bits.",
        Edit(
            WRITING,
            f'{_BODY}"utf-8")',
            '        return "".join(\n'
            '            each if ord(each) < 65536 else f"\\\\u{ord(each) & 65535:04x}" for each in text\n'
            '        ).encode("utf-8")',
        ),
    ),
    client_edit(
        "takes-letters-apart",
        "client-request-values",
        "Writes a letter with a sign above it as two characters.",
        Edit(
            WRITING,
            f'{_BODY}"utf-8")',
            f'        import unicodedata\n\n        text = unicodedata.normalize("NFD", text)\n{_BODY}"utf-8")',
        ),
    ),
    client_edit(
        "takes-out-control-characters",
        "client-request-values",
        "Leaves out what is not printable of a text.",
        Edit(
            WRITING,
            f'{_BODY}"utf-8")',
            '        text = text.replace("\\\\u0000", "").replace("\\u202e", "").replace("\\u2028", "")\n'
            f'{_BODY}"utf-8")',
        ),
    ),
    client_edit(
        "escapes-html",
        "client-request-values",
        "Writes & and < as in HTML.",
        Edit(
            WRITING,
            f'{_BODY}"utf-8")',
            f'        text = text.replace("&", "&amp;").replace("%", "&#37;")\n{_BODY}"utf-8")',
        ),
    ),
    client_edit(
        "writes-json-into-json",
        "client-request-values",
        "Writes the body as a JSON text inside a JSON text.",
        Edit(WRITING, f'{_BODY}"utf-8")', '        return json.dumps(text).encode("utf-8")'),
    ),
    client_edit(
        "wraps-the-body",
        "client-request-members",
        "Puts the body into another object.",
        Edit(WRITING, "text = json.dumps(value, ", 'text = json.dumps({"body": value}, '),
    ),
    client_edit(
        "writes-a-byte-order-mark",
        "client-request-json",
        "Begins the body with a byte-order mark.",
        Edit(WRITING, f'{_BODY}"utf-8")', f'{_BODY}"utf-8-sig")'),
    ),
    client_edit(
        "sends-the-body-of-tasks-twice-written",
        "client-request-values",
        "Writes the body as a JSON text inside a JSON text, in tasks alone.",
        Edit(
            SEND,
            "    return await _calls.result_async(client, _OPERATION, _arguments(body=body))\n",
            "    _sent = _arguments(body=body)\n"
            "    _sent.content = _writing.json_body((_sent.content or b'').decode())\n"
            "    return await _calls.result_async(client, _OPERATION, _sent)\n",
        ),
        styles=ASYNC,
    ),
)

WAITING: tuple[ClientEdit, ...] = (
    client_edit(
        "waits-for-ever-unless-told",
        "client-timeout-by-default",
        "Has no time-out by default.",
        Edit(CLIENT, "TIMEOUT: Final = httpx.Timeout(30.0, connect=10.0)", "TIMEOUT: Final = httpx.Timeout(None)"),
    ),
    client_edit(
        "waits-for-ever-for-an-answer",
        "client-timeout-by-default",
        "Has a time-out for connecting alone.",
        Edit(
            CLIENT,
            "TIMEOUT: Final = httpx.Timeout(30.0, connect=10.0)",
            "TIMEOUT: Final = httpx.Timeout(None, connect=10.0)",
        ),
    ),
    client_edit(
        "does-not-listen-to-time-outs",
        "client-stalled-raises",
        "Waits for as long as by default, whatever it is told.",
        Edit(
            CLIENT, "        self._timeout = timeout if", "        self._timeout = TIMEOUT if timeout else timeout if"
        ),
    ),
    client_edit(
        "takes-seconds-for-minutes",
        "client-stalled-raises",
        "Takes a time-out in seconds for one in minutes.",
        Edit(
            CLIENT,
            "        self._timeout = timeout if isinstance(timeout, httpx.Timeout) else httpx.Timeout(timeout)",
            "        self._timeout = httpx.Timeout(httpx.Timeout(timeout).read and 60 * httpx.Timeout(timeout).read)",
        ),
    ),
    client_edit(
        "tasks-wait-for-ever",
        "client-stalled-raises",
        "Has no time-outs in tasks.",
        Edit(EXCHANGE, _ASYNC, f'        request.extensions["timeout"] = {{}}\n{_ASYNC}'),
        styles=ASYNC,
    ),
    client_edit(
        "raises-another-error-when-late",
        "client-stalled-raises",
        "Raises an error of Python's own for a time-out.",
        Edit(
            EXCHANGE,
            "    kind = TimedOut if isinstance(error, httpx.TimeoutException) else NoAnswer\n",
            "    if isinstance(error, httpx.TimeoutException):\n"
            '        raise TimeoutError("too late")\n'
            "    kind = NoAnswer\n",
        ),
    ),
    client_edit(
        "takes-silence-for-nothing",
        "client-stalled-raises",
        "Returns None when no answer comes in time, outside of tasks.",
        Edit(
            CALLS,
            _RESULT,
            "        from .errors import TimedOut\n\n"
            "        try:\n"
            "            answer = line.answered(client.exchange(arguments))\n"
            "        except TimedOut:\n"
            "            return None\n"
            "        return line.of(_success(client, operation, arguments, answer))\n",
        ),
        styles=SYNC,
    ),
    client_edit(
        "takes-a-broken-connection-for-nothing",
        "client-broken-off-raises",
        "Returns None in tasks when an answer breaks off.",
        Edit(
            CALLS,
            _AWAITED,
            "        from .errors import NoAnswer, TimedOut\n\n"
            "        try:\n"
            "            answer = await client.exchange_async(arguments)\n"
            "        except NoAnswer as error:\n"
            "            if isinstance(error, TimedOut):\n"
            "                raise\n"
            "            return None\n"
            "        return line.of(",
        ),
        styles=ASYNC,
    ),
    client_edit(
        "lets-a-broken-connection-crash",
        "client-broken-off-raises",
        "Raises an error of Python's own when an answer breaks off.",
        Edit(
            EXCHANGE,
            "    kind = TimedOut if isinstance(error, httpx.TimeoutException) else NoAnswer\n",
            "    kind = TimedOut if isinstance(error, httpx.TimeoutException) else NoAnswer\n"
            "    if isinstance(error, httpx.RemoteProtocolError):\n"
            '        raise RuntimeError("request failed")\n',
        ),
    ),
)

REPEATS: tuple[ClientEdit, ...] = (
    client_edit(
        "sends-again-after-5xx",
        "client-never-repeats",
        "Sends once more after a failure of the server's, outside of tasks.",
        Edit(EXCHANGE, _SYNC, _again(_SYNC, "response.status_code >= 500")),
        styles=SYNC,
    ),
    client_edit(
        "tasks-send-again-after-503",
        "client-never-repeats",
        "Sends once more after a 503, in tasks.",
        Edit(EXCHANGE, _ASYNC, _again(_ASYNC, "response.status_code == 503")),
        styles=ASYNC,
    ),
    client_edit(
        "sends-again-when-told-to-wait",
        "client-never-repeats",
        "Sends once more after a 429.",
        Edit(EXCHANGE, _SYNC, _again(_SYNC, "response.status_code == 429")),
        styles=SYNC,
    ),
    client_edit(
        "tasks-send-again-when-not-let-in",
        "client-never-repeats",
        "Sends once more with the same token after a 401, in tasks.",
        Edit(EXCHANGE, _ASYNC, _again(_ASYNC, "response.status_code == 401")),
        styles=ASYNC,
    ),
    client_edit(
        "sends-again-after-a-time-out",
        "client-never-repeats",
        "Sends once more when no answer comes in time.",
        Edit(EXCHANGE, _SYNC, _again_after(_SYNC, "httpx.ReadTimeout")),
        styles=SYNC,
    ),
    client_edit(
        "sends-again-after-a-broken-connection",
        "client-never-repeats",
        "Sends once more when the connection ends before the answer.",
        Edit(EXCHANGE, _SYNC, _again_after(_SYNC, "(httpx.RemoteProtocolError, httpx.ReadError)")),
        styles=SYNC,
    ),
    client_edit(
        "tasks-send-again-after-a-broken-connection",
        "client-never-repeats",
        "Sends once more when the connection ends before the answer, in tasks.",
        Edit(EXCHANGE, _ASYNC, _again_after(_ASYNC, "(httpx.RemoteProtocolError, httpx.ReadError)")),
        styles=ASYNC,
    ),
    client_edit(
        "sends-again-what-it-cannot-read",
        "client-never-repeats",
        "Sends once more when a success cannot be read.",
        Edit(
            CALLS,
            _RESULT,
            "        from .errors import DecodeError\n\n"
            "        try:\n"
            f"            return line.of({_SUCCESS})\n"
            "        except DecodeError:\n"
            f"            return line.of({_SUCCESS})\n",
        ),
        styles=SYNC,
    ),
    client_edit(
        "sends-again-to-be-sure",
        "client-never-repeats",
        "Sends everything twice.",
        Edit(EXCHANGE, _SYNC, _again(_SYNC, "True")),
        styles=SYNC,
    ),
    client_edit(
        "follows-every-redirect",
        "client-no-redirect",
        "Follows whatever redirect comes.",
        Edit(EXCHANGE, _FOLLOWS, "if following is None:"),
    ),
    client_edit(
        "posts-again-where-a-redirect-says-so",
        "client-no-redirect",
        "Follows the redirects that keep the method.",
        Edit(EXCHANGE, _FOLLOWS, "if following is None or answer.status_code not in (307, 308):"),
    ),
    client_edit(
        "gets-where-a-redirect-says-so",
        "client-no-redirect",
        "Follows the redirects that turn a POST into a GET.",
        Edit(EXCHANGE, _FOLLOWS, "if following is None or answer.status_code not in (301, 302, 303):"),
    ),
    client_edit(
        "sees-other",
        "client-no-redirect",
        "Follows a 303 alone.",
        Edit(EXCHANGE, _FOLLOWS, "if following is None or answer.status_code != 303:"),
    ),
    client_edit(
        "tasks-follow-redirects",
        "client-no-redirect",
        "Follows redirects in tasks.",
        Edit(EXCHANGE, _ASYNC, _ASYNC.replace("follow_redirects=False", "follow_redirects=True")),
        styles=ASYNC,
    ),
)

SENDING_EDITS: tuple[ClientEdit, ...] = (*REQUEST_LINES, *BODIES, *WAITING, *REPEATS)
