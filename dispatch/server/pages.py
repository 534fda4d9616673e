"""The built pages of the front end: log-in, operator, crew, committee, and their files, from nobody else's host.

The files are read and compressed once, when the first is asked for; what is not among them does not exist. Names under
``/assets`` hold a digest of the content, so they are kept for ever; the pages themselves are asked for again each time.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from dispatch import refusal

BUILT = Path(__file__).parents[1] / "console" / "built"

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
"""Nothing is loaded from, sent to, or framed by any other host, and nothing written into a page runs."""

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "content-security-policy": POLICY,
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "geolocation=(self), camera=(), microphone=(), payment=()",
        "vary": "accept-encoding",
    }
)

FOR_EVER = "public, max-age=31536000, immutable"
EACH_TIME = "no-cache"

TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".svg": "image/svg+xml",
        ".json": "application/json",
        ".png": "image/png",
        ".woff2": "font/woff2",
    }
)

PACKED = frozenset({".png", ".woff2"})
"""Compressed by their own formats: once more is only work."""

NOT_BUILT = (
    "<!doctype html><meta charset=utf-8><title>Rescue Circle</title>"
    "<p>前端页面尚未构建。The pages are not built yet: run <code>npm ci && npm run build</code> in dispatch/console."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A built file as it is sent: plain and, where that makes it smaller, compressed, with the tag that says whether a
    browser's copy is this one.
    """

    kind: str
    plain: bytes
    compressed: bytes | None
    tag: str


@cache
def built(folder: Path = BUILT) -> Mapping[str, File]:
    """Every built file by its path below the folder; empty when nothing was built."""
    found = sorted(each for each in folder.rglob("*") if each.suffix in TYPES and each.is_file())
    return MappingProxyType({each.relative_to(folder).as_posix(): _file(each) for each in found})


def _file(path: Path) -> File:
    plain = path.read_bytes()
    digest = hashlib.sha256(plain).hexdigest()[:32]
    compressed = None if path.suffix in PACKED else gzip.compress(plain, mtime=0)
    return File(kind=TYPES[path.suffix], plain=plain, compressed=compressed, tag=f'"{digest}"')


def _answer(
    request: Request[Any, Any, Any], file: File, keep: str, policy: Mapping[str, str] = HEADERS
) -> Response[bytes]:
    headers = {**policy, "cache-control": keep, "etag": file.tag}
    if request.headers.get("if-none-match") == file.tag:
        return Response(b"", status_code=304, headers=headers)
    if file.compressed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return Response(file.compressed, headers=headers, media_type=file.kind)
    return Response(file.plain, headers=headers, media_type=file.kind)


def _page(request: Request[Any, Any, Any], name: str, policy: Mapping[str, str] = HEADERS) -> Response[bytes]:
    files = built()
    if name not in files:
        built.cache_clear()
        return Response(NOT_BUILT.encode(), status_code=503, headers=dict(HEADERS), media_type=TYPES[".html"])
    return _answer(request, files[name], EACH_TIME, policy)


def demo(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The demonstration's page, the only one that shows others in frames: our own."""
    return _page(request, "demo.html", {**HEADERS, "content-security-policy": f"{POLICY}; frame-src 'self'"})


@get("/", include_in_schema=False)
async def log_in(request: Request[Any, Any, Any]) -> Response[bytes]:
    return _page(request, "index.html")


@get("/operator", include_in_schema=False)
async def operator(request: Request[Any, Any, Any]) -> Response[bytes]:
    return _page(request, "operator.html")


@get("/crew", include_in_schema=False)
async def crew(request: Request[Any, Any, Any]) -> Response[bytes]:
    return _page(request, "crew.html")


@get("/committee", include_in_schema=False)
async def committee(request: Request[Any, Any, Any]) -> Response[bytes]:
    return _page(request, "committee.html")


@get("/assets/{name:str}", include_in_schema=False)
async def asset(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    file = built().get(f"assets/{name}")
    if file is None:
        raise refusal.NotFound(what_zh="文件", what_en="file", name=name)
    return _answer(request, file, FOR_EVER)


routes: list[HTTPRouteHandler] = [log_in, operator, crew, committee, asset]
