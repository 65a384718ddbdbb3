"""Edits of the generated client that make it misread what came, or tell its caller something else."""

from __future__ import annotations

from conformance.mutants.client_edit import (
    API_ERROR,
    ASYNC,
    CALLS,
    ERRORS,
    EXCHANGE,
    ITEM,
    MIXED,
    READING,
    RESULT,
    SEND,
    SYNC,
    ClientEdit,
    Edit,
    client_edit,
)

_CODE = 'made.errorcode = found.pop("errorcode", UNSET)'
_MESSAGE = 'made.message = found.pop("message", UNSET)'
_ITEMS = 'member(found, "responses", list_of(SmsSendResultItem.from_dict))'
_EXTRAS = "made.additional_properties = found"
_STATUS = "_calls.Documented(202, 202,"
_RAISE = "    raise _error(client, operation, arguments, answer)\n"
_SUCCESS = "_success(client, operation, arguments, line.answered(client.exchange(arguments)))"
_RESULT = f"        return line.of({_SUCCESS})\n"
_AWAITED = "        return line.of(_success(client, operation, arguments, line.answered(answer)))\n"
_DECODED = '        text = content.decode("utf-8")\n'
_LENGTH = "    if len(value) < len(pairs):"
_NO_JSON = "    except json.JSONDecodeError as error:\n"
_MAY_BE_DONE = "return method not in SAFE and (status < 300 or status in {302, 303} or status >= 500)"
_CHARSET = "    if not content.isascii() and not _is_utf_8(content_type):\n"
_NO_LIST = '    if not _is_list(value):\n        raise Misfit("is no list")\n'

