"""Trade modes in words: their names, what each means for a buyer, and which of them sell a lot to a city, or why not."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from samphao.web.sources import source_text
from samphao.web.templatetags.samphao import MISSING, day_of, in_language_plain, moment, money

SHOWN = ("general", "domestic", "cbec", "post")


def mode_title(mode: str) -> str:
    return {
        "general": _("General trade"),
        "cbec": _("Cross-border retail (CBEC)"),
        "post": _("By Thailand Post"),
        "domestic": _("Inside Thailand"),
    }[mode]


def mode_sentence(mode: str) -> str:
    return {
        "general": _("An importer of record declares the goods; duty and VAT are in this price (DDP)."),
        "cbec": _(
            "For one's own use, within China's limits: no duty and seven tenths of the VAT, both in this price (DDP)."
        ),
        "post": _(
            "Sent by Thailand Post; what the post of the destination collects on delivery is not in this price (DAP)."
        ),
        "domestic": _("Sold inside Thailand: no border, no duty, no importer."),
    }[mode]


def mode_rows(states: Any, gates: Any, offers: list[Any]) -> list[dict[str, Any]]:
    """Return each trade mode of a lot and city: open with its lowest price, or refused with rules, sources and dates."""
    shut = {gate.trade_mode for gate in gates if gate.gate == "to_list" and not gate.is_open}
    known = {state.trade_mode: state for state in states}
    rows = []
    for mode in SHOWN:
        state = known.get(mode)
        if state is None:
            continue
        mine = [offer for offer in offers if offer.trade_mode == mode]
        rows.append(
            _open_row(mode, mine, is_shut=mode in shut) if state.is_open else _refused_row(mode, state.findings)
        )
    return rows


def _open_row(mode: str, offers: list[Any], *, is_shut: bool) -> dict[str, Any]:
    prices = {offer.currency: min(o.price_minor for o in offers if o.currency == offer.currency) for offer in offers}
    low = ", ".join(money(price, currency) for currency, price in prices.items())
    text = _("from %(price)s a unit to the door") % {"price": low} if low else ""
    if is_shut:
        label, kind = pgettext("a trade mode", "closed by its gate"), "bad"
    else:
        label, kind = pgettext("a trade mode", "open"), "ok"
    return {
        "title": mode_title(mode),
        "kind": kind,
        "label": label,
        "text": f"{text} · {mode_sentence(mode)}" if text else "",
        "refusals": [],
    }


def _refused_row(mode: str, findings: list[dict[str, Any]]) -> dict[str, Any]:
    is_elsewhere = any(finding.get("measure") == "country" for finding in findings)
    label = pgettext("a trade mode", "not for this place") if is_elsewhere else pgettext("a trade mode", "refused")
    return {
        "title": mode_title(mode), "kind": "idle" if is_elsewhere else "bad", "label": label, "text": "",
        "refusals": [_refusal(finding) for finding in findings],
    }  # fmt: skip


def _refusal(finding: dict[str, Any]) -> dict[str, Any]:
    """Say what is missing and what can be done; a state that was kept before rules said so has only their name."""
    known = _("not known") if finding["is_met"] is None else _("not met")
    text = in_language_plain(finding, "refusal")
    return {
        "text": f"{in_language_plain(finding, 'name')}: {finding.get('found') or known}" if text == MISSING else text,
        "source": f"{source_text(str(finding['source']))} · {day_of(finding.get('valid_from'))}",
        "is_estimate": bool(finding.get("is_estimate")),
    }


def besides_text(shipment: Any, load: Any) -> str:
    """Say how an order leaves that no container takes."""
    times = {"leaves": moment(load.departs_at), "arrives": moment(load.arrives_at)}
    if load.mode == "post":
        text = _("postal item %(number)s leaves %(leaves)s, is there by %(arrives)s") % {
            "number": shipment.item_number,
            **times,
        }
        return f"{text} · {_('number of the simulator, not of Thailand Post')} · CN23"
    return _("a truck inside Thailand leaves %(leaves)s, arrives %(arrives)s") % times
