"""Faults at the top of the document: its version and its host."""

from __future__ import annotations

import json
import re

from scripts.document import Document
from scripts.mends.rule import Report, unsettled


def version_marker_is_swagger(document: Document, report: Report) -> Document:
    """The version stands under `swagger`, not under `_swagger`."""
    if "_swagger" not in document:
        return document
    if "swagger" in document:
        raise unsettled(("_swagger",), "`_swagger` stands beside `swagger`", "remove: true")
    report(("_swagger",), "read as `swagger`")
    report.moved(("_swagger",), ("swagger",))
    return {"swagger" if name == "_swagger" else name: value for name, value in document.items()}


#: A scheme or two slashes before the host, or a path behind it.
URL = re.compile(r"(?:(?:([a-z][a-z0-9+.-]*):)?//)?([^/?#\s]+)(/[^?#\s]*)?", re.IGNORECASE)


WITH_HOST = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)


def base_path_is_no_url(document: Document, report: Report) -> Document:
    """`basePath` is a path: a URL that stands there says the scheme and the host as well."""
    base = document.get("basePath")
    found = URL.fullmatch(base.strip()) if isinstance(base, str) and WITH_HOST.match(base) else None
    if found is None:
        return document
    scheme, host, path = (found.group(1) or "").lower(), found.group(2), (found.group(3) or "").rstrip("/") or "/"
    deed = f"update: {json.dumps(path)}"
    own, schemes = str(document.get("host", host)), document.get("schemes", [])
    if own != host:
        raise unsettled(("basePath",), f"`basePath` is a URL with the host {host}, and `host` is {own}", deed)
    if scheme and schemes and scheme not in schemes:
        raise unsettled(("basePath",), f"`basePath` says {scheme} and `schemes` says {', '.join(schemes)}", deed)
    report(("basePath",), f"the path of the URL is {path}, and its host {host}")
    return {
        **document,
        "host": host,
        **({"schemes": [scheme]} if scheme and not schemes else {}),
        "basePath": path,
    }


def host_is_no_url(document: Document, report: Report) -> Document:
    """`host` is a host: what else stands in a URL is the scheme and the beginning of the base path."""
    host = document.get("host")
    found = URL.fullmatch(host.strip()) if isinstance(host, str) else None
    if found is None or found.group(2) == host:
        return document
    scheme, bare, path = (found.group(1) or "").lower(), found.group(2), (found.group(3) or "").rstrip("/")
    deed = f"update: {json.dumps(bare)}"
    schemes = document.get("schemes", [])
    if scheme and schemes and scheme not in schemes:
        what = f"`host` says {scheme} and `schemes` says {', '.join(schemes)}"
        raise unsettled(("host",), what, deed)
    base = "/" + document.get("basePath", "").strip("/")
    if path and base not in ("/", path) and not base.startswith(path + "/"):
        raise unsettled(("host",), f"`host` has the path {path} and `basePath` is {base}", deed)
    report(("host",), f"the host of the URL is {bare}")
    return {
        **document,
        "host": bare,
        **({"schemes": [scheme]} if scheme and not schemes else {}),
        **({"basePath": path if base == "/" else base} if path else {}),
    }
