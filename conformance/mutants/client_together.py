"""Clients that are faulty in company: with several callers, with copies, in one form of a call and not in the other.

None leaves it to chance whether its fault shows. The scripted server answers nobody before all have asked, and a call
pauses where another one has to come between.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Generator
from typing import Self

from attrs import evolve, frozen

from conformance.model import JSON, Headers, Request, Response
from conformance.mutants.client_mutant import client_mutant
from conformance.reference_client import Pause, ReferenceClient, Refused, Returned, Steps

#: Pauses after which a call no longer waits for others.
LONGEST = 250


class _InCompany(ReferenceClient):
    """Knows, together with its copies, how many calls wait for their answers."""

    def __init__(self, url: str, token: str, timeout: float | None = None) -> None:
        super().__init__(url, token, timeout)
        self.company = _Company()

    def asked(self, request: Request) -> Generator[Request | Pause, Response, Response]:
        with self.company.lock:
            self.company.waiting += 1
        try:
            return (yield request)
        finally:
            with self.company.lock:
                self.company.waiting -= 1


class _Company:
    """What the calls of a client and its copies share, and should not."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waiting = 0
        self.body = b""
        self.headers: Headers = ()
        self.answer: Response | None = None
        self.swapped: list[Response] = []
        self.is_begun = self.is_ready = False


class _Forked(ReferenceClient):
    """Is another client in tasks than it is in threads."""

    is_in_tasks = False

    def in_tasks(self) -> ReferenceClient:
        made = copy.copy(self)
        made.is_in_tasks = True
        return made


@client_mutant(kills="client-own-answer")
class KeepsTheAnswerOnTheClient(_InCompany):
    """Keeps an answer on the client until it is read: the one that comes last is everybody's."""

    def steps(self, body: JSON) -> Steps:
        request = self.request(body)
        self.company.answer = answer = yield from self.asked(request)
        for _ in range(LONGEST):
            if not self.company.waiting:
                break
            yield Pause()
        return self.judged(request, self.company.answer or answer)


@client_mutant(kills="client-own-answer")
class WritesIntoOneBuffer(_InCompany):
    """Writes each body into the same buffer, and sends what stands there by then."""

    def steps(self, body: JSON) -> Steps:
        request = self.request(body)
        self.company.body = request.body
        if self.company.waiting:
            yield Pause(0.02)
        request = evolve(request, body=self.company.body)
        answer = yield from self.asked(request)
        return self.judged(request, answer)


@client_mutant(kills="client-own-answer")
class SwapsTwoCallsInARow(_InCompany):
    """Makes one call after the other, and gives two that wait in a row the answers of each other."""

    def steps(self, body: JSON) -> Steps:
        request = self.request(body)
        self.company.waiting += 1
        while not self.company.lock.acquire(blocking=False):
            yield Pause()
        try:
            self.company.waiting -= 1
            answer = yield request
            others, swapped = self.company.waiting, self.company.swapped
            if len(swapped) % 2:
                swapped.append(answer)
                answer, others = swapped[-2], 0
            elif others:
                swapped.append(answer)
        finally:
            self.company.lock.release()
        if others:
            place = len(swapped)
            for _ in range(LONGEST):
                if len(swapped) > place:
                    answer = swapped[place]
                    break
                yield Pause()
            else:
                swapped.pop()  # the next one got no answer; whoever is alone later keeps its own
        return self.judged(request, answer)


@client_mutant(kills="client-serves-all")
class HoldsALockAcrossTasks(_Forked):
    """Holds a lock of threads while a task waits for its answer, so that the next task stops them all."""

    def __init__(self, url: str, token: str, timeout: float | None = None) -> None:
        super().__init__(url, token, timeout)
        self.lock = threading.Lock()

    def steps(self, body: JSON) -> Steps:
        if not self.is_in_tasks:
            return (yield from super().steps(body))
        with self.lock:
            return (yield from super().steps(body))


@client_mutant(kills="client-serves-all")
class CarriesOneRequestAtATime(_InCompany):
    """Has one connection, and fails when a request is to be sent while an answer is awaited."""

    def steps(self, body: JSON) -> Steps:
        if self.company.waiting:
            raise RuntimeError("the connection is in use")
        request = self.request(body)
        answer = yield from self.asked(request)
        return self.judged(request, answer)


