"""A request for quotation from question to signature: what each step costs at the door, who is told, whether a permit covers it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from samphao.accounts.queries import Viewer
from samphao.accounts.services import Message, in_three_languages, notify, notify_each, spoken_day, spoken_moment
from samphao.core.errors import NotFound, Refused
from samphao.core.money import amount_text
from samphao.reference import queries as reference
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.rfq_types import RfqSpec, Terms
from samphao.workflows.notices import message
from samphao.workflows.quote_prices import QuotePricer, arrival_of, permit_gap

NO_QUOTE = _("There is no such quote.")
NO_LOT = _("Choose one of your lots of this good that is on sale.")
NO_PERMIT = _(
    "No permit of the importer covers so many kilograms on the day of arrival: %(found)s are left. Nothing was signed."
)
ASKED = _("A buyer asks for %(kg)s kg of %(good)s to %(city)s by %(day)s. Quote by %(closes)s.")
QUOTED = _("Your request %(request)s has a quote, valid until %(until)s.")
COUNTERED = _("Quote %(quote)s has a new version of the other side, valid until %(until)s.")
WITHDRAWN = _("Quote %(quote)s for your request %(request)s was withdrawn.")
SIGNED = _(
    "Contract %(contract)s is signed: %(kg)s kg of %(good)s. The buyer pays %(amount)s in by %(until)s; then it runs."
)
NOT_CHOSEN = _("Request %(request)s has become a contract with another seller. Thank you for quoting.")


def ask(spec: RfqSpec, *, viewer: Viewer, by: str) -> str:
    """Keep a buyer's request and tell every seller whose goods fit; return its code."""
    place = reference.destination_of(spec.destination)
    good = reference.goods().get(spec.good)
    if place is None or good is None:
        raise Refused(_("Choose a good and a city."))
    with transaction.atomic():
        code = services.ask_for_quotes(spec, viewer=viewer, by=by)
        texts = in_three_languages(
            ASKED, kg=f"{spec.quantity_kg:,}", good=_named(good, "name"), city=_named(place, "city"), day=spoken_day(spec.wanted_by),
            closes=spoken_moment(spec.closes_at),
        )  # fmt: skip
        notify(trade.sellers_that_fit(spec.good, spec.wanted_by), subject=code, key=f"asked:{code}", **texts)
    return code


def quote(request: str, lot: str, terms: Terms, *, viewer: Viewer, by: str, pricer: QuotePricer | None = None) -> str:
    """Answer a request from a lot of one's own, priced to the buyer's door; tell the buyer."""
    asked, offered = trade.request_for(request, viewer), trade.quoted_lot(lot)
    if asked is None:
        raise NotFound(_("There is no such request."))
    if offered is None or offered.good != asked.good:
        raise Refused(NO_LOT)
    priced = (pricer or QuotePricer()).price(offered, terms, asked.destination)
    with transaction.atomic():
        code = services.quote(request, lot, terms, priced, viewer=viewer, by=by)
        told = message(asked.buyer_id, code, "quoted", QUOTED, request=request, until=spoken_moment(terms.valid_until))
        notify_each([told])
    return code


def counter(code: str, terms: Terms, *, viewer: Viewer, by: str, pricer: QuotePricer | None = None) -> int:
    """Put another version in a quote, priced anew; tell the other side."""
    found = trade.quote_for(code, viewer)
    lot = trade.quoted_lot(found.lot.code) if found else None
    if found is None or lot is None:
        raise NotFound(NO_QUOTE)
    priced = (pricer or QuotePricer()).price(lot, terms, found.rfq.destination)
    with transaction.atomic():
        number = services.put_version(code, terms, priced, viewer=viewer, by=by)
        other = found.seller_id if found.rfq.buyer_id in viewer.organisations else found.rfq.buyer_id
        until = spoken_moment(terms.valid_until)
        notify_each([message(other, code, f"version-{number}", COUNTERED, quote=code, until=until)])
    return number


def withdraw(code: str, *, viewer: Viewer, by: str) -> None:
    with transaction.atomic():
        services.withdraw_quote(code, viewer=viewer, by=by)
        found = _found(code)
        told = message(
            found.rfq.buyer_id, found.rfq.code, f"withdrawn-{code}", WITHDRAWN, quote=code, request=found.rfq.code
        )
        notify_each([told])  # fmt: skip


def sign(code: str, number: int, *, viewer: Viewer, by: str) -> str:
    """Agree to a version if an importer's permit covers it; return the contract's code. Tell both sides, and those not chosen."""
    found = trade.quote_for(code, viewer)
    version = next((row for row in found.versions.all() if row.number == number), None) if found else None
    if found is None or version is None:
        raise NotFound(NO_QUOTE)
    with transaction.atomic():
        contract, is_new = services.sign_contract(code, number, viewer=viewer, by=by)
        if not is_new:
            return contract
        _require_permit(found, version)
        _tell_signed(contract)
    return contract


def _require_permit(found: Any, version: Any) -> None:
    """Refuse what no permit covers on the day of its arrival; raising undoes the signature.

    The order that was just placed draws nothing yet: a permit is drawn when the goods are declared.
    """
    asked = found.rfq
    importer = version.importer.code if version.importer_id else ""
    gap = permit_gap(
        asked.good, asked.destination, importer, asked.quantity_kg, arrival_of(version.lead_days, version.promised_days)
    )
    if gap is not None:
        raise Refused(NO_PERMIT, found=str(gap["found"]))


def _tell_signed(code: str) -> None:
    contract = trade.contract_with_steps(code)
    if contract is None:
        raise NotFound(_("There is no such contract."))
    order, asked = contract.order, contract.rfq
    values: dict[str, Any] = {
        "contract": code, "kg": f"{asked.quantity_kg:,}", "good": _named(reference.goods()[asked.good], "name"),
        "amount": amount_text(order.amount_minor, order.currency), "until": spoken_moment(order.hold_expires_at),
    }  # fmt: skip
    parties = [party for party in (contract.buyer_id, contract.seller_id, contract.inspector_id) if party]
    told: list[Message] = [message(party, code, "signed", SIGNED, **values) for party in parties]
    told += [
        message(seller, asked.code, "not-chosen", NOT_CHOSEN, request=asked.code)
        for seller in trade.sellers_not_chosen(asked.pk)
    ]
    notify_each(told)


def _found(code: str) -> Any:
    found = trade.parties_of_quote(code)
    if found is None:
        raise NotFound(NO_QUOTE)
    return found


def _named(row: Any, field: str) -> dict[str, str]:
    return {
        f"text_{language}": getattr(row, f"{field}_{language}") or getattr(row, f"{field}_en")
        for language in ("en", "th", "zh")
    }
