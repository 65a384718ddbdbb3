"""Edits of the generated client that show in how an answer comes over the wire, or whom else it concerns."""

from __future__ import annotations

from conformance.mutants.client_edit import (
    ASYNC,
    CALLS,
    CLIENT,
    EXCHANGE,
    SYNC,
    ClientEdit,
    Edit,
    client_edit,
)

_FAILURE = "    error.request = without_secrets(request, limits)\n"
_UNKNOWN = "    unknown = may_be_received and arguments.method not in SAFE\n"
_NO_ANSWER = "    return kind(arguments.operation, request, reason, unknown)\n"
_SIGNED = "        request.headers[self._header] = self._value.reveal()\n"
_PACKED = 'return taken.whole(b"".join(map(taken.checked, response.iter_bytes())))'
_PACKED_OF_TASKS = 'return taken.whole(b"".join([taken.checked(each) async for each in response.aiter_bytes()]))'
_TOO_LARGE = '            raise httpx.DecodingError("it is too large", request=self.response.request)\n'
_FOLLOWS = "if following is None or not self.limits.follow_redirects or self.arguments.method not in SAFE:"
_ELSEWHERE = "            without_secrets(following, self.limits)\n"
_EXCHANGE = "        return exchange(http, self._request(http, arguments), arguments, self._limits)\n"
_EXCHANGE_OF_TASKS = (
    "        return await exchange_async(http, self._request(http, arguments), arguments, self._limits)\n"
)
_WITH_HEADERS = '        return self._changed("_headers", {**self._headers, **headers})\n'
_COPY = "        made = type(self).__new__(type(self))\n        vars(made).update(vars(self))\n        return made\n"
_AWAITED = "        return line.of(_success(client, operation, arguments, line.answered(answer)))\n"

DELIVERIES: tuple[ClientEdit, ...] = (
    client_edit(
        "reads-packed-answers-as-they-came",
        "client-packed-read",
        "Does not unpack what comes packed, outside of tasks.",
        Edit(EXCHANGE, _PACKED, 'return taken.whole(b"".join(response.iter_raw()))'),
        styles=SYNC,
    ),
    client_edit(
        "tasks-read-packed-answers-as-they-came",
        "client-packed-read",
        "Does not unpack what comes packed, in tasks.",
        Edit(EXCHANGE, _PACKED_OF_TASKS, 'return taken.whole(b"".join([each async for each in response.aiter_raw()]))'),
        styles=ASYNC,
    ),
    client_edit(
        "runs-out-of-room",
        "client-too-large-ends",
        "Raises an error of Python's own for an answer that is too large.",
        Edit(EXCHANGE, _TOO_LARGE, "            raise MemoryError\n"),
    ),
    client_edit(
        "crashes-where-nobody-listens",
        "client-nobody-raises",
        "Raises an error of Python's own where no server listens.",
        Edit(
            EXCHANGE,
            _FAILURE,
            f"    if isinstance(error, httpx.ConnectError):\n        raise ConnectionError from None\n{_FAILURE}",
        ),
    ),
    client_edit(
        "knows-nothing-of-nobody",
        "client-nobody-known",
        "Calls the outcome unknown where no server listens.",
        Edit(EXCHANGE, _UNKNOWN, "    unknown = arguments.method not in SAFE\n"),
    ),
    client_edit(
        "calls-every-outcome-known",
        "client-transport-unknown",
        "Does not say that the outcome is unknown where no answer came.",
        Edit(EXCHANGE, _UNKNOWN, "    unknown = may_be_received and arguments.method in SAFE\n"),
    ),
    client_edit(
        "denies-what-it-sent",
        "client-sent-not-denied",
        "Says that nothing was sent where the connection ended before the answer.",
        Edit(
            EXCHANGE,
            _NO_ANSWER,
            "    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):\n"
            '        raise InvalidRequest("the connection is closed")\n' + _NO_ANSWER,
        ),
    ),
    client_edit(
        "names-another-host",
        "client-request-framed",
        "Says in each request that it is for another host.",
        Edit(CLIENT, _SIGNED, f'{_SIGNED}        request.headers["Host"] = "api.example"\n'),
    ),
    client_edit(
        "leaves-what-is-left-over",
        "client-own-answer-next",
        "Takes what is left over on a connection for the next answer.",
        Edit(
            EXCHANGE, '    data: bytes = inside.trailing_data[0] if inside is not None else b""\n', '    data = b""\n'
        ),
    ),
    client_edit(
        "gives-the-token-to-whoever-is-named",
        "client-token-not-elsewhere",
        "Follows a redirect to another server, with the token.",
        Edit(EXCHANGE, _FOLLOWS, "if following is None:"),
        Edit(
            EXCHANGE,
            _ELSEWHERE,
            '            following.headers["Authorization"] = answer.request.headers["Authorization"]\n',
        ),
    ),
    client_edit(
        "gives-the-body-to-whoever-is-named",
        "client-body-not-elsewhere",
        "Follows a redirect that leads to another server, with the body.",
        Edit(
            EXCHANGE,
            _FOLLOWS,
            "if following is None or following.url.port == answer.request.url.port:",
        ),
    ),
)

