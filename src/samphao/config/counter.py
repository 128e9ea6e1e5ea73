"""The order counter in a process of its own (`uvicorn --factory samphao.config.counter:from_environment`)."""

from __future__ import annotations

from samphao.trade.rush.server import build, from_environment

__all__ = ["build", "from_environment"]
