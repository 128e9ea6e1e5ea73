"""What was looked for on the market and not found, for those who could grow or make it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Max, Sum

from samphao.accounts.queries import Viewer
from samphao.core import clock
from samphao.trade.models import FruitlessSearch, Listing

SPAN = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class LookedFor:
    """Words that found nothing in the last 90 days, the goods they mean, how often and when last."""

    text: str
    goods: tuple[str, ...]
    count: int
    last_on: date


def looked_for(viewer: Viewer, limit: int) -> list[LookedFor]:
    """Return what was looked for in vain, the most frequent first: all for the hub, for a producer what means a good of his."""
    rows = FruitlessSearch.objects.filter(day__gt=clock.today() - SPAN)
    if not viewer.is_hub:
        own = Listing.objects.filter(producer__in=viewer.organisations).values_list("good", flat=True).distinct()
        rows = rows.filter(goods__overlap=list(own))
    found = rows.values("text").annotate(times=Sum("count"), last_on=Max("day"), meant=Max("goods"))
    return [
        LookedFor(row["text"], tuple(row["meant"]), row["times"], row["last_on"])
        for row in found.order_by("-times", "-last_on", "text")[:limit]
    ]
