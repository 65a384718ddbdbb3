"""Edits of the generated client that let its token be seen."""

from __future__ import annotations

from conformance.mutants.client_edit import ASYNC, CLIENT, EXCHANGE, ClientEdit, Edit, client_edit

_SIGNED = "        request.headers[self._header] = self._value.reveal()\n"
_REPR = '        return f"{type(self).__name__}({self._base_url!r})"\n'
_TOKEN_REPR = '        return f"{type(self).__name__}(header={self._header!r})"\n'
_REVEALED = "self._limits.auth._value.reveal()"
_SECRET = '        return "<secret>"\n'
_HIDDEN = (
    "        raise TypeError(\n"
    '            "a client holds connections and a token, and is not pickled. Make another where it is needed."\n'
    "        )\n"
)
_FAILURE = "    error.request = without_secrets(request, limits)\n"

SECRET_EDITS: tuple[ClientEdit, ...] = (
    client_edit(
        "signs-in-as-token",
        "client-token-in-header",
        "Sends the token under a scheme of its own.",
        Edit(
            CLIENT,
            'prefix: str = "Bearer",\n        auth_header_name: str',
            'prefix: str = "Token",\n        auth_header_name: str',
        ),
    ),
    client_edit(
        "signs-in-without-a-scheme",
        "client-token-in-header",
        "Sends the token without a scheme.",
        Edit(
            CLIENT,
            'prefix: str = "Bearer",\n        auth_header_name: str',
            'prefix: str = "",\n        auth_header_name: str',
        ),
    ),
    client_edit(
        "does-not-sign-in",
        "client-token-in-header",
        "Sends no token.",
        Edit(CLIENT, _SIGNED, "        pass\n"),
    ),
    client_edit(
        "cuts-the-token",
        "client-token-in-header",
        "Sends the token without its last character.",
        Edit(CLIENT, _SIGNED, _SIGNED.replace("reveal()", "reveal()[:-1]")),
    ),
    client_edit(
        "signs-in-with-another-header",
        "client-token-nowhere-else",
        "Sends the token in a header of its own.",
        Edit(CLIENT, 'auth_header_name: str = "Authorization"', 'auth_header_name: str = "X-Access-Token"'),
    ),
    client_edit(
        "puts-the-token-into-the-address",
        "client-token-nowhere-else",
        "Sends the token in the query as well.",
        Edit(
            CLIENT,
            _SIGNED,
            f"{_SIGNED}        token = self._value.reveal().split()[-1]\n"
            '        request.url = request.url.copy_merge_params({"access_token": token})\n',
        ),
    ),
    client_edit(
        "puts-the-token-into-a-cookie",
        "client-token-nowhere-else",
        "Sends the token in a cookie as well.",
        Edit(
            CLIENT,
            _SIGNED,
            f'{_SIGNED}        request.headers["Cookie"] = "token=" + self._value.reveal().split()[-1]\n',
        ),
    ),
    client_edit(
        "puts-the-token-into-the-body",
        "client-token-nowhere-else",
        "Sends the token in the body as well.",
        Edit(
            CLIENT,
            "                content=arguments.content,\n",
            "                content=(arguments.content or b'')[:-1]\n"
            f"                + b',\"token\":\"' + {_REVEALED}.split()[-1].encode() + b'\"}}',\n",
        ),
    ),
    client_edit(
        "shows-the-token-in-repr",
        "client-no-secret-shown",
        "Shows the token in the repr of a client.",
        Edit(CLIENT, _REPR, _REPR.replace("({self._base_url!r})", "({self._base_url!r}, {self._limits!r})")),
        Edit(CLIENT, _TOKEN_REPR, _TOKEN_REPR.replace("header={self._header!r}", "{self._header!r}, {self._value!r}")),
        Edit(CLIENT, _SECRET, "        return repr(self._text)\n"),
    ),
    client_edit(
        "logs-the-token",
        "client-no-secret-shown",
        "Writes into the log what it signs in with.",
        Edit(
            CLIENT,
            _SIGNED,
            f"{_SIGNED}        import logging\n\n"
            '        logging.getLogger(__package__).debug("signed in with %s", self._value.reveal())\n',
        ),
    ),
    client_edit(
        "logs-the-headers-of-tasks",
        "client-no-secret-shown",
        "Writes into the log what headers went out, in tasks.",
        Edit(
            EXCHANGE,
            "        redirects = _Redirects(arguments, limits)\n        while following := redirects.after(response):\n"
            "            await response.aclose()\n",
            "        import logging\n\n"
            '        logging.getLogger(__package__).info("sent with %s", dict(request.headers))\n'
            "        redirects = _Redirects(arguments, limits)\n        while following := redirects.after(response):\n"
            "            await response.aclose()\n",
        ),
        styles=ASYNC,
    ),
    client_edit(
        "shows-the-token-in-errors",
        "client-no-secret-shown",
        "Tells in an error what headers went out.",
        Edit(EXCHANGE, _FAILURE, f"    sent = dict(request.headers)\n{_FAILURE}"),
        Edit(
            EXCHANGE,
            '    reason = f"{type(error).__name__}: {said}" if said else type(error).__name__\n',
            '    reason = f"{type(error).__name__}: {said}, sent with {sent}"\n',
        ),
    ),
    client_edit(
        "writes-the-token-into-its-callers-headers",
        "client-no-secret-shown",
        "Writes the token into the headers that its caller gave.",
        Edit(
            CLIENT,
            "        self._limits = self._limits._replace(secret_headers=",
            "        if isinstance(headers, dict):\n"
            '            headers[auth_header_name] = f"{prefix} {token}"\n'
            "        self._limits = self._limits._replace(secret_headers=",
        ),
    ),
    client_edit(
        "pickles-the-token",
        "client-no-secret-shown",
        "Pickles a client with the token.",
        Edit(CLIENT, _HIDDEN, f"        return type(self), (self._base_url, {_REVEALED})\n"),
    ),
)
