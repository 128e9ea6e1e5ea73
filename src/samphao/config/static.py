"""Static files, straight from the folders of the apps: collecting them first would cost a first start without need."""

from __future__ import annotations

import gzip
import mimetypes
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

mimetypes.add_type("font/woff2", ".woff2")  # a bare machine does not know it
mimetypes.add_type("text/javascript", ".js")
CACHED_S = 60  # names carry no digest of their content, so that an update is seen within a minute
PACKED = frozenset(
    {".css", ".js", ".svg", ".json", ".geojson", ".txt", ".map"}
)  # pictures and fonts are packed already


def _find(path: str) -> str | None:
    try:
        found = finders.find(path)
    except SuspiciousFileOperation:
        return None
    return found if isinstance(found, str) and Path(found).is_file() else None


@lru_cache(maxsize=200)
def _packed(path: str, _changed_ns: int) -> bytes:
    """Return a file packed as small as it gets: once for each state of it, so that the effort does not count."""
    return gzip.compress(Path(path).read_bytes(), 9, mtime=0)


class AppStatic(StaticFiles):
    """Starlette's static files, found as Django finds them, texts packed for those who say that they unpack."""

    def __init__(self) -> None:
        super().__init__(check_dir=False)
        self._find: Callable[[str], str | None] = _find if settings.DEBUG else lru_cache(maxsize=2000)(_find)

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        found = self._find(path)
        return (found, Path(found).stat()) if found else ("", None)

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        answer = super().file_response(full_path, stat_result, scope, status_code)
        if Path(full_path).suffix in PACKED:
            answer.headers["Vary"] = "Accept-Encoding"
            asked = Headers(scope=scope)
            is_whole = answer.status_code == 200 and "range" not in asked
            if is_whole and scope["method"] == "GET" and "gzip" in asked.get("accept-encoding", ""):
                answer = _in_packed_form(answer, _packed(str(full_path), stat_result.st_mtime_ns))
        answer.headers["Cache-Control"] = f"public, max-age={CACHED_S}"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer


def _in_packed_form(plain: Response, content: bytes) -> Response:
    kept = {name: plain.headers[name] for name in ("content-type", "last-modified", "vary")}
    # Weak: it stands for the file in either form, and is what the browser asks with the next time.
    return Response(content, headers={**kept, "etag": f"W/{plain.headers['etag']}", "content-encoding": "gzip"})
