"""The interface for programs: OpenAPI 3.1 at /api/v1, its page drawn from local files."""

from __future__ import annotations

from ninja import NinjaAPI

from samphao import __version__
from samphao.customs.rest import router as customs
from samphao.trade.rest import router as trade

api = NinjaAPI(title="Samphao", version=__version__, urls_namespace="api-1", docs_url="/docs")
api.add_router("", trade)
api.add_router("", customs)
