"""The plain server, ruling by ruling; what a WSGI application and its server owe each other; what is on the wire."""

from __future__ import annotations

import http.client
import io
import json
import re
import socket
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit
from wsgiref.validate import validator

import pytest

from conformance.model import Request, Response
from conformance.plain_server import application, handler, handler_of, serve
from conformance.plain_server.asking import asked
from conformance.plain_server.queueing import REMEMBERED, Queue
from conformance.plain_server.refusal import Refusal

TARGET = "/messaging/v1/sms/messages/"
TOKEN = "reference-token"
HEADERS = (("authorization", f"Bearer {TOKEN}"), ("content-type", "application/json"))


def recipient(**members: Any) -> dict[str, Any]:
    """A good recipient, with some members replaced; None takes one away."""
    whole = {"contactKey": "someone", "to": "15555550100", **members}
    return {name: value for name, value in whole.items() if value is not None}


def body(*recipients: Any, **members: Any) -> bytes:
    return json.dumps({"definitionKey": "account_rest", "recipients": list(recipients), **members}).encode()


def post(content: bytes, headers: tuple[tuple[str, str], ...] = HEADERS, target: str = TARGET) -> Request:
    return Request("POST", target, headers, content)


class Server:
    """A fresh server, and short ways to ask it. The validator of the standard library stands before it."""

    def __init__(self, **settings: Any) -> None:
        self.handle = handler_of(validator(application(**settings)))

    def send(self, *recipients: Any, **members: Any) -> Response:
        return self.handle(post(body(*recipients, **members)))

    def fates(self, *recipients: Any) -> dict[str, int | None]:
        """The code of each recipient by its message key; None if it was queued."""
        response = self.send(*recipients)

        assert response.status == 202
        return {each["messageKey"]: each.get("errorcode") for each in response.json["responses"]}


@pytest.fixture
def server() -> Server:
    return Server()


def refused(response: Response, status: int, code: int) -> None:
    """The answer is an error of this status and code, of the contract's shape."""
    assert (response.status, response.json["errorcode"]) == (status, code)
    assert isinstance(response.json["message"], str)
    assert isinstance(response.json["documentation"], str)
    assert TOKEN.encode() not in response.body


BAD = recipient(to=None, messageKey="bad")


def test_queued_answer_has_no_message(server: Server) -> None:  # R4, R5, R7
    answer = server.send(recipient(messageKey="a"), recipient(messageKey="b")).json

    assert answer.pop("requestId")
    assert answer == {"errorcode": 0, "responses": [{"messageKey": "a"}, {"messageKey": "b"}]}


def test_mixed_answer_counts_and_has_a_code_for_each_refused(server: Server) -> None:  # R1, R3 to R7, R10
    answer = server.send(recipient(messageKey="a"), BAD, recipient(messageKey="b")).json

    assert answer["errorcode"] == 109001
    assert answer["message"] == "MCMS_UTM_ResponsesHasErrors: 1 subscribers failed to queue out of 3"
    assert [each for each in answer["responses"] if each["messageKey"] == "bad"] == [
        {
            "messageKey": "bad",
            "errorcode": 109106,
            "message": "MCMS_UTM_Validation_MissingRequiredField_to: Invalid subscriber",
        }
    ]
    assert {"messageKey": "a"} in answer["responses"]


def test_refused_items_come_first(server: Server) -> None:  # R9
    assert list(server.fates(recipient(messageKey="a"), BAD)) == ["bad", "a"]


def test_keys_that_were_not_sent_are_made_and_differ(server: Server) -> None:  # R8
    keys = [each["messageKey"] for each in server.send(*[recipient() for _ in range(50)]).json["responses"]]

    assert len(set(keys)) == 50
    assert all(keys)


@pytest.mark.parametrize("key", ["", "𝒜" * 100, "a\x00b", "\ud800", "\udc00\ud800", "é", "A", "a"])
def test_any_key_of_up_to_100_characters_comes_back(server: Server, key: str) -> None:  # R8, R12, R31
    answer = server.send(recipient(messageKey=key))

    assert answer.json["responses"] == [{"messageKey": key}]


def test_longer_key_refuses_the_request(server: Server) -> None:  # R12
    refused(server.send(recipient(), recipient(messageKey="k" * 101)), 400, 10005)


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"to": None}, 109106),
        ({"contactKey": None}, 109105),
        ({"contactKey": ""}, 109105),
        ({"to": ""}, 109106),
        ({"to": "not a number"}, 109106),
        ({"to": "+15555550100"}, 109106),
        ({"to": "0123456789"}, 109106),
        ({"to": "15555550100\n"}, 109106),
        ({"to": "١٥٥٥٥٥٥٠١٠٠"}, 109106),
        ({"to": "1" * 16}, 109106),
    ],
)
def test_recipient_at_fault_is_refused_alone(server: Server, members: dict[str, Any], code: int) -> None:  # R10, R11
    fates = server.fates(recipient(messageKey="bad", **members), recipient(messageKey="good"))

    assert fates == {"bad": code, "good": None}


