"""Rows that count between two dates, on the word of a source."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from samphao.core import revisions
from samphao.reference.models import Dated, Source


@revisions.kept
def _titles() -> dict[str, str]:
    return dict(Source.objects.values_list("key", "title"))


class source_words:  # noqa: N801 - reads as a function that is made once: words = source_words(); words(key)
    """Turn the source keys of a row into the words that a page shows."""

    def __init__(self) -> None:
        self._titles = _titles()

    def __call__(self, keys: str) -> str:
        return "; ".join(self._titles.get(key, key) for key in keys.split(";"))


def in_force(rows: QuerySet[Dated] | QuerySet, on: date) -> Iterable:  # type: ignore[type-arg]
    return rows.filter(Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gte=on)).order_by(
        "pk"
    )
