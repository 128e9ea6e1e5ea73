"""The last stage of a season: what it achieved."""

from __future__ import annotations

from django.db import transaction

from samphao.insight import services
from samphao.workflows.season.season import Season, require, stage

NAME = "impact"


def impact(season: Season) -> None:
    """Count who was reached and who got what."""
    with transaction.atomic(), stage(season, 14, NAME) as count:
        reached = services.count_impact()
        require(
            sum(share.amount_minor for share in reached.shares) == reached.paid_minor,
            "the shares do not sum to what buyers paid",
        )
        count.count = reached.producers
        count.figures = {
            "provinces": reached.provinces,
            "villages": reached.villages,
            "kg": reached.kg,
            "paid_minor": reached.paid_minor,
        }
        count.invariant = f"{reached.provinces} provinces, {reached.villages} districts, {reached.kg / 1000:,.0f} t; shares sum to what buyers paid"