def test_second_with_a_key_is_refused_even_if_the_first_was(server: Server) -> None:  # R13, R32
    first_good = server.send(recipient(messageKey="k"), recipient(messageKey="k"), recipient(messageKey="k")).json
    first_bad = server.send(recipient(messageKey="l", to=None), recipient(messageKey="l"), recipient()).json

    assert sorted(each.get("errorcode", 0) for each in first_good["responses"]) == [0, 109110, 109110]
    assert sorted(each.get("errorcode", 0) for each in first_bad["responses"]) == [0, 109106, 109110]


def test_keys_differ_by_case_and_by_normal_form(server: Server) -> None:  # R13
    keys = ["key", "KEY", "é", "e\u0301"]

    assert server.fates(*[recipient(messageKey=key) for key in keys]) == dict.fromkeys(keys)


def test_key_of_an_earlier_request_is_refused_if_it_was_queued(server: Server) -> None:  # R14
    assert server.fates(recipient(messageKey="k"), BAD) == {"k": None, "bad": 109106}
    assert server.fates(recipient(messageKey="k"), recipient(messageKey="bad")) == {"k": 109110, "bad": None}


def test_nothing_is_queued_by_a_request_that_was_refused(server: Server) -> None:  # R14, R16
    refused(server.send(recipient(messageKey="k"), recipient(messageKey="k", extra=1)), 400, 109122)
    refused(server.send(recipient(messageKey="k"), definitionKey="other"), 400, 109111)

    assert server.fates(recipient(messageKey="k")) == {"k": None}


def test_key_is_free_again_after_72_hours() -> None:  # R14
    now = 0.0
    queue = Queue({"account_rest"}, None, lambda: now)
    wanted = asked(body(recipient(messageKey="k")))
    queue.send(wanted)
    now = REMEMBERED - 1
    with pytest.raises(Refusal):
        queue.send(wanted)
    now = REMEMBERED

    assert [each.refused for each in queue.send(wanted)] == [None]


def test_all_refused_is_an_error(server: Server) -> None:  # R16
    refused(server.send(BAD, recipient(contactKey=None)), 400, 109103)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({}, 109107),
        ({"definitionKey": "account_rest"}, 10002),
        ({"definitionKey": "account_rest", "recipients": []}, 109102),
        ({"definitionKey": "other", "recipients": [recipient()]}, 109111),
        ({"definitionKey": "account_rest", "recipient": [recipient()]}, 109122),
        ({"definitionKey": 5, "recipients": [recipient()]}, 10001),
        ({"definitionKey": "account_rest", "recipients": None}, 10001),
        ({"definitionKey": "account_rest", "recipients": {}}, 10001),
        ({"definitionKey": "account_rest", "recipients": ["x"]}, 10001),
        ([], 10001),
        (None, 10001),
        ("", 10001),
    ],
)
def test_request_at_fault_is_refused(server: Server, sent: Any, code: int) -> None:  # R15, R18, R19
    refused(server.handle(post(json.dumps(sent).encode())), 400, code)


@pytest.mark.parametrize(
    ("member", "code"),
    [
        ({"Recipients": []}, 109122),
        ({"content": {"message": "a", "text": "b"}}, 109122),
        ({"subscriptions": {"subscribe": True}}, 109122),
        ({"content": {"message": 1}}, 10001),
        ({"content": None}, 10001),
        ({"subscriptions": {"resubscribe": 1}}, 109114),
        ({"attributes": []}, 10001),
    ],
)
def test_member_at_fault_is_refused(server: Server, member: dict[str, Any], code: int) -> None:  # R18
    refused(server.send(recipient(), **member), 400, code)


@pytest.mark.parametrize("member", ["to", "contactKey", "messageKey", "attributes"])
def test_recipient_of_another_type_refuses_the_request(server: Server, member: str) -> None:
    refused(server.send(recipient(), {**recipient(), member: 5}), 400, 10001)
    refused(server.send(recipient(), {**recipient(), member: False}), 400, 10001)
    refused(server.send(recipient(), {**recipient(), member: json.loads("null")}), 400, 10001)


def test_whatever_is_optional_may_be_sent(server: Server) -> None:
    optional = {
        "content": {"message": "hello"},
        "subscriptions": {"resubscribe": True},
        "attributes": {"anything": [1, {"a": None}]},
    }

    assert server.send(recipient(attributes={"x": {}}), **optional).status == 202
    assert server.send(recipient(), content={}, subscriptions={}, attributes={}).status == 202