TOGETHER: tuple[ClientEdit, ...] = (
    client_edit(
        "keeps-the-request-on-the-client",
        "client-own-answer",
        "Keeps the request on the client until it is sent, so that threads send each other's.",
        Edit(
            CLIENT,
            _EXCHANGE,
            "        self._current = self._request(http, arguments)\n"
            '        __import__("time").sleep(0.002)\n'
            "        return exchange(http, self._current, arguments, self._limits)\n",
        ),
        styles=SYNC,
    ),
    client_edit(
        "tasks-keep-the-request-on-the-client",
        "client-own-answer",
        "Keeps the request on the client until it is sent, so that tasks send each other's.",
        Edit(
            CLIENT,
            _EXCHANGE_OF_TASKS,
            "        self._current = self._request(http, arguments)\n"
            '        await __import__("asyncio").sleep(0.002)\n'
            "        return await exchange_async(http, self._current, arguments, self._limits)\n",
        ),
        styles=ASYNC,
    ),
    client_edit(
        "has-room-for-one-thread",
        "client-serves-all",
        "Fails whoever calls while another thread does.",
        Edit(
            CLIENT,
            _EXCHANGE,
            '        if vars(self).get("_busy"):\n            raise RuntimeError("the client is busy")\n'
            "        self._busy = True\n"
            "        try:\n"
            "            return exchange(http, self._request(http, arguments), arguments, self._limits)\n"
            "        finally:\n"
            "            self._busy = False\n",
        ),
        styles=SYNC,
    ),
    client_edit(
        "shares-headers-with-its-copies",
        "client-copy-leaves-original",
        "Writes the headers of a copy into those of the original.",
        Edit(CLIENT, _WITH_HEADERS, "        self._headers.update(headers)\n        return self.__copy__()\n"),
    ),
    client_edit(
        "is-its-own-copy",
        "client-copy-leaves-original",
        "Gives itself for a copy.",
        Edit(CLIENT, _COPY, "        return self\n"),
    ),
    client_edit(
        "forgets-the-headers-of-a-copy",
        "client-copy-has-headers",
        "Makes a copy that has no other headers.",
        Edit(CLIENT, _WITH_HEADERS, "        return self.__copy__()\n"),
    ),
    client_edit(
        "tasks-raise-what-is-mixed",
        "client-styles-alike",
        "Raises a mixed answer in tasks, and returns it otherwise.",
        Edit(
            CALLS,
            _AWAITED,
            "        read = line.of(_success(client, operation, arguments, line.answered(answer)))\n"
            "        if is_mixed(read) and read.refused:\n"
            "            read.raise_for_refused()\n"
            "        return read\n",
        ),
    ),
    client_edit(
        "tasks-have-an-error-for-all",
        "client-styles-alike",
        "Raises a class of errors of its own in tasks, whatever the status.",
        Edit(
            CALLS,
            "        answer = await client.exchange_async(arguments)\n        return line.of(",
            "        answer = await client.exchange_async(arguments)\n"
            "        if answer.status_code != 202:\n"
            "            error = _error(client, operation, arguments, answer)\n"
            "            error.__class__ = StatusError\n"
            "            raise error\n"
            "        return line.of(",
        ),
    ),
)

WIRE_EDITS: tuple[ClientEdit, ...] = (*DELIVERIES, *TOGETHER)
