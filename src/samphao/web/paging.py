"""A page of a long list."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet


def page_of(rows: QuerySet[Any], size: int, asked: str | None, *, count: int | None = None) -> Page[Any]:
    """Return the page that was asked for, the first or last where there is no such.

    `count` says how many rows there are where the page has counted them for something else already.
    """
    paginator = Paginator(rows, size)
    if count is not None:
        paginator.__dict__["count"] = count  # where Django would keep it after asking
    return paginator.get_page(asked)
