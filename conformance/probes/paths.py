"""Other paths, other methods, and headers that might change how a request is understood."""

from __future__ import annotations

import json
from collections.abc import Iterator

from conformance.probes.making import WRONG_TOKEN, Maker, Probe, other_slash


def paths(make: Maker) -> Iterator[Probe]:
    yield from _other_slash(make)
    for method in ("GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"):
        content = make.good() if method in ("PUT", "PATCH") else b""
        yield make.raw(f"the method {method}", content, method=method)
    yield make.raw("the method GET without a token", b"", authorization=None, method="GET")
    yield from _undeclared(make)


def _other_slash(make: Maker) -> Iterator[Probe]:
    path = other_slash(make.operation.path)
    yield make.raw("the other form of the path", make.good(), path=path)
    yield make.raw("the other form of the path, no token", make.good(), path=path, authorization=None)
    wrong = f"Bearer {WRONG_TOKEN}"
    yield make.raw("the other form of the path, a wrong token", make.good(), path=path, authorization=wrong)
    mixed = json.dumps(make.body(make.recipient(to=...), make.recipient(1))).encode()
    yield make.raw("the other form of the path, first without to", mixed, path=path)
    unknown = json.dumps({**make.body(make.recipient()), "unknownField": "x"}).encode()
    yield make.raw("the other form of the path, an unknown field", unknown, path=path)


def _undeclared(make: Maker) -> Iterator[Probe]:
    """What no source speaks of: a server that answers, and does not fail, is right."""
    path = make.operation.path
    for name, other in (
        ("a path with a slash twice", path.replace("/", "//", 1)),
        ("a path with a slash encoded", "%2F".join(path.rsplit("/", 2)[:2]) + "/"),
        ("a path in other letters", path.upper()),
        ("a path with more behind it", f"{path}no-such-message/x"),
        ("a path with bytes that are not UTF-8", f"{path}%ff"),
    ):
        yield make.raw(name, make.good(), path=other)
    yield make.raw("a query that nobody asked for", make.good(), query="x=1&y=%ff", is_declared=False)
    for name, value in (("accept", "text/html"), ("x-http-method-override", "PUT")):
        yield make.raw(f"the header {name}: {value}", make.good(), headers=((name, value),), is_declared=False)
