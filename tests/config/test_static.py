"""Static files come by the server itself: found as Django finds them, with their type, kept for a minute, and nothing but them."""

from __future__ import annotations

import asyncio
import gzip
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from samphao.config.static import AppStatic

SERVER = AppStatic()


def get(path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Ask the application as a server does; return status, headers and body."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()  # the browser stays
        return {}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    scope = {
        "type": "http", "method": method, "path": path, "root_path": "", "query_string": b"",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    with ThreadPoolExecutor(1) as beside:  # the browser of other tests has a loop running on this thread
        beside.submit(lambda: asyncio.run(SERVER(scope, receive, send))).result()
    start = sent[0]
    return (
        start["status"],
        {name.decode(): value.decode() for name, value in start["headers"]},
        b"".join(message.get("body", b"") for message in sent[1:]),
    )


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/web/samphao.css", "text/css"),
        ("/web/samphao.js", "text/javascript"),
        ("/web/fonts/sarabun-regular.woff2", "font/woff2"),
        ("/web/favicon.svg", "image/svg+xml"),
        ("/unfold/css/styles.css", "text/css"),
    ],
)
def test_a_file_of_any_app_comes_with_its_type_and_is_kept_for_a_minute(path: str, kind: str) -> None:
    status, headers, body = get(path)
    assert (status, headers["cache-control"], headers["x-content-type-options"]) == (
        200,
        "public, max-age=60",
        "nosniff",
    )
    assert headers["content-type"].startswith(kind)
    assert len(body) == int(headers["content-length"])


@pytest.mark.parametrize("path", ["/web/samphao.css", "/web/samphao.js", "/web/favicon.svg", "/web/map/corridor.json"])
def test_a_text_comes_packed_to_whoever_unpacks_it(path: str) -> None:
    _status, _headers, plain = get(path)
    status, headers, packed = get(path, accept_encoding="gzip, br")
    assert (status, headers["content-encoding"], headers["vary"]) == (200, "gzip", "Accept-Encoding")
    assert gzip.decompress(packed) == plain
    assert len(packed) == int(headers["content-length"]) < len(plain)
    status, again, body = get(path, accept_encoding="gzip, br", if_none_match=headers["etag"])
    assert (status, body, again["vary"]) == (304, b"", "Accept-Encoding")


def test_a_font_a_part_and_a_head_come_as_they_are() -> None:
    for path, method, more in (
        ("/web/fonts/sarabun-regular.woff2", "GET", {}),
        ("/web/samphao.css", "GET", {"range": "bytes=0-9"}),
        ("/web/samphao.css", "HEAD", {}),
    ):
        _status, headers, _body = get(path, method, accept_encoding="gzip", **more)
        assert "content-encoding" not in headers


def test_what_a_browser_has_already_is_not_sent_again() -> None:
    _status, headers, _body = get("/web/samphao.css")
    status, again, body = get("/web/samphao.css", if_none_match=headers["etag"])
    assert (status, body, again["cache-control"]) == (304, b"", "public, max-age=60")


@pytest.mark.parametrize(
    "path", ["/no-such-file.css", "/web", "/", "/../config/settings.py", "/web/../../../config/settings.py"]
)
def test_nothing_else_is_served(path: str) -> None:
    from starlette.exceptions import HTTPException

    with pytest.raises(HTTPException) as refused:
        get(path)
    assert refused.value.status_code == 404


def test_the_web_application_serves_them_without_a_warning() -> None:
    """Django's own static answer is a synchronous stream, of which an asynchronous server warns at every file."""
    from samphao.config.asgi import application

    assert [(route.path, type(route.app).__name__) for route in application.routes[1:2]] == [("/static", "AppStatic")]  # type: ignore[attr-defined]