def test_more_recipients_than_the_limit_are_refused() -> None:  # R17
    server = Server(max_recipients=2)

    assert server.send(*[recipient()] * 2).status == 202
    refused(server.send(*[recipient()] * 3), 400, 109101)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff",
        b"nothing",
        b"\xef\xbb\xbf" + body(recipient()),
        body(recipient()).decode().encode("utf-16"),
        body(recipient()) + b"x",
        body(recipient(), attributes={"a": float("nan")}),
        body(recipient(), attributes={"a": float("inf")}),
        body(recipient()).replace(b'{"definitionKey"', b'{"definitionKey":"a","definitionKey"'),
        b'{"attributes":' * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
    ],
    ids=range(12),
)
def test_body_that_is_not_json_is_refused(server: Server, content: bytes) -> None:  # R20, R30
    refused(server.handle(post(content)), 400, 10004)


def test_numbers_of_any_length_are_json(server: Server) -> None:
    content = body(recipient(), attributes={"a": 0}).replace(b'"a": 0', b'"a": ' + b"9" * 100_000)

    assert server.handle(post(content)).status == 202


def test_huge_body_is_refused(server: Server) -> None:  # R24
    refused(server.handle(post(b'"' + b"x" * (17 * 1024 * 1024) + b'"')), 400, 10005)


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "application/jsonx",
        "",
        'a/b; x="application/json"',
        "application/json; charset=latin-1",
        "application/json;charset=utf-16",
    ],
)
def test_other_content_type_is_refused(server: Server, content_type: str) -> None:  # R21
    headers = (HEADERS[0], ("content-type", content_type))

    refused(server.handle(post(body(recipient()), headers)), 400, 10003)


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON", 'application/json; charset="UTF-8"'])
def test_json_may_be_named_in_any_spelling(server: Server, content_type: str) -> None:  # R21
    assert server.handle(post(body(recipient()), (HEADERS[0], ("content-type", content_type)))).status == 202


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("authorization", ""),),
        (("authorization", TOKEN),),
        (("authorization", f"Basic {TOKEN}"),),
        (("authorization", f"Bearer {TOKEN[:-1]}"),),
        (("authorization", f"Bearer {TOKEN}x"),),
        (("authorization", f"Bearer {TOKEN.upper()}"),),
        (("authorization", "Bearer"),),
        (("authorization", "Bearer é\udcff"),),
        (("authorization", f"Bearer {TOKEN}"), ("authorization", "Bearer other")),
        (("x-authorization", f"Bearer {TOKEN}"),),
    ],
)
@pytest.mark.parametrize("content", [b"", b"{", body(recipient())], ids=["empty", "broken", "good"])
def test_stranger_is_turned_away_whatever_the_body(server: Server, headers: Any, content: bytes) -> None:  # R22
    refused(server.handle(post(content, (("content-type", "application/json"), *headers))), 403, 40001)


def test_scheme_may_be_in_any_case(server: Server) -> None:  # RFC 9110, section 11.1
    headers = (("authorization", f"bEARER {TOKEN}"), HEADERS[1])

    assert server.handle(post(body(recipient()), headers)).status == 202


def test_token_elsewhere_lets_nobody_in(server: Server) -> None:  # R23
    target = f"{TARGET}?access_token={TOKEN}"

    refused(server.handle(post(body(recipient()), HEADERS[1:], target)), 403, 40001)
    refused(server.handle(post(body(recipient(), access_token=TOKEN), HEADERS[1:])), 403, 40001)
    refused(server.handle(post(body(recipient()), HEADERS, target)), 403, 40003)


@pytest.mark.parametrize("target", [TARGET, TARGET.removesuffix("/"), f"{TARGET}?a=b", "/messaging/v1/sm%73/messages"])
def test_path_is_served_in_both_forms(server: Server, target: str) -> None:  # R27
    assert server.handle(post(body(recipient()), target=target)).status == 202


@pytest.mark.parametrize(
    "target", ["/", "*", f"{TARGET}/", f"{TARGET}x", "/messaging/v1/sms/%ff", "//", TARGET.upper()]
)
def test_other_path_is_refused(server: Server, target: str) -> None:
    refused(server.handle(post(body(recipient()), target=target)), 404, 40002)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "post"])
def test_other_method_is_refused(method: str) -> None:  # R33
    refused(handler()(Request(method, TARGET, HEADERS)), 404, 40002)


def test_head_has_no_body(server: Server) -> None:  # R33
    response = server.handle(Request("HEAD", TARGET, HEADERS))

    assert (response.status, response.body) == (404, b"")


def test_request_ids_are_uuids_and_new(server: Server) -> None:  # R28
    ids = [server.send(recipient()).json["requestId"] for _ in range(50)]

    assert len({uuid.UUID(each) for each in ids}) == 50


