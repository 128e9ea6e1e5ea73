"""Static files, straight from the folders of the apps: collecting them first would cost a first start without need."""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

mimetypes.add_type("font/woff2", ".woff2")  # a bare machine does not know it
mimetypes.add_type("text/javascript", ".js")
CACHED_S = 60  # names carry no digest of their content, so that an update is seen within a minute


def _find(path: str) -> str | None:
    try:
        found = finders.find(path)
    except SuspiciousFileOperation:
        return None
    return found if isinstance(found, str) and Path(found).is_file() else None


class AppStatic(StaticFiles):
    """Starlette's static files, found as Django finds them."""

    def __init__(self) -> None:
        super().__init__(check_dir=False)
        self._find: Callable[[str], str | None] = _find if settings.DEBUG else lru_cache(maxsize=2000)(_find)

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        found = self._find(path)
        return (found, Path(found).stat()) if found else ("", None)

    def file_response(self, *given: Any, **named: Any) -> Response:
        answer = super().file_response(*given, **named)
        answer.headers["Cache-Control"] = f"public, max-age={CACHED_S}"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer
