"""Price lines in words: label, rule with its numbers, source and date; the mirror: what each party gets of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from samphao.web.sources import source_text
from samphao.web.stored_texts import stored_text
from samphao.web.templatetags.samphao import day_of, money, percent

UNIT = re.compile(r"(?<= )(?:fruit|kg|pc|m|km)\b")


def label(kind: str) -> str:
    return {
        "goods": _("Goods"),
        "carriage_to_entry": _("Carriage to the entry point"),
        "insurance": _("Insurance"),
        "duty": _("Duty"),
        "vat": _("VAT"),
        "inland_carriage": _("Inland carriage"),
        "carriage": _("Carriage"),
        "postage": _("Postage"),
        "import_charges": _("Import charges"),
        "importer": _("Importer, inspection"),
        "hub_fee": _("Hub fee"),
    }[kind]


def party(receiver: str) -> str:
    return {
        "producer": _("Producer"),
        "packing_house": _("Packing house"),
        "carrier": _("Carriers"),
        "insurer": _("Insurer"),
        "customs": _("Customs and tax office"),
        "importer": _("Importer of record"),
        "hub": _("The hub"),
        "revenue": _("Revenue Department"),
    }[receiver]


def price_rows(lines: Sequence[dict[str, Any]], currency: str, quantity: int) -> list[dict[str, Any]]:
    """Return the rows of `components/price_lines.html` for `quantity` selling units."""
    times = f" × {quantity}" if quantity != 1 else ""
    rows = []
    for line in lines:
        rule = f"{rule_text(line)}{times} · {source_text(line['source'])} · {day_of(line['valid_on'])}"
        if line["kind"] == "import_charges":
            rule = _(
                "not in this price: what the post of the destination collects on delivery, at a rate that is not known here"
            )
        rows.append(
            {
                "label": label(line["kind"]) + (f" {line['rate']}" if line.get("rate") else ""),
                "rule": rule,
                "is_estimate": line["is_estimate"],
                "amount": None if line["amount_minor"] is None else money(line["amount_minor"] * quantity, currency),
            }
        )
    return rows


def rule_text(line: Mapping[str, Any]) -> str:
    """Return a line's rule with its units and its remark in the page's language."""
    units = {
        "fruit": _("fruit"), "pc": pgettext("unit after a number", "pc"), "m": pgettext("unit after a number", "m"),
        "kg": pgettext("unit after a number", "kg"), "km": pgettext("unit after a number", "km"),
    }  # fmt: skip

    def spoken(text: str) -> str:
        return UNIT.sub(lambda found: units[found[0]], text)

    rule = spoken(line["rule"])
    note = line.get("note")
    if not note:
        return rule
    return f"{rule} ({_(note) % {name: spoken(stored_text(value)) for name, value in line['values'].items()}})"


def mirror_columns() -> list[dict[str, Any]]:
    return [{"label": _("Party")}, {"label": _("Amount"), "numeric": True}, {"label": _("Share"), "numeric": True}]


def mirror_rows(lines: Sequence[dict[str, Any]], currency: str, quantity: int) -> list[list[str]]:
    """Return party, amount and share of the price to the door, the largest first."""
    parts: dict[str, int] = {}
    for line in lines:
        for receiver, amount in line["receivers"].items():
            parts[receiver] = parts.get(receiver, 0) + amount * quantity
    total = sum(parts.values())
    ordered = sorted(parts.items(), key=lambda item: (-item[1], item[0]))
    return [
        [party(name), money(amount, currency), percent(Decimal(amount) / total, 1)]
        for name, amount in ordered
        if amount
    ]