def test_answer_is_json_in_utf_8(server: Server) -> None:  # R31
    response = server.send(recipient(messageKey="é𝒜"))

    assert response.header("content-type") == "application/json;charset=UTF-8"
    assert "é𝒜".encode() in response.body


def test_failure_of_its_own_is_an_error() -> None:  # R26, R34
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("the peer is gone")

    told: list[str] = []
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": TARGET, "CONTENT_LENGTH": "5", "wsgi.input": Broken()}

    answer = json.loads(b"".join(application()(environ, lambda status, _: told.append(status))))  # type: ignore[arg-type]

    assert told == ["500 Internal Server Error"]
    assert answer["errorcode"] == 30000
    assert "peer" not in answer["message"]


@pytest.mark.parametrize(
    ("length", "status"), [("", 400), ("-1", 400), ("x", 400), ("²", 400), ("1", 400), (None, 400)]
)
def test_wrong_length_is_no_crash(length: str | None, status: int) -> None:
    told: list[str] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": TARGET,
        "HTTP_AUTHORIZATION": f"Bearer {TOKEN}",
        "CONTENT_TYPE": "application/json",
        "wsgi.input": io.BytesIO(body(recipient())),
    } | ({} if length is None else {"CONTENT_LENGTH": length})

    application()(environ, lambda status, _: told.append(status))  # type: ignore[arg-type]

    assert told[0].startswith(str(status))


def test_body_in_chunks_is_read(server: Server) -> None:
    headers = (*HEADERS, ("transfer-encoding", "chunked"))

    assert server.handle(post(body(recipient()), headers)).status == 202


def test_a_key_is_queued_once_by_many_threads() -> None:
    server = Server()
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: server.send(recipient(messageKey="k")).status, range(40)))

    assert sorted(statuses) == [202, *[400] * 39]


def exchange(url: str, *pieces: bytes) -> bytes:
    """All that a server at the URL writes until it closes the connection."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as connection:
        for each in pieces:
            connection.sendall(each)
        return b"".join(iter(lambda: connection.recv(65536), b""))


HEAD = (
    f"POST {TARGET} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\n".encode()
)


def test_served_in_http_1_0() -> None:
    content = body(recipient(messageKey="é"))
    with serve() as url:
        whole = exchange(url, HEAD + b"Content-Length: %d\r\n\r\n" % len(content), content)
    head, _, answer = whole.partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.0 202 Accepted\r\n")
    assert json.loads(answer)["responses"] == [{"messageKey": "é"}]


def test_served_with_a_body_in_chunks() -> None:
    content = body(recipient(messageKey="k"))
    chunks = b"".join(b"%x;a=b\r\n%s\r\n" % (len(each), each) for each in re.findall(b".{1,7}", content))
    with serve() as url:
        whole = exchange(url, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", chunks, b"0\r\nTrailer: x\r\n\r\n")

    assert json.loads(whole.partition(b"\r\n\r\n")[2])["responses"] == [{"messageKey": "k"}]


@pytest.mark.parametrize("chunks", [b"", b"x\r\n", b"-5\r\nhello", b"5\r\nhel", b"ffffffffffff\r\nhello"])
def test_broken_chunks_are_no_crash(chunks: bytes) -> None:
    parts = HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks
    with serve() as url, socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=10) as connection:
        connection.sendall(parts)
        connection.shutdown(socket.SHUT_WR)
        whole = b"".join(iter(lambda: connection.recv(65536), b""))

    assert whole.startswith(b"HTTP/1.0 400 ")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"x" * 70_000,
    ],
)
def test_what_is_no_http_gets_an_error_of_the_contract(request_bytes: bytes) -> None:  # R26, R34
    with serve() as url:
        head, _, answer = exchange(url, request_bytes).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.0 400 ")
    assert json.loads(answer)["errorcode"] == 10004


def test_an_empty_line_before_a_request_is_no_fault() -> None:
    with serve() as url:
        assert exchange(url, b"\r\nGET / HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.0 403 ")


def test_large_body_of_a_stranger_is_read_before_the_answer() -> None:  # R34
    with serve() as url:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
        connection.request("POST", TARGET, b"x" * 20_000_000)

        assert connection.getresponse().status == 403
        connection.close()


def test_many_are_served_at_once_and_the_thread_is_gone_afterwards() -> None:
    before = threading.active_count()
    content = body(recipient())
    with serve() as url:
        whole = HEAD + b"Content-Length: %d\r\n\r\n" % len(content)
        with socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=10) as slow:
            slow.sendall(whole)  # and no body yet
            assert exchange(url, whole, content).startswith(b"HTTP/1.0 202 ")
            slow.sendall(content)
            assert slow.recv(12) == b"HTTP/1.0 202"

    assert threading.active_count() <= before + 2
