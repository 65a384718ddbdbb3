"""Clients that are faulty in how they carry requests and answers over the wire, and in what they make of failures."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import sys
import threading
import zlib
from collections.abc import Callable
from typing import ClassVar, cast

import h11
import httpx
from attrs import define, evolve

from conformance.model import JSON, REDIRECTS, Asked, FunctionCaller, Headers, Outcome, Request, Response, Told
from conformance.mutants.client_mutant import ClientMutant, client_mutant
from conformance.reference_client import (
    NoAnswer,
    ReferenceClient,
    Returned,
    Steps,
    Unreadable,
    Unsent,
)

#: Seconds after which a call that has not ended is taken for one that never will.
_WATCH = 1.0


def _of_httpx(limits: httpx.Limits) -> httpx.HTTPTransport:
    # Without certificates, which take long to read: what is asked is on this machine.
    return httpx.HTTPTransport(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), trust_env=False, limits=limits)


class _Around(httpx.BaseTransport):
    """The transport of httpx, with something done to requests before and to answers after it."""

    def __init__(self) -> None:
        self.inner = _of_httpx(httpx.Limits(max_keepalive_connections=0))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self.after(request, self.inner.handle_request(request))

    def after(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        return response

    def close(self) -> None:
        self.inner.close()


@define
class _Connection:
    socket: socket.socket
    state: h11.Connection
    is_used: bool = False


class _ByHand(httpx.BaseTransport):
    """HTTP/1.1 on sockets of its own, which it keeps without a look whether they have ended."""

    #: By address, for all clients of one kind.
    kept: ClassVar[dict[tuple[type, str, int], _Connection]] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        connection = self.connected(request)
        try:
            response = self.exchanged(connection, request)
            if connection.state.our_state is h11.DONE and connection.state.their_state is h11.DONE:
                connection.state.start_next_cycle()
                connection.is_used = True
                self.kept[self.key(request)] = connection
        except TimeoutError as error:
            raise httpx.ReadTimeout("too late") from error
        except OSError as error:
            raise httpx.ReadError("the connection ended") from error
        except h11.RemoteProtocolError as error:
            raise httpx.RemoteProtocolError("what came is no HTTP") from error
        finally:
            if self.kept.get(self.key(request)) is not connection:
                connection.socket.close()
        return response

    def key(self, request: httpx.Request) -> tuple[type, str, int]:
        return type(self), request.url.host, request.url.port or 80

    def connected(self, request: httpx.Request) -> _Connection:
        kept = self.kept.pop(self.key(request), None)
        if kept is not None:
            return kept
        try:
            made = socket.create_connection(self.key(request)[1:], timeout=request.extensions["timeout"]["read"])
        except OSError as error:
            raise httpx.ConnectError("nobody listens") from error
        return _Connection(made, h11.Connection(h11.CLIENT, max_incomplete_event_size=100_000))

    def exchanged(self, connection: _Connection, request: httpx.Request) -> httpx.Response:
        state = connection.state
        head = state.send(h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw))
        body = (state.send(h11.Data(data=request.read())) or b"") + (state.send(h11.EndOfMessage()) or b"")
        self.sent(connection, head or b"", body)
        return self.received(connection)

    def sent(self, connection: _Connection, head: bytes, body: bytes) -> None:
        connection.socket.sendall(head + body)

    def received(self, connection: _Connection) -> httpx.Response:
        head: h11.Response | h11.InformationalResponse | None = None
        body = b""
        while not isinstance(head, h11.InformationalResponse):
            event = connection.state.next_event()
            match event:
                case h11.NEED_DATA:
                    self.more(connection)
                case h11.InformationalResponse():
                    head = self.interim(event)
                case h11.Response():
                    head = event
                case h11.Data(data=data):
                    body += bytes(data)
                case _:
                    break
        if head is None:
            raise h11.RemoteProtocolError("no answer")
        return httpx.Response(head.status_code, headers=list(head.headers), stream=httpx.ByteStream(body))

    def more(self, connection: _Connection) -> None:
        connection.state.receive_data(connection.socket.recv(65536))

    def interim(self, event: h11.InformationalResponse) -> h11.InformationalResponse | None:
        return None


def _under_watch(mutant: ClientMutant) -> ClientMutant:
    """The mutant, asked by one who says of a call that does not end that it hangs, and of a program that it ended."""

    def ask(asked: Asked) -> Outcome:
        # Until it says otherwise, the program has ended without a word.
        told = [Outcome(Told.CRASHED)]

        def call() -> None:
            with contextlib.suppress(SystemExit):
                told[0] = mutant.caller(asked)

        thread = threading.Thread(target=call, daemon=True)
        thread.start()
        thread.join(_WATCH)
        return Outcome(Told.HUNG) if thread.is_alive() else told[0]

    return evolve(mutant, caller=FunctionCaller(ask))


@_under_watch
@client_mutant(kills="client-call-ends")
class WaitsForEverAfterAReset(ReferenceClient):
    """Waits for a connection to come back that was reset."""

    def steps(self, body: JSON) -> Steps:
        try:
            return (yield from super().steps(body))
        except NoAnswer as error:
            if error.reason == "ReadError":
                threading.Event().wait()
            raise


@_under_watch
@client_mutant(kills="client-call-ends")
class EndsTheProgram(ReferenceClient):
    """Ends the program where nobody listens."""

    def steps(self, body: JSON) -> Steps:
        try:
            return (yield from super().steps(body))
        except NoAnswer as error:
            if error.reason == "ConnectError":
                sys.exit(1)
            raise


class _TakesNoAnswer(ReferenceClient):
    """Makes something of a failure."""

    def steps(self, body: JSON) -> Steps:
        try:
            return (yield from super().steps(body))
        except NoAnswer as error:
            return self.instead(error)

    def instead(self, error: NoAnswer) -> Returned:
        raise error


@client_mutant(kills="client-open-answer-ends")
class LeaksErrorsOfUnpacking(_TakesNoAnswer):
    """Lets the error of the unpacker escape where an answer is not packed as it says."""

    largest_part = sys.maxsize

    def instead(self, error: NoAnswer) -> Returned:
        if error.reason == "DecodingError":
            raise zlib.error from None
        raise error


class _WithoutTimeoutOnceTheHeadIsThere(_Around):
    def after(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        request.extensions["timeout"]["read"] = None
        return response


@client_mutant(kills="client-stalled-body-raises")
class TimesTheHeadAlone(ReferenceClient):
    """Waits for a body without end, once the head has come in time."""

    def transport(self) -> httpx.BaseTransport:
        return _WithoutTimeoutOnceTheHeadIsThere()


@client_mutant(kills="client-reset-raises")
class LeaksResets(_TakesNoAnswer):
    """Lets an error of the system escape when a connection is reset."""

    def instead(self, error: NoAnswer) -> Returned:
        if error.reason == "ReadError":
            raise ConnectionResetError from None
        raise error


class _ToTheEnd(_ByHand):
    """Reads on to the end of the connection where two lengths are promised."""

    def received(self, connection: _Connection) -> httpx.Response:
        came = connection.socket.recv(65536)
        head, _, body = came.partition(b"\r\n\r\n")
        if head.count(b"content-length") < 2:
            connection.state.receive_data(came)
            return super().received(connection)
        while part := connection.socket.recv(65536):
            body += part
        headers = {"content-type": "application/json"}
        return httpx.Response(int(head[9:12]), headers=headers, stream=httpx.ByteStream(body))


@client_mutant(kills="client-invalid-http-raises")
class IgnoresTwoLengths(ReferenceClient):
    """Takes all that comes for the body where the head promises two lengths."""

    def headers(self) -> Headers:
        return (*super().headers(), ("Connection", "close"))

    def transport(self) -> httpx.BaseTransport:
        return _ToTheEnd()


@client_mutant(kills="client-nobody-raises")
class LeaksRefusedConnections(_TakesNoAnswer):
    """Lets an error of the system escape where nobody listens."""

    def instead(self, error: NoAnswer) -> Returned:
        if error.reason == "ConnectError":
            raise ConnectionRefusedError from None
        raise error


@client_mutant(kills="client-transport-unknown")
class TakesSilenceForRefusal(_TakesNoAnswer):
    """Says after every failure that nothing was done."""

    def instead(self, error: NoAnswer) -> Returned:
        raise evolve(error, outcome_unknown=False) from None


@client_mutant(kills="client-nobody-known")
class CallsEveryFailureUnknown(_TakesNoAnswer):
    """Says that the outcome is unknown where nobody listened."""

    def instead(self, error: NoAnswer) -> Returned:
        raise evolve(error, outcome_unknown=True) from None


@client_mutant(kills="client-sent-not-denied")
class DeniesWhatItSent(_TakesNoAnswer):
    """Says after a time-out that nothing was sent."""

    def instead(self, error: NoAnswer) -> Returned:
        if error.reason == "ReadTimeout":
            raise Unsent(error.request, "it took too long") from None
        raise error


@client_mutant(kills="client-chunked-read")
class TakesTheFirstChunk(ReferenceClient):
    """Takes the first chunk for the whole body."""

    def judged(self, request: Request, response: Response) -> Returned:
        if response.header("transfer-encoding") is not None:
            response = evolve(response, body=response.body[:40])
        return super().judged(request, response)


class _FirstPart(_Around):
    """Ends a body of which little comes at once."""

    def after(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        length = int(response.headers.get("content-length", "0"))
        parts = iter(cast("httpx.SyncByteStream", response.stream))
        body = next(parts, b"")
        if len(body) > length // 4:
            body += b"".join(parts)
        response.close()
        return httpx.Response(response.status_code, headers=response.headers, stream=httpx.ByteStream(body))


@client_mutant(kills="client-dripped-read")
class TakesWhatIsThere(ReferenceClient):
    """Takes the part of a body that has come for the whole of it."""

    def transport(self) -> httpx.BaseTransport:
        return _FirstPart()


class _NewVersionAlone(_Around):
    def after(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if response.extensions["http_version"] != b"HTTP/1.1":
            response.close()
            raise httpx.RemoteProtocolError("the version is unknown")
        return response


@client_mutant(kills="client-until-closed-read")
class NeedsALength(ReferenceClient):
    """Takes no answer of HTTP/1.0, which ends where its connection does."""

    def transport(self) -> httpx.BaseTransport:
        return _NewVersionAlone()


class _LowerCaseAlone(_Around):
    def after(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        names = [name for name, _ in response.headers.raw]
        if "content-type" in response.headers and b"content-type" not in names:
            response.close()
            raise httpx.DecodingError("the content type is missing")
        return response


@client_mutant(kills="client-odd-headers-read")
class LooksForLowerCase(ReferenceClient):
    """Finds a header only if its name is in lower case."""

    def transport(self) -> httpx.BaseTransport:
        return _LowerCaseAlone()


class _NotBeforeItIsAsked(_ByHand):
    def sent(self, connection: _Connection, head: bytes, body: bytes) -> None:
        connection.socket.sendall(head)
        if select.select([connection.socket], [], [], 0.05)[0]:
            raise h11.RemoteProtocolError("the answer came before the request")
        connection.socket.sendall(body)


@client_mutant(kills="client-early-answer-read")
class TakesAnEarlyAnswerForAFault(ReferenceClient):
    """Gives up if an answer comes while the request is being sent."""

    def headers(self) -> Headers:
        return (*super().headers(), ("Connection", "close"))

    def transport(self) -> httpx.BaseTransport:
        return _NotBeforeItIsAsked()


class _Unpacked(_Around):
    def after(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        response.headers.pop("content-encoding", None)
        return response


@client_mutant(kills="client-packed-read")
class OffersWhatItCannotUnpack(ReferenceClient):
    """Offers to take packed answers, and does not unpack them."""

    def transport(self) -> httpx.BaseTransport:
        return _Unpacked()


class _FirstOfAll(_ByHand):
    def interim(self, event: h11.InformationalResponse) -> h11.InformationalResponse:
        return event


@client_mutant(kills="client-interim-skipped")
class TakesAnInterimAnswerForTheAnswer(ReferenceClient):
    """Takes a 103 for the answer, and so loses the one after it."""

    def headers(self) -> Headers:
        return (*super().headers(), ("Connection", "close"))

    def transport(self) -> httpx.BaseTransport:
        return _FirstOfAll()


@client_mutant(kills="client-interim-documented")
class CrashesOnAnInterimAnswer(ReferenceClient):
    """Raises an error of its own code where the first status is below 200."""

    def headers(self) -> Headers:
        return (*super().headers(), ("Connection", "close"))

    def transport(self) -> httpx.BaseTransport:
        return _FirstOfAll()

    def undocumented(self, request: Request, response: Response) -> Unreadable:
        if response.status < 200:
            raise KeyError(response.status)
        return super().undocumented(request, response)


class _WithoutRoom(_Around):
    def after(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if "content-encoding" in response.headers and int(response.headers["content-length"]) > 10_000:
            response.close()
            raise MemoryError
        return response


@client_mutant(kills="client-too-large-ends")
class RunsOutOfMemory(ReferenceClient):
    """Lets the lack of memory escape where an answer unpacks to very much."""

    def transport(self) -> httpx.BaseTransport:
        return _WithoutRoom()


@client_mutant(kills="client-request-framed")
class NamesAnotherHost(ReferenceClient):
    """Says in the Host header that it asks somebody else."""

    def headers(self) -> Headers:
        return (*super().headers(), ("Host", "api.example"))


class _OneLineMore(_ByHand):
    def sent(self, connection: _Connection, head: bytes, body: bytes) -> None:
        super().sent(connection, head, body + b"\r\n")


@client_mutant(kills="client-request-framed")
class LeavesALineBehind(ReferenceClient):
    """Sends a line break after the body, which belongs to no request."""

    def headers(self) -> Headers:
        return (*super().headers(), ("Connection", "close"))

    def transport(self) -> httpx.BaseTransport:
        return _OneLineMore()


class _Kept(httpx.BaseTransport):
    """One transport of httpx for all calls, which keeps connections as they are."""

    inner = _of_httpx(httpx.Limits(keepalive_expiry=60))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self.inner.handle_request(request)


@client_mutant(kills="client-own-answer-next")
class TakesTheLeftOver(ReferenceClient):
    """Takes what is left over on its connection for the answer to the next call."""

    def transport(self) -> httpx.BaseTransport:
        return _Kept()


class _DropsLeftOver(_ByHand):
    """Drops a connection on which something is left over, but not one that has ended."""

    def connected(self, request: httpx.Request) -> _Connection:
        connection = super().connected(request)
        if not connection.state.trailing_data[0]:
            return connection
        connection.socket.close()
        return super().connected(request)


@client_mutant(kills="client-ended-connection-dropped")
class SendsIntoAClosedConnection(ReferenceClient):
    """Uses a connection again that ended while it was idle."""

    def transport(self) -> httpx.BaseTransport:
        return _DropsLeftOver()


class _DropsEnded(_ByHand):
    """Drops a connection that has ended, and notices too late that something is left over on one."""

    def connected(self, request: httpx.Request) -> _Connection:
        connection = super().connected(request)
        if not (connection.is_used and select.select([connection.socket], [], [], 0)[0]):
            return connection
        connection.socket.close()
        return super().connected(request)

    def received(self, connection: _Connection) -> httpx.Response:
        if connection.is_used and connection.state.trailing_data[0]:
            raise h11.RemoteProtocolError("something came that nobody had asked for")
        return super().received(connection)


@client_mutant(kills="client-left-over-dropped")
class NoticesTheLeftOverTooLate(ReferenceClient):
    """Sends a request on a connection with something left over, and gives up its answer."""

    def transport(self) -> httpx.BaseTransport:
        return _DropsEnded()


class _Ended(OSError):
    """The connection ended before anything came."""


class _Again(_DropsLeftOver):
    def exchanged(self, connection: _Connection, request: httpx.Request) -> httpx.Response:
        was_used = connection.is_used
        try:
            return super().exchanged(connection, request)
        except (_Ended, ConnectionError):
            if not was_used:
                raise
            again = self.connected(request)
            with contextlib.closing(again.socket):
                return super().exchanged(again, request)

    def more(self, connection: _Connection) -> None:
        part = connection.socket.recv(65536)
        if not part and connection.state.their_state is h11.SEND_RESPONSE:
            raise _Ended
        connection.state.receive_data(part)


@client_mutant(kills="client-never-repeats-on-reused")
class RepeatsOnAUsedConnection(ReferenceClient):
    """Sends once more if a connection that was used before ends without an answer."""

    def transport(self) -> httpx.BaseTransport:
        return _Again()


class _Follows(_Around):
    """Follows a redirect to another host, with what `following` makes of the request."""

    def __init__(self, following: Callable[[httpx.Request], httpx.Request]) -> None:
        super().__init__()
        self.following = following

    def after(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        address = request.url.join(response.headers.get("location", ""))
        if response.status_code in REDIRECTS and address.host != request.url.host:
            next_request = self.following(request)
            next_request.url = address
            next_request.headers["host"] = address.netloc.decode()
            self.inner.handle_request(next_request).close()
        return response


@client_mutant(kills="client-token-not-elsewhere")
class TakesTheTokenElsewhere(ReferenceClient):
    """Fetches what a redirect to another host points to, with the token."""

    def transport(self) -> httpx.BaseTransport:
        return _Follows(self._fetching)

    @staticmethod
    def _fetching(request: httpx.Request) -> httpx.Request:
        headers = {"authorization": request.headers["authorization"]}
        return httpx.Request("GET", request.url, headers=headers, extensions=request.extensions)


@client_mutant(kills="client-body-not-elsewhere")
class TakesTheBodyElsewhere(ReferenceClient):
    """Sends the body on to another host that a redirect points to, without the token."""

    def transport(self) -> httpx.BaseTransport:
        return _Follows(self._sending)

    @staticmethod
    def _sending(request: httpx.Request) -> httpx.Request:
        return httpx.Request("POST", request.url, content=request.read(), extensions=request.extensions)