RESULTS: tuple[ClientEdit, ...] = (
    client_edit(
        "reads-the-code-of-an-item-from-errorCode",
        "client-reads-refused",
        "Reads `errorCode` for the `errorcode` of an item, and finds none.",
        Edit(ITEM, _CODE, _CODE.replace("errorcode", "errorCode").replace("made.errorCode", "made.errorcode")),
    ),
    client_edit(
        "reads-keys-from-messagekey",
        "client-items-complete",
        "Reads `messagekey` for the `messageKey` of an item, and finds none.",
        Edit(ITEM, 'found.pop("messageKey")', 'found.pop("messagekey", None)'),
    ),
    client_edit(
        "looks-for-requestID",
        "client-success-returned",
        "Looks for `requestID`, and reads no answer without.",
        Edit(RESULT, 'found.pop("requestId")', 'found.pop("requestID")'),
    ),
    client_edit(
        "reads-the-id-from-requestID",
        "client-request-id-read",
        "Reads `requestID` for the `requestId` of an answer, and finds none.",
        Edit(RESULT, 'found.pop("requestId")', 'found.pop("requestID", None)'),
    ),
    client_edit(
        "loses-the-first-item",
        "client-items-complete",
        "Leaves out the first item of an answer that has several.",
        Edit(RESULT, _ITEMS, f"(lambda each: each[1:] or each)({_ITEMS})"),
    ),
    client_edit(
        "loses-the-last-item",
        "client-items-complete",
        "Leaves out the last item of an answer that has several.",
        Edit(RESULT, _ITEMS, f"(lambda each: each[:-1] or each)({_ITEMS})"),
    ),
    client_edit(
        "loses-items-in-the-middle",
        "client-items-complete",
        "Reads the first two items and the last.",
        Edit(RESULT, _ITEMS, f"(lambda each: each if len(each) < 4 else [*each[:2], each[-1]])({_ITEMS})"),
    ),
    client_edit(
        "loses-whoever-was-refused",
        "client-items-complete",
        "Leaves out the items that were refused.",
        Edit(RESULT, _ITEMS, f"[each for each in {_ITEMS} if each.errorcode in (0, UNSET)]"),
    ),
    client_edit(
        "loses-whoever-was-queued-where-some-were-refused",
        "client-items-complete",
        "Leaves out the items that were queued in a mixed answer.",
        Edit(
            RESULT,
            _ITEMS,
            f"(lambda each: [one for one in each if one.errorcode is not UNSET] or each)({_ITEMS})",
        ),
    ),
    client_edit(
        "names-everybody-by-the-first-key",
        "client-text-exact",
        "Gives every item of an answer the key of the first.",
        Edit(
            RESULT,
            "        made.additional_properties = found\n",
            "        made.additional_properties = found\n"
            "        for each in made.responses:\n"
            "            each.message_key = made.responses[0].message_key\n",
        ),
    ),
    client_edit(
        "names-items-in-the-order-of-the-request",
        "client-text-exact",
        "Gives the items the keys of the request in its order, whatever order they came in.",
        Edit(
            MIXED,
            "        self._recipients = tuple(",
            "        for item, owner in zip(self._items(), recipients, strict=False):\n"
            "            if _key(owner, self.FIELDS.key) is not None:\n"
            "                setattr(item, self.FIELDS.key, _key(owner, self.FIELDS.key))\n"
            "        self._recipients = tuple(",
        ),
    ),
    client_edit(
        "trims-keys",
        "client-text-exact",
        "Reads keys in lower case, without blanks around them.",
        Edit(ITEM, 'found.pop("messageKey")', 'str(found.pop("messageKey")).strip().lower()'),
    ),
    client_edit(
        "reads-codes-as-floats",
        "client-codes-are-integers",
        "Reads the code of an item as a floating-point number.",
        Edit(ITEM, 'found.pop("errorcode", UNSET)', 'float(found.pop("errorcode")) if "errorcode" in found else UNSET'),
    ),
    client_edit(
        "reads-codes-as-texts",
        "client-codes-are-integers",
        "Reads the code of an item as a text.",
        Edit(ITEM, 'found.pop("errorcode", UNSET)', 'str(found.pop("errorcode")) if "errorcode" in found else UNSET'),
    ),
    client_edit(
        "reads-codes-as-four-bytes",
        "client-item-code-read",
        "Reads codes as integers of 32 bits.",
        Edit(
            ITEM,
            'found.pop("errorcode", UNSET)',
            'found.pop("errorcode") & 0xFFFFFFFF if "errorcode" in found else UNSET',
        ),
    ),
    client_edit(
        "takes-empty-messages-for-none",
        "client-writes-back",
        "Takes the message of an item that is empty for none.",
        Edit(ITEM, _MESSAGE, 'made.message = found.pop("message", UNSET) or UNSET'),
    ),
    client_edit(
        "cuts-messages",
        "client-text-exact",
        "Keeps the first ten characters of an item's message.",
        Edit(ITEM, _MESSAGE, 'made.message = str(found.pop("message"))[:10] if "message" in found else UNSET'),
    ),
    client_edit(
        "reads-texts-as-ascii",
        "client-text-exact",
        "Reads the message of an item without what is not ASCII.",
        Edit(
            ITEM,
            _MESSAGE,
            'made.message = "".join(filter(str.isascii, found.pop("message"))) if "message" in found else UNSET',
        ),
    ),
    client_edit(
        "tells-nobody-of-refusals",
        "client-mixed-visible",
        "Says that nobody was refused, whoever was.",
        Edit(
            MIXED,
            "            if self._refuses(code)\n        )",
            "            if self._refuses(code) and False\n        )",
        ),
    ),
    client_edit(
        "does-not-know-unknown-refusals",
        "client-mixed-visible",
        "Takes a recipient with a code that is not in the tables for queued.",
        Edit(
            MIXED,
            "        return code is not None and not (",
            "        return isinstance(code, int) and 109000 < code < 109200 and not (",
        ),
    ),
    client_edit(
        "takes-everybody-refused-for-nobody",
        "client-mixed-visible",
        "Takes an answer that refuses everybody for one that refuses nobody.",
        Edit(
            MIXED,
            "            if self._refuses(code)\n        )",
            "            if self._refuses(code) and any(each is None for _, each, _ in self._read())\n        )",
        ),
    ),
    client_edit(
        "writes-back-without-the-message",
        "client-writes-back",
        "Leaves the message out when it writes a result again.",
        Edit(RESULT, '            made["message"] = self.message\n', "            pass\n"),
    ),
    client_edit(
        "writes-null-back",
        "client-absent-stays-absent",
        "Writes null for the code of an item that has none.",
        Edit(
            ITEM,
            '        if not isinstance(self.errorcode, Unset):\n            made["errorcode"] = self.errorcode\n',
            '        made["errorcode"] = None if isinstance(self.errorcode, Unset) else self.errorcode\n',
        ),
    ),
    client_edit(
        "reads-the-code-of-an-answer-as-text",
        "client-codes-are-integers",
        "Reads the code of an answer as a text.",
        Edit(RESULT, 'found.pop("errorcode")', 'str(found.pop("errorcode"))'),
    ),
    client_edit(
        "forgets-what-it-does-not-know",
        "client-unknown-field-kept",
        "Drops the members of an answer that the contract does not know.",
        Edit(RESULT, _EXTRAS, "made.additional_properties = {}"),
    ),
    client_edit(
        "forgets-what-it-does-not-know-of-items",
        "client-unknown-item-field-kept",
        "Drops the members of an item that the contract does not know.",
        Edit(ITEM, _EXTRAS, "made.additional_properties = {}"),
    ),
    client_edit(
        "keeps-unknown-texts-alone",
        "client-unknown-field-kept",
        "Keeps members that the contract does not know only if they are texts.",
        Edit(
            RESULT,
            _EXTRAS,
            "made.additional_properties = {name: each for name, each in found.items() if type(each) is str}",
        ),
    ),
    client_edit(
        "keeps-items-by-their-keys",
        "client-items-of-one-key",
        "Keeps one item for each key, the last.",
        Edit(RESULT, _ITEMS, f"[*{{each.message_key: each for each in {_ITEMS}}}.values()]"),
    ),
    client_edit(
        "lists-the-last-item-twice",
        "client-items-invented",
        "Lists the last item of an answer twice.",
        Edit(RESULT, _ITEMS, f"(lambda each: [*each, *each[-1:]])({_ITEMS})"),
    ),
    client_edit(
        "loses-what-comes-after-a-hundred",
        "client-items-complete",
        "Reads a hundred items.",
        Edit(RESULT, _ITEMS, f"{_ITEMS}[:100]"),
    ),
    client_edit(
        "reads-the-message-of-an-answer-under-another-name",
        "client-top-message-read",
        "Reads `Message` for the `message` of an answer, and finds none.",
        Edit(RESULT, 'found.pop("message", UNSET)', 'found.get("Message", UNSET)'),
    ),
    client_edit(
        "counts-in-place-of-the-code",
        "client-top-code-read",
        "Gives how many were refused for the code of an answer.",
        Edit(RESULT, 'made.errorcode = found.pop("errorcode")', 'made.errorcode = min(found.pop("errorcode"), 1)'),
    ),
    client_edit(
        "sees-refusals-everywhere",
        "client-all-queued-visible",
        "Says of an answer with several items that somebody was refused.",
        Edit(
            MIXED,
            "            if self._refuses(code)\n        )",
            "            if self._refuses(code) or len(self._items()) > 1\n        )",
        ),
    ),
    client_edit(
        "cuts-fractions",
        "client-number-exact",
        "Reads a number with a fraction as an integer.",
        Edit(
            READING,
            "_NAMES_ONCE = json.JSONDecoder(object_pairs_hook=_with_names_once, parse_constant=_no_constant)",
            "_NAMES_ONCE = json.JSONDecoder(\n"
            "    object_pairs_hook=_with_names_once,\n"
            "    parse_constant=_no_constant,\n"
            "    parse_float=lambda text: int(float(text)) if abs(float(text)) < 1e9 else float(text),\n"
            ")",
        ),
    ),
    client_edit(
        "drops-null",
        "client-null-stays-null",
        "Leaves out what is null of what it does not know.",
        Edit(
            RESULT,
            _EXTRAS,
            "made.additional_properties = {name: each for name, each in found.items() if each is not None}",
        ),
    ),
    client_edit(
        "reads-no-more-than-it-knows",
        "client-success-returned",
        "Reads no answer that has a member which the contract does not know.",
        Edit(
            RESULT,
            "        made.additional_properties = found\n",
            '        if found:\n            raise ValueError(f"unknown members {list(found)}")\n'
            "        made.additional_properties = found\n",
        ),
    ),
    client_edit(
        "keeps-codes-in-an-enumeration",
        "client-unknown-code-read",
        "Reads no answer with a code that the tables do not have.",
        Edit(
            ITEM,
            "        made.additional_properties = found\n",
            "        if made.errorcode is not UNSET and made.errorcode not in range(110000):\n"
            '            raise ValueError(f"{made.errorcode} is not a valid code")\n'
            "        made.additional_properties = found\n",
        ),
    ),
    client_edit(
        "raises-when-somebody-was-refused",
        "client-success-returned",
        "Raises an error for a mixed answer that does not say who was queued.",
        Edit(
            CALLS,
            _RESULT,
            f"        read = line.of({_SUCCESS})\n"
            "        if is_mixed(read) and read.refused:\n"
            "            raise ValueError(read.summary)\n"
            "        return read\n",
        ),
        styles=SYNC,
    ),
    client_edit(
        "tasks-return-nothing-when-somebody-was-refused",
        "client-never-none",
        "Returns None for a mixed answer, in tasks.",
        Edit(
            CALLS,
            _AWAITED,
            "        read = line.of(_success(client, operation, arguments, line.answered(answer)))\n"
            "        return None if is_mixed(read) and read.refused else read\n",
        ),
        styles=ASYNC,
    ),
    client_edit(
        "tasks-lose-whoever-was-refused",
        "client-items-complete",
        "Leaves out the items that were refused, in tasks.",
        Edit(
            CALLS,
            _AWAITED,
            "        read = line.of(_success(client, operation, arguments, line.answered(answer)))\n"
            "        if is_mixed(read):\n"
            "            read.responses = [each.item for each in read.queued]\n"
            "        return read\n",
        ),
        styles=ASYNC,
    ),
    client_edit(
        "loses-whoever-was-refused-outside-of-tasks",
        "client-items-complete",
        "Leaves out the items that were refused, outside of tasks.",
        Edit(
            CALLS,
            _RESULT,
            f"        read = line.of({_SUCCESS})\n"
            "        if is_mixed(read):\n"
            "            read.responses = [each.item for each in read.queued]\n"
            "        return read\n",
        ),
        styles=SYNC,
    ),
)

