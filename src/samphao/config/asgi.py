"""The web application: Django's pages, and beside them the order counter at /counter and the static files."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samphao.config.settings")

from django.core.asgi import get_asgi_application

from samphao.config import database_url

Application = Callable[[Any, Any, Any], Awaitable[None]]
pages: Application = get_asgi_application()

from django.conf import settings  # noqa: E402

from samphao.config.static import AppStatic  # noqa: E402
from samphao.trade.rush.server import build  # noqa: E402

counter = build(database_url(), settings.SECRET_KEY)


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    async with counter.router.lifespan_context(counter):
        yield


application = Starlette(
    routes=[Mount("/counter", counter), Mount(settings.STATIC_URL.rstrip("/"), AppStatic()), Mount("/", pages)],
    lifespan=lifespan,
)
