"""Baskets and purchases, by who may see them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Prefetch, QuerySet

from samphao.trade.baskets import Shopper, baskets_of
from samphao.trade.models import Basket, BasketLine, Purchase, PurchaseLine


def baskets_to_show(shopper: Shopper) -> QuerySet[Basket]:
    """Return the baskets with their lines, the one touched last first; two queries."""
    lines = BasketLine.objects.select_related(
        "offer__importer", "offer__lot__listing__producer", "offer__lot__of_cycle__cycle"
    ).order_by("offer__lot__listing__producer", "id")
    return baskets_of(shopper).prefetch_related(Prefetch("lines", lines)).order_by("-changed_at", "-id")


def purchase_for(code: str, *, organisations: Sequence[int], sees_all: bool) -> Purchase | None:
    """Return a purchase with its orders if it is the viewer's; two queries."""
    lines = PurchaseLine.objects.select_related("order__offer", "order__lot__listing__producer").order_by("id")
    rows = Purchase.objects.prefetch_related(Prefetch("lines", lines)).filter(code=code)
    return (rows if sees_all else rows.filter(buyer__in=organisations)).first()


def purchase_of_order(order: int) -> Purchase | None:
    return Purchase.objects.filter(lines__order=order).first()
