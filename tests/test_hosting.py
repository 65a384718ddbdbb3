from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import httpx
import pytest

from conformance.drivers.hosting import SubjectError, hosted, is_asgi, load_app


async def asgi(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    if scope["type"] == "lifespan":
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b"asgi"})


def wsgi(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("298 Fine", [])
    return [b"wsgi"]


class Asgi:
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await asgi(scope, receive, send)


async def not_starting(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no database"})


@pytest.mark.parametrize(("app", "status"), [(asgi, 299), (Asgi(), 299), (wsgi, 298)])
def test_either_kind_of_application_answers_on_a_loopback_port(app: Any, status: int) -> None:
    with hosted(app, "app") as url:
        answer = httpx.get(f"{url}/", trust_env=False)

    assert answer.status_code == status
    assert is_asgi(app) is (status == 299)


@pytest.mark.parametrize("is_open", [False, True])
def test_an_application_hears_of_the_end(is_open: bool) -> None:
    heard: list[str] = []

    async def listening(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await asgi(scope, receive, send)
            return
        heard.append((await receive())["type"])
        await send({"type": "lifespan.startup.complete"})
        heard.append((await receive())["type"])
        await send({"type": "lifespan.shutdown.complete"})

    with httpx.Client(trust_env=False) as client, hosted(listening, "app") as url:
        assert client.get(f"{url}/", headers={} if is_open else {"connection": "close"}).status_code == 299
        assert heard == ["lifespan.startup"]

    assert heard == ["lifespan.startup", "lifespan.shutdown"]


def test_an_application_that_does_not_start_is_said() -> None:
    with pytest.raises(SubjectError, match="the application did not start"), hosted(not_starting, "m:app"):
        pytest.fail("it must not be served")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("module", "not of the form MODULE:ATTRIBUTE"),
        ("no_such_module_here:app", "does not import (ModuleNotFoundError"),
        ("json:no_such_name", "has no 'no_such_name'"),
        ("json:__name__", "cannot be called"),
        ("broken_subject:app", "does not import (ZeroDivisionError"),
        ("leaving_subject:app", "does not import (SystemExit"),
    ],
)
def test_a_name_that_leads_to_no_application_is_said(
    name: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_subject.py").write_text("1 / 0", encoding="utf-8")
    (tmp_path / "leaving_subject.py").write_text("raise SystemExit(0)", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])

    with pytest.raises(SubjectError) as caught:
        load_app(name)
    assert said in str(caught.value)
    assert name in str(caught.value)
