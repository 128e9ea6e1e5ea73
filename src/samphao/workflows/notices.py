"""Who is told what when something happened on an order's road; the texts stand together so that they read as one voice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy

from samphao.accounts import queries as accounts
from samphao.accounts.services import LANGUAGES, Message, Spoken, in_three_languages, notify_each
from samphao.core.money import amount_text
from samphao.customs import queries as customs
from samphao.reference import queries as reference
from samphao.reference.types import DestinationSpec
from samphao.trade import queries as trade

CITIES_NAMED = 3
PAID = _("Order %(order)s is paid: %(amount)s is held until the goods arrive.")
EXPIRED = _("The hold of order %(order)s ran out before it was paid; the goods are free again.")
LISTED = _("Lot %(lot)s is open for sale to %(places)s.")
DELISTED = _("Lot %(lot)s may no longer be sold to %(places)s. The gate to list is shut: %(rule)s (%(found)s).")
DELISTED_UNMET = _("Lot %(lot)s may no longer be sold to %(places)s. The gate to list is shut: %(rule)s.")
DEPOSITED = _("Lot %(lot)s was sold, and your share when sold is paid: %(amount)s.")
ADVANCED = _("Lot %(lot)s was weighed and graded, and the first share is paid: %(amount)s.")
REST_PAID = _("Paid for lot %(lot)s after the buyers' claim window: %(amount)s.")
CLAIMED = _(
    "Orders of lot %(lot)s were cancelled and their buyers refunded. Their first share, %(amount)s, is to be paid back: it is kept back from what you are paid next."
)
STOPPED = _("Declaration %(declaration)s is stopped at customs: %(reason)s")
DELIVERED = _("Order %(order)s was delivered. You have %(hours)s hours to report bad goods.")


def orders_paid(payload: dict[str, Any]) -> None:
    """Tell each buyer, and each producer once for the whole batch."""
    parties = trade.parties_of(payload["orders"])
    each = [
        message(row.buyer, row.order, "paid", PAID, order=row.order, amount=amount_text(row.amount_minor, row.currency))
        for row in parties
    ]
    sold, first = Counter(row.producer for row in parties), {row.producer: row.order for row in reversed(parties)}
    each += [
        message(producer, first[producer], "sold", _sold(count), orders=_number(count))
        for producer, count in sold.items()
    ]
    notify_each(each)


def holds_expired(payload: dict[str, Any]) -> None:
    """Tell who never paid; who had paid a deposit is told what comes of it (`balances`)."""
    parties = trade.parties_of(payload["orders"])
    notify_each(
        message(row.buyer, row.order, "expired", EXPIRED, order=row.order) for row in parties if not row.is_paid
    )


def orders_delivered(payload: dict[str, Any]) -> None:
    notify_each(
        message(row.buyer, row.order, "delivered", DELIVERED, row.delivered_at, order=row.order, hours=row.claim_hours)
        for row in trade.parties_of(payload["orders"])
    )


def lots_listed(payload: dict[str, Any]) -> None:
    """Tell each producer which of his lots may be sold now, and where to."""
    lots, at = payload["lots"], datetime.fromisoformat(payload["at"])
    producers, cities = trade.producers_of(lots), {row.code: row for row in reference.destinations()}
    notify_each(
        message(producer, lot, f"listed-{at:%y%m%d%H%M%S}", LISTED, at, lot=lot, places=_cities(lots[lot], cities))
        for lot, producer in producers.items()
    )


def lots_delisted(payload: dict[str, Any]) -> None:
    """Tell each producer which of his lots may no longer be sold, where to and by which rule."""
    at, cities = datetime.fromisoformat(payload["at"]), {row.code: row for row in reference.destinations()}
    shut: dict[tuple[str, str], list[trade.ShutList]] = {}
    for row in trade.shut_lists(payload["lots"]):
        shut.setdefault((row.lot, row.finding.get("rule", "")), []).append(row)
    messages = []
    for (lot, rule), rows in shut.items():
        finding = rows[0].finding
        names = {field: finding.get(field.replace("text", "name"), "") for field in LANGUAGES}
        text = DELISTED if finding.get("found") else DELISTED_UNMET
        places = _cities([row.destination for row in rows], cities)
        key, found = f"delisted-{at:%y%m%d%H%M%S}:{rule}", finding.get("found", "")
        messages.append(
            message(rows[0].producer, lot, key, text, at, lot=lot, places=places, rule=names, found=found_said(found))
        )
    notify_each(messages)


FOUND = {
    "expired": _("expired"), "suspended": _("suspended"), "pending": _("pending"), "detected": _("detected"),
}  # fmt: skip


def found_said(found: str) -> str:
    """Return what a gate found in the reader's language, where it is a word."""
    return Spoken(FOUND[found]) if found in FOUND else found


