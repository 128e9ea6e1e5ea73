"""Shape reviews: averages by aspect with their counts, each with its answer, and what the hub decided about it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from samphao.trade import queries as trade
from samphao.trade.types import StarAverages
from samphao.web.templatetags.samphao import day, in_language_plain, moment, number

SHOWN = 20
STARS_MAX = 5


def aspect_name(aspect: str) -> str:
    return {
        "goods": _("The goods themselves"), "as_described": _("As they were described"), "packing": _("Packing"), "delivery": _("Delivery"),
    }[aspect]  # fmt: skip


def aspects() -> tuple[str, ...]:
    return ("goods", "as_described", "packing", "delivery")


def of_listing(listing: Any) -> dict[str, Any]:
    """Return the reviews of a listing for its page: one query."""
    means, latest = trade.reviews_of_listing(listing.pk, SHOWN)
    return {
        "count": means.count,
        "count_text": ngettext("%(n)s review", "%(n)s reviews", means.count) % {"n": number(means.count)},
        "means": mean_rows(means),
        "items": [item(row) for row in latest],
    }


def mean_rows(means: StarAverages) -> list[dict[str, Any]]:
    rows = [(aspect, getattr(means, aspect)) for aspect in aspects()]
    return [
        {"label": aspect_name(aspect), "value": stars_text(mean), "share": mean / STARS_MAX}
        for aspect, mean in rows
        if mean is not None
    ]


def stars_text(stars: Decimal | int) -> str:
    digits = 0 if isinstance(stars, int) else 1
    return _("%(stars)s of %(most)s") % {"stars": number(stars, digits), "most": number(STARS_MAX)}


def item(review: Any) -> dict[str, Any]:
    return {
        "code": review.code,
        "stars": [{"label": aspect_name(name), "value": stars_text(getattr(review, name))} for name in aspects()],
        "text": review.text,
        "language": "zh-Hans" if review.language.startswith("zh") else review.language,
        "when": day(review.written_at),
        "answer": review.answer,
        "answered": day(review.answered_at) if review.answered_at else "",
        "is_appealed": review.state == "appealed",
    }


def review_page(review: Any, *, is_seller: bool, is_hub: bool) -> dict[str, Any]:
    return {
        "review": review, "item": item(review), "title": _("Review %(code)s") % {"code": review.code}, "tag": state_tag(review.state),
        "goods": in_language_plain(review.listing, "title"), "order_url": reverse("order", args=[review.order.code]),
        "appeal": review.appeal, "decision": review.decision, "decided": moment(review.decided_at) if review.decided_at else "",
        "may_answer": is_seller and not review.answer, "may_appeal": is_seller and review.appealed_at is None,
        "may_decide": is_hub and review.appealed_at is not None, "is_hidden": review.state == "hidden",
    }  # fmt: skip


def state_tag(state: str) -> dict[str, str]:
    kind, label = {
        "shown": ("ok", _("shown")), "appealed": ("warn", _("the hub looks at it")), "hidden": ("bad", _("hidden by the hub")),
    }[state]  # fmt: skip
    return {"kind": kind, "label": label}


def appeal_items(reviews: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the reviews that the hub's people were asked to look at."""
    return [
        {
            "kind": "warn", "label": _("review appealed"), "reference": review.code, "url": reverse("review", args=[review.code]), "text": review.appeal,
            "options": in_language_plain(review.listing, "title"), "next": _("It stays to be seen until you decide."), "owner": _("the hub"),
            "due": moment(review.appealed_at),
        }
        for review in reviews
    ]  # fmt: skip
