"""The web application: Django's pages, and beside them the order counter at /counter and the static files."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samphao.config.settings")

import django
from asgiref.sync import sync_to_async

from samphao.config import database_url

django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402
from django.core.handlers.asgi import ASGIHandler  # noqa: E402
from django.http import HttpRequest, HttpResponseBase  # noqa: E402

from samphao.config.static import AppStatic  # noqa: E402
from samphao.trade.rush.server import build  # noqa: E402


class Pages(ASGIHandler):
    """Django's handler, with one way to a thread and back for a whole request.

    Django itself goes to and fro between the loop and the thread for each middleware that is written for both, which takes longer
    than many a page. An asynchronous view works as before, and so does a stream: its parts are sent from the loop.
    """

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002 Django asks for asynchronous ones
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)


pages: Any = Pages()  # django-stubs and starlette name the same three arguments differently
counter = build(database_url(), settings.SECRET_KEY)


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    async with counter.router.lifespan_context(counter):
        yield


application = Starlette(
    routes=[Mount("/counter", counter), Mount(settings.STATIC_URL.rstrip("/"), AppStatic()), Mount("/", pages)],
    lifespan=lifespan,
)
