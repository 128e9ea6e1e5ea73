"""The only place that knows everything: settings, urls, processes."""

from __future__ import annotations

import os

from samphao.core.postgres import embedded


def database_url() -> str:
    """Return the address of the database that this process works on."""
    return os.environ.get("DATABASE_URL") or embedded(os.environ.get("SAMPHAO_SERVER", "hub")).url