STATUSES: tuple[ClientEdit, ...] = (
    client_edit(
        "takes-200-for-202",
        "client-undocumented-success-raises",
        "Takes a 200 for the success that the contract documents.",
        Edit(SEND, _STATUS, "_calls.Documented(200, 202,"),
    ),
    client_edit(
        "takes-207-for-202",
        "client-undocumented-success-raises",
        "Takes a 207 for the success that the contract documents.",
        Edit(SEND, f"{_STATUS} ", f"_calls.Documented(207, 207, from_json(SmsSendResult.from_dict)), {_STATUS} "),
    ),
    client_edit(
        "takes-any-2xx",
        "client-undocumented-success-raises",
        "Takes every 2xx for the success that the contract documents.",
        Edit(SEND, _STATUS, "_calls.Documented(200, 299,"),
    ),
    client_edit(
        "returns-nothing-for-what-it-does-not-know",
        "client-undocumented-status-raises",
        "Returns None for a status that the contract does not know.",
        Edit(
            CALLS,
            _RAISE,
            "    if not any(each.first <= status <= each.last for each in operation.errors):\n"
            "        return None\n" + _RAISE,
        ),
    ),
    client_edit(
        "tasks-return-nothing-for-404",
        "client-undocumented-status-raises",
        "Returns None for a 404, in tasks.",
        Edit(
            CALLS,
            _AWAITED,
            f"        if answer.status_code == 404:\n            return None\n{_AWAITED}",
        ),
        styles=ASYNC,
    ),
    client_edit(
        "crashes-on-520",
        "client-undocumented-status-raises",
        "Crashes on a status that no registry lists.",
        Edit(CALLS, _RAISE, f"    import http\n\n    http.HTTPStatus(status)\n{_RAISE}"),
    ),
    client_edit(
        "knows-no-status-of-600",
        "client-undocumented-number-raises",
        "Crashes on a status of no class.",
        Edit(CALLS, _RAISE, f'    if status >= 600:\n        raise ArithmeticError(f"status {{status}}")\n{_RAISE}'),
    ),
    client_edit(
        "crashes-on-error-pages-of-documented-statuses",
        "client-broken-error-raises",
        "Crashes where the body of a documented error is not what it should be.",
        Edit(
            CALLS,
            "        return documented.read(answer)\n    except Misfit:\n        return None\n",
            "        return documented.read(answer)\n"
            '    except Misfit:\n        raise KeyError("errorcode") from None\n',
        ),
    ),
    client_edit(
        "crashes-on-a-server-error-without-json",
        "client-undocumented-status-raises",
        "Crashes where a status that the contract does not know comes without JSON.",
        Edit(
            CALLS,
            _RAISE,
            "    if status >= 400 and not any(each.first <= status <= each.last for each in operation.errors):\n"
            "        json.loads(answer.content)\n" + _RAISE,
        ),
    ),
    client_edit(
        "forgets-what-an-error-said",
        "client-undocumented-body-kept",
        "Keeps no body of an error.",
        Edit(ERRORS, "        return self.response.content\n", '        return b""\n'),
    ),
    client_edit(
        "keeps-bodies-as-ascii",
        "client-undocumented-body-kept",
        "Keeps of an error's body what is ASCII, in lower case.",
        Edit(ERRORS, "        return self.response.content\n", "        return self.response.content.lower()\n"),
    ),
    client_edit(
        "keeps-forty-bytes",
        "client-undocumented-body-kept",
        "Keeps forty bytes of an error's body.",
        Edit(ERRORS, "        return self.response.content\n", "        return self.response.content[:40]\n"),
    ),
    client_edit(
        "returns-documented-errors",
        "client-error-raised",
        "Returns a documented error in place of raising it.",
        Edit(
            CALLS,
            _RAISE,
            "    for each in operation.errors:\n"
            "        if each.first <= status <= each.last and (said := _parsed(each, answer)) is not None:\n"
            "            return said\n" + _RAISE,
        ),
    ),
    client_edit(
        "raises-an-error-of-python-when-not-let-in",
        "client-error-raised",
        "Raises an error of Python's own for a 401 and a 403.",
        Edit(CALLS, _RAISE, f'    if status in (401, 403):\n        raise PermissionError("not allowed")\n{_RAISE}'),
    ),
    client_edit(
        "asks-the-transport-to-raise",
        "client-error-raised",
        "Raises the transport's error for a documented one.",
        Edit(
            CALLS,
            _RAISE,
            "    if any(each.first <= status <= each.last for each in operation.errors):\n"
            f"        answer.raise_for_status()\n{_RAISE}",
        ),
    ),
    client_edit(
        "tasks-swallow-503",
        "client-never-none",
        "Returns None for a 503, in tasks.",
        Edit(
            CALLS,
            _AWAITED,
            "        if answer.status_code == 503:\n            return None\n" + _AWAITED,
        ),
        styles=ASYNC,
    ),
    client_edit(
        "swallows-429",
        "client-never-none",
        "Returns None for a 429, outside of tasks.",
        Edit(
            CALLS,
            _RESULT,
            "        answer = line.answered(client.exchange(arguments))\n"
            "        if answer.status_code == 429:\n"
            "            return None\n"
            "        return line.of(_success(client, operation, arguments, answer))\n",
        ),
        styles=SYNC,
    ),
    client_edit(
        "reads-the-code-of-an-error-from-errorCode",
        "client-error-code",
        "Reads `errorCode` for the `errorcode` of an error, and takes 0 where there is none.",
        Edit(API_ERROR, 'found.pop("errorcode")', 'found.pop("errorCode", 0)'),
    ),
    client_edit(
        "reads-the-code-of-an-error-as-text",
        "client-codes-are-integers",
        "Reads the code of an error as a text.",
        Edit(API_ERROR, 'found.pop("errorcode")', 'str(found.pop("errorcode"))'),
    ),
    client_edit(
        "tells-a-message-of-its-own",
        "client-error-message",
        "Tells what the status is called in place of the message of an error.",
        Edit(
            CALLS,
            "        message=_hiding(secrets, _of(said, about.ERROR_MESSAGE, str)),\n",
            "        message=answer.reason_phrase,\n",
        ),
    ),
    client_edit(
        "cuts-the-message-of-an-error",
        "client-error-message",
        "Keeps the first ten characters of an error's message.",
        Edit(
            CALLS,
            "        message=_hiding(secrets, _of(said, about.ERROR_MESSAGE, str)),\n",
            '        message=(_of(said, about.ERROR_MESSAGE, str) or "")[:10],\n',
        ),
    ),
    client_edit(
        "forgets-where-to-read-more",
        "client-error-documentation",
        "Keeps no documentation of an error.",
        Edit(
            CALLS,
            "        documentation=_hiding(secrets, _of(said, about.ERROR_DOCUMENTATION, str)),\n",
            '        documentation="",\n',
        ),
    ),
    client_edit(
        "forgets-what-was-asked",
        "client-error-exchange",
        "Gives no request with an error.",
        Edit(
            ERRORS,
            '        """What was sent, its token taken out."""\n        return self.response.request\n',
            '        """What was sent, its token taken out."""\n        return None\n',
        ),
    ),
    client_edit(
        "knows-hundreds-alone",
        "client-error-status",
        "Gives the status of an error in round hundreds.",
        Edit(
            ERRORS,
            "        return self.response.status_code\n",
            "        return self.response.status_code // 100 * 100\n",
        ),
    ),
)