@client_mutant(kills="client-token-in-header")
class TakesItsFirstUseForOver(_InCompany):
    """Gets ready at its first use, and lets others go ahead without the token meanwhile."""

    def steps(self, body: JSON) -> Steps:
        request = self.request(body)
        with self.company.lock:
            is_first, self.company.is_begun = not self.company.is_begun, True
        if not (is_first or self.company.is_ready):
            request = self.safe(request)
        try:
            answer = yield from self.asked(request)
        finally:
            self.company.is_ready = True
        return self.judged(request, answer)


@client_mutant(kills="client-copy-has-headers")
class CopiesWithoutTheHeaders(ReferenceClient):
    """Gives a copy no other headers."""

    def with_headers(self, headers: Headers) -> Self:
        return super().with_headers(())


@client_mutant(kills="client-copy-leaves-original")
class SharesHeadersWithItsCopies(ReferenceClient):
    """Has one set of headers for itself and all its copies."""

    def with_headers(self, headers: Headers) -> Self:
        made = super().with_headers(headers)
        self.further = made.further
        return made


@client_mutant(kills="client-copy-leaves-original")
class ChangesItsHeadersOnceItIsUsed(ReferenceClient):
    """Writes a copy's headers into the connections of the original, if those have been made."""

    is_used = False

    def headers(self) -> Headers:
        self.is_used = True
        return super().headers()

    def with_headers(self, headers: Headers) -> Self:
        made = super().with_headers(headers)
        if self.is_used:
            self.further = made.further
        return made


@client_mutant(kills="client-copy-leaves-original")
class PutsHeadersWhereAllFindThem(_InCompany):
    """Puts a copy's headers where every call finds them, for as long as its own call takes."""

    def steps(self, body: JSON) -> Steps:
        self.company.headers = self.further
        if self.company.waiting:
            yield Pause(0.02)
        request = self.request(body)
        answer = yield from self.asked(request)
        return self.judged(request, answer)

    def headers(self) -> Headers:
        own = super().headers()
        return (*own[: len(own) - len(self.further)], *self.company.headers)


@client_mutant(kills="client-token-in-header")
class CopiesWithoutTheToken(ReferenceClient):
    """Does not give its token to a copy."""

    def headers(self) -> Headers:
        headers = super().headers()
        return tuple(pair for pair in headers if pair[0] != "Authorization") if self.further else headers


@client_mutant(kills="client-stalled-raises")
class CopiesWithoutTheTimeout(ReferenceClient):
    """Gives a copy the time-out that is usual, not its own."""

    def with_headers(self, headers: Headers) -> Self:
        made = super().with_headers(headers)
        made.timeout = made.default_timeout
        return made


@frozen
class RefusedInATask(Refused):
    """The error of the async form, which nobody catches who knows the other one."""


@client_mutant(kills="client-styles-alike")
class RaisesOtherErrorsInTasks(_Forked):
    """Raises an error of another class in the async form."""

    def refusal(self, request: Request, response: Response) -> Refused:
        error = super().refusal(request, response)
        if not self.is_in_tasks:
            return error
        return RefusedInATask(error.request, error.response, error.errorcode, error.message, error.documentation)


@client_mutant(kills="client-styles-alike")
class DropsErrorBodiesInTasks(_Forked):
    """Does not keep the body of a documented error in the async form."""

    def refusal(self, request: Request, response: Response) -> Refused:
        error = super().refusal(request, response)
        return evolve(error, response=evolve(response, body=b"")) if self.is_in_tasks else error


@client_mutant(kills="client-styles-alike")
class DropsTheMessageInTasks(_Forked):
    """Loses the message of an error in the async form."""

    def refusal(self, request: Request, response: Response) -> Refused:
        error = super().refusal(request, response)
        return evolve(error, message=None) if self.is_in_tasks else error


@client_mutant(kills="client-styles-alike")
class ReturnsErrorsInTasks(_Forked):
    """Returns a documented error in the async form, and raises it in the other."""

    def judged(self, request: Request, response: Response) -> Returned:
        try:
            return super().judged(request, response)
        except Refused as error:
            if self.is_in_tasks:
                return error
            raise


@client_mutant(kills="client-styles-alike")
class WaitsForEverInTasks(_Forked):
    """Has no time-out in the async form."""

    def in_tasks(self) -> ReferenceClient:
        made = super().in_tasks()
        made.timeout = None
        return made