def _cities(codes: Sequence[str], known: Mapping[str, DestinationSpec]) -> dict[str, str]:
    """Name the first cities in three languages, and how many more there are."""
    named, more = [known[code] for code in codes[:CITIES_NAMED] if code in known], max(0, len(codes) - CITIES_NAMED)
    said = {}
    for field, mark in (("text_en", ", "), ("text_th", ", "), ("text_zh", "、")):
        names = [getattr(row, field.replace("text", "city")) or row.city_en for row in named]
        said[field] = mark.join(names) + (f" (+{more})" if more else "")
    return said


def plan_made(payload: dict[str, Any]) -> None:
    """Tell each packing house how many containers it stuffs; consolidation points are nobody's."""
    ids, plan = accounts.ids_by_code(), payload["plan"]
    notify_each(
        message(ids[house], plan, "to-load", _to_load(count), plan=plan, containers=_number(count))
        for house, count in payload["containers"].items()
        if house in ids
    )


def loads_at_entry(payload: dict[str, Any]) -> None:
    ids, plan = accounts.ids_by_code(), payload["plan"]
    notify_each(
        message(ids[importer], plan, "at-entry", _at_entry(count), loads=_number(count))
        for importer, count in payload["loads"].items()
        if importer in ids
    )


def declarations_stopped(payload: dict[str, Any]) -> None:
    """Tell the exporter of an export, the importer of an import, with the officer's reason."""
    notify_each(
        message(
            row.importer_id if row.kind == "import" else row.exporter_id, row.code, f"stopped-{row.decided_at:%y%m%d%H%M%S}", STOPPED,
            row.decided_at, declaration=row.code, reason=Spoken(row.decision_reason),
        )
        for row in customs.declarations_by_code(payload["declarations"])
        if row.state == payload["state"] and row.decided_at  # released meanwhile: there is nothing to tell
    )  # fmt: skip


def shares_paid(kind: str, batch: str, paid: Mapping[tuple[str, str], int], at: Mapping[str, datetime]) -> None:
    """Tell producers and packing houses what was paid to them, (owner, lot) to satang; `batch` names the payout."""
    ids, text = accounts.ids_by_code(), {"deposit": DEPOSITED, "advance": ADVANCED}.get(kind, REST_PAID)
    notify_each(
        message(ids[owner], lot, f"{kind}:{batch}", text, at[lot], lot=lot, amount=amount_text(satang, "THB"))
        for (owner, lot), satang in paid.items()
        if owner in ids and satang
    )


def shares_claimed(batch: str, owed: Mapping[tuple[str, str], int], at: datetime) -> None:
    """Tell growers what they have to pay back, (owner, lot) to satang."""
    ids = accounts.ids_by_code()
    notify_each(
        message(ids[owner], lot, f"claim:{batch}", CLAIMED, at, lot=lot, amount=amount_text(satang, "THB"))
        for (owner, lot), satang in owed.items()
        if owner in ids and satang
    )


def _sold(orders: int) -> Promise:
    return ngettext_lazy(
        "%(orders)s order of your lots was paid today. The money is held until the goods arrive.",
        "%(orders)s orders of your lots were paid today. The money is held until the goods arrive.", orders,
    )  # fmt: skip


def _to_load(containers: int) -> Promise:
    return ngettext_lazy(
        "The plan %(plan)s gives you %(containers)s container to load.",
        "The plan %(plan)s gives you %(containers)s containers to load.", containers,
    )  # fmt: skip


def _at_entry(loads: int) -> Promise:
    return ngettext_lazy(
        "%(loads)s load with your goods has come to its place of entry.",
        "%(loads)s loads with your goods have come to their place of entry.", loads,
    )  # fmt: skip


def message(
    organisation: int, subject: str, what: str, text: str | Promise, at: datetime | None = None, **values: object
) -> Message:
    said = in_three_languages(text, **values)
    key = f"{what}:{subject}:{organisation}"
    return Message(organisation, subject, key, said["text_en"], said["text_th"], said["text_zh"], at)


def _number(value: int) -> str:
    return f"{value:,}"