BROKEN: tuple[ClientEdit, ...] = (
    client_edit(
        "reads-over-wrong-bytes",
        "client-not-utf-8-raises",
        "Reads a body that is not UTF-8, with marks for what it cannot read.",
        Edit(READING, _DECODED, _DECODED.replace('"utf-8"', '"utf-8", "replace"')),
    ),
    client_edit(
        "crashes-on-an-unknown-charset",
        "client-open-answer-ends",
        "Raises Python's own error for a charset that it does not know.",
        Edit(
            READING,
            f'{_CHARSET}        raise Misfit("is in another charset than UTF-8")\n    try:\n{_DECODED}',
            "    try:\n"
            '        named = httpx.Response(200, headers={"content-type": content_type})\n'
            '        text = content.decode(named.charset_encoding or "utf-8")\n',
        ),
    ),
    client_edit(
        "reads-nan",
        "client-nan-raises",
        "Reads NaN as a number.",
        Edit(READING, "_DECODER = json.JSONDecoder(parse_constant=_no_constant)", "_DECODER = json.JSONDecoder()"),
        Edit(
            READING,
            "_NAMES_ONCE = json.JSONDecoder(object_pairs_hook=_with_names_once, parse_constant=_no_constant)",
            "_NAMES_ONCE = json.JSONDecoder(object_pairs_hook=_with_names_once)",
        ),
    ),
    client_edit(
        "reads-the-last-of-two-members",
        "client-name-twice-raises",
        "Reads an object that has a name twice, and keeps the last.",
        Edit(READING, _LENGTH, "    if not pairs and value:"),
    ),
    client_edit(
        "reads-the-beginning",
        "client-not-json-raises",
        "Reads the JSON that a body begins with, whatever follows.",
        Edit(
            READING,
            "            return _NAMES_ONCE.decode(text)\n        value",
            "            return _NAMES_ONCE.raw_decode(text.lstrip())[0]\n        value",
        ),
    ),
    client_edit(
        "takes-nothing-for-success",
        "client-empty-body-raises",
        "Takes a 202 without a body for one that refuses nobody.",
        Edit(
            READING,
            _DECODED,
            f"{_DECODED}        if not text.strip():\n"
            '            return {"requestId": "", "errorcode": 0, "responses": []}\n',
        ),
    ),
    client_edit(
        "lets-the-json-reader-crash",
        "client-not-json-raises",
        "Raises the JSON reader's own error.",
        Edit(READING, _NO_JSON, f"{_NO_JSON}        raise\n"),
    ),
    client_edit(
        "crashes-on-deep-nesting",
        "client-wrong-shape-raises",
        "Raises Python's own error for a body that is nested too deeply.",
        Edit(READING, "    except RecursionError:\n", "    except RecursionError:\n        raise\n"),
    ),
    client_edit(
        "crashes-on-null",
        "client-wrong-shape-raises",
        "Raises Python's own error for a body that is no object.",
        Edit(
            RESULT,
            "found = src_dict.copy() if isinstance(src_dict, dict) else members(src_dict)",
            "found = dict(src_dict.items())",
        ),
    ),
    client_edit(
        "needs-no-items",
        "client-missing-member-raises",
        "Takes a 202 without items for one with none.",
        Edit(RESULT, f"made.responses = {_ITEMS}", f'made.responses = {_ITEMS} if "responses" in found else []'),
    ),
    client_edit(
        "needs-no-code",
        "client-missing-member-raises",
        "Takes a 202 without a code for one that refuses nobody.",
        Edit(RESULT, 'found.pop("errorcode")', 'found.pop("errorcode", 0)'),
    ),
    client_edit(
        "needs-no-keys",
        "client-missing-member-raises",
        "Takes an item without a key for one with an empty key.",
        Edit(ITEM, 'found.pop("messageKey")', 'found.pop("messageKey", "")'),
    ),
    client_edit(
        "takes-one-for-a-list",
        "client-wrong-shape-raises",
        "Takes whatever is no list for a list without items.",
        Edit(READING, _NO_LIST, "    if not _is_list(value):\n        return []\n"),
    ),
    client_edit(
        "skips-items-that-are-none",
        "client-wrong-shape-raises",
        "Skips items that are no objects.",
        Edit(
            READING,
            "        items = as_list(value)\n",
            "        items = [each for each in as_list(value) if isinstance(each, dict)]\n",
        ),
    ),
    client_edit(
        "returns-nothing-for-what-it-cannot-read",
        "client-not-json-raises",
        "Returns None for a 202 that it cannot read, outside of tasks.",
        Edit(
            CALLS,
            _RESULT,
            "        from .errors import DecodeError\n\n"
            "        try:\n"
            f"            return line.of({_SUCCESS})\n"
            "        except DecodeError:\n"
            "            return None\n",
        ),
        styles=SYNC,
    ),
    client_edit(
        "tasks-return-nothing-for-what-they-cannot-read",
        "client-not-json-raises",
        "Returns None for a 202 that it cannot read, in tasks.",
        Edit(
            CALLS,
            _AWAITED,
            "        from .errors import DecodeError\n\n"
            "        try:\n"
            "            return line.of(_success(client, operation, arguments, line.answered(answer)))\n"
            "        except DecodeError:\n"
            "            return None\n",
        ),
        styles=ASYNC,
    ),
    client_edit(
        "says-not-where",
        "client-broken-body-place",
        "Does not say where a body is wrong.",
        Edit(
            EXCHANGE,
            "    return DecodeError(arguments.operation, response, unknown, pointer, reason)\n",
            "    return DecodeError(arguments.operation, response, unknown, None, reason)\n",
        ),
    ),
    client_edit(
        "points-at-the-first-item",
        "client-broken-body-place",
        "Says of every item that is wrong that it is the first.",
        Edit(
            READING,
            "            raise misfit.inside(_first_misfit(read, items)) from None\n",
            "            raise misfit.inside(0) from None\n",
        ),
    ),
    client_edit(
        "does-not-look-at-the-charset",
        "client-charset-not-ignored",
        "Reads an answer in another charset as UTF-8, with marks for what it cannot read.",
        Edit(
            READING,
            f'{_CHARSET}        raise Misfit("is in another charset than UTF-8")\n    try:\n{_DECODED}',
            '    try:\n        text = content.decode("utf-8", "strict" if _is_utf_8(content_type) else "replace")\n',
        ),
    ),
    client_edit(
        "says-that-nothing-was-done",
        "client-broken-success-unknown",
        "Does not say that the messages may have been queued when a 202 cannot be read.",
        Edit(EXCHANGE, _MAY_BE_DONE, "return method not in SAFE and (status in {302, 303} or status >= 500)"),
    ),
    client_edit(
        "says-the-outcome-is-known",
        "client-broken-success-unknown",
        "Says of no answer that its outcome is unknown.",
        Edit(EXCHANGE, _MAY_BE_DONE, "return method in SAFE and (status < 300 or status >= 500)"),
    ),
)

READING_EDITS: tuple[ClientEdit, ...] = (*RESULTS, *STATUSES, *BROKEN)
