"""Papers of an order as PDF: receipt, commercial invoice, tax invoice for the hub's fee; in the language of whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from samphao.accounts.queries import Viewer
from samphao.core import clock, pdf
from samphao.core.errors import NotFound, Refused
from samphao.core.hub import Hub
from samphao.payments import queries as ledger
from samphao.reference import queries as reference
from samphao.web.cards import destination_names
from samphao.web.order_page import quantity_text
from samphao.web.payments import method_name
from samphao.web.price_lines import label
from samphao.web.sources import source_text
from samphao.web.templatetags.samphao import day, in_language_plain, kg, language, moment, money, percent

RECEIPT, INVOICE, TAX_INVOICE, CREDIT_NOTE = "receipt", "invoice", "tax-invoice", "credit-note"
KINDS = (RECEIPT, INVOICE, TAX_INVOICE, CREDIT_NOTE)
NOT_PAID = gettext_noop("This order has not been paid: there is no such paper yet.")
NO_NUMBER = gettext_noop(
    "The tax invoice for the fee is written when the seller has been paid, and numbered shortly after."
)
ORIGIN = "TH"


def may_see(order: Any, kind: str, who: Viewer) -> bool:
    """Tell whether a paper of an order that somebody may open is for him: what was paid concerns buyer and hub alone."""
    if kind not in KINDS:
        return False
    return kind == INVOICE or who.is_hub or order.buyer_id in who.organisations


def paper_kinds(order: Any, who: Viewer) -> list[str]:
    """Return the papers that there are of an order, for somebody."""
    if order.paid_at is None:
        return []
    fee = ledger.fee_papers_of(order.code) if order.state == order.State.SETTLED else {}  # written when it is earned
    there = [
        RECEIPT,
        INVOICE,
        *(kind for kind, row in ((TAX_INVOICE, "invoice"), (CREDIT_NOTE, "credit")) if row in fee),
    ]
    return [kind for kind in there if may_see(order, kind, who)]


def paper_name(kind: str) -> str:
    return {
        RECEIPT: _("Receipt"), INVOICE: _("Commercial invoice"), TAX_INVOICE: _("Tax invoice for the hub's fee"),
        CREDIT_NOTE: _("Credit note for the hub's fee"),
    }[kind]  # fmt: skip


def make(order: Any, kind: str, hub: Hub | None) -> bytes:
    """Return a paper as PDF.

    Raises
    ------
    NotFound
        If there is no such kind of paper.
    Refused
        If the order was not paid, or its tax invoice has no number yet.
    """
    if kind not in KINDS:
        raise NotFound(gettext_noop("There is no such paper."))
    if order.paid_at is None:
        raise Refused(NOT_PAID)
    shaped = {RECEIPT: _receipt, INVOICE: _invoice, TAX_INVOICE: _tax_invoice, CREDIT_NOTE: _credit_note}[kind](order)
    name = hub.name if hub else "Samphao"
    is_demo = hub is not None and (hub.is_demo or hub.pays_by_simulator)
    page = {
        "lang": {"zh-hans": "zh"}.get(language(), language()), "hub": name, "subtitle": "", "facts": [], "tables": [], "notes": [],
        "warning": _("Simulated: no money moved, and this paper proves nothing.") if is_demo else "",
        "foot": f"{name} · {order.code} · {_('made on %(at)s') % {'at': moment(clock.now(), 'Asia/Bangkok')}}",
    }  # fmt: skip
    return pdf.render("money_paper", page | shaped)


def _party(label_: str, organisation: Any, *more: str) -> dict[str, Any]:
    lines = [in_language_plain(organisation), *[said for said in more if said]] if organisation else ["–"]
    return {"label": label_, "lines": lines}


def _column(label_: str, *, numeric: bool = False, wide: bool = False) -> dict[str, Any]:
    return {"label": label_, "numeric": numeric, "wide": wide}


def _english(title: str) -> str:
    """Return a title in English too, where the page is in another language: offices abroad read it."""
    if language() == "en":
        return ""
    with override("en"):
        return _(title)


def _receipt(order: Any) -> dict[str, Any]:
    paid = [
        row
        for row in ledger.payments_of(order.code)
        if row.applied_at or row.state == row.State.RETURNED or row.refunded_minor
    ]
    rows, kept = [], 0
    for row in paid:
        counts = row.counts_minor or row.amount_minor
        note = (
            f"{row.payer_app}: {money(row.payer_minor, row.payer_currency)}"
            if row.payer_app and row.payer_minor
            else row.payer
        )
        given = money(row.amount_minor, row.currency)
        rows.append(
            [
                moment(row.received_at),
                {"text": f"{method_name(row.method)} · {row.bank_reference}", "note": note},
                given,
            ]
        )
        kept += counts - (row.refunded_minor * counts // row.amount_minor)
        if row.refunded_minor:
            rows.append(["", _("went back"), f"−{money(row.refunded_minor, row.currency)}"])
    columns = [_column(_("when")), _column(_("paid with"), wide=True), _column(_("amount"), numeric=True)]
    foot = [["", _("kept for the order"), money(kept, order.currency)]]
    return {
        "title": paper_name(RECEIPT), "subtitle": _english("Receipt"), "number": f"RC-{order.code}", "date": day(order.paid_at),
        "parties": [_party(_("Received from"), order.buyer), _party(_("Seller"), order.lot.listing.producer)],
        "facts": [*_goods(order), _fact(_("Price to the door"), money(order.amount_minor, order.currency))],
        "tables": [{"title": _("Payments"), "columns": columns, "rows": rows, "foot": foot}],
        "notes": [_("The money is held until the goods arrive and the claim window has closed. This is a receipt, no tax invoice.")],
    }  # fmt: skip


def _fact(label_: str, value: str) -> dict[str, str]:
    return {"label": label_, "value": value}


def _goods(order: Any) -> list[dict[str, str]]:
    lot = order.lot
    return [
        _fact(_("Order"), order.code),
        _fact(
            _("Goods"),
            f"{in_language_plain(lot.listing, 'title')} · {quantity_text(order)} · {kg(Decimal(order.lot_units * lot.unit_mass_g) / 1000)}",
        ),
        _fact(_("Lot"), lot.code),
    ]


def _invoice(order: Any) -> dict[str, Any]:
    offer, lot = order.offer, order.lot
    place = reference.destination_of(offer.destination)
    city = in_language_plain(destination_names(place), "city") if place else offer.destination
    good = reference.goods().get(lot.listing.good)
    lines = [
        [
            label(line["kind"]),
            money(line["amount_minor"] * order.quantity, order.currency)
            if line["amount_minor"] is not None
            else _("not in this price"),
        ]
        for line in offer.lines
    ]
    columns = [_column(_("Part of the price"), wide=True), _column(_("amount"), numeric=True)]
    foot = [[_("Total"), money(order.amount_minor, order.currency)]]
    return {
        "title": paper_name(INVOICE), "subtitle": _english("Commercial invoice"), "number": f"CI-{order.code}", "date": day(order.paid_at),
        "parties": [
            _party(_("Seller"), lot.listing.producer), _party(_("Buyer"), order.buyer, city),
            _party(_("Exporter of record"), lot.exporter or lot.listing.producer),
            *([_party(_("Importer of record"), offer.importer)] if offer.importer else []),
        ],
        "facts": [
            *_goods(order),
            *([_fact(_("HS code"), good.hs6)] if good else []),
            _fact(_("Origin"), _("Thailand")),
            _fact(_("Delivery terms"), f"{offer.incoterm} {city}, Incoterms {offer.incoterm_edition}"),
        ],
        "tables": [{"title": "", "columns": columns, "rows": lines, "foot": foot}],
        "notes": vat_notes(order),
    }  # fmt: skip


def vat_notes(order: Any) -> list[str]:
    """Say how Thai VAT stands to the goods, with its source; what has no source is called unknown."""
    on = order.paid_at.astimezone(clock.BANGKOK).date()
    if order.offer.trade_mode != "domestic":
        rate = reference.tax_on("vat_export", ORIGIN, on)
        if rate is None:
            return [_("Thai VAT on exports: unknown on %(day)s.") % {"day": day(on)}]
        return [
            _("Export: Thai VAT %(rate)s (%(source)s).")
            % {"rate": percent((rate.percent or Decimal(0)) / 100), "source": source_text(rate.source)}
        ]
    found = reference.domestic_taxes(ORIGIN, on).get(order.lot.listing.good)
    if found is None:
        return [_("Thai VAT on these goods: unknown on %(day)s.") % {"day": day(on)}]
    if found.charge.kind == "exempt":
        said = [
            _("Unprocessed farm produce: exempt from Thai VAT (%(source)s).")
            % {"source": source_text(found.charge.source)}
        ]
    else:
        said = [
            _("Thai VAT of %(rate)s where the seller is registered for it (%(source)s).")
            % {"rate": percent((found.charge.percent or Decimal(0)) / 100), "source": source_text(found.charge.source)}
        ]
    if found.registration_minor:
        said.append(
            _("A seller below %(limit)s a year need not register for VAT and issues no tax invoice (%(source)s).")
            % {"limit": money(found.registration_minor, "THB"), "source": source_text(found.registration_source)}
        )
    return said


def _tax_invoice(order: Any) -> dict[str, Any]:
    row = ledger.fee_papers_of(order.code).get("invoice")
    if row is None:
        raise Refused(NO_NUMBER)
    was = _("%(fee)s in the price of order %(order)s, at %(rate)s for ฿ 1") % {
        "fee": money(row.price_minor, row.price_currency), "order": order.code, "rate": f"{row.price_currency} {row.rate.normalize():f}",
    }  # fmt: skip
    columns = [_column(_("what"), wide=True), _column(_("amount"), numeric=True)]
    rows = [[{"text": _("Service of the hub"), "note": was}, money(row.net_minor, "THB")], _vat_row(row)]
    return {
        "title": paper_name(TAX_INVOICE), "subtitle": _english("Tax invoice for the hub's fee"), "number": row.code, "date": day(row.tax_point_on),
        "parties": _issuer_and_buyer(order),
        "facts": [_fact(_("Order"), order.code), _fact(_("Tax point"), day(row.tax_point_on))],
        "tables": [{"title": "", "columns": columns, "rows": rows, "foot": [[_("Total, tax included"), money(row.gross_minor, "THB")]]}],
        "notes": [_("The tax is in the fee: it was not added to the price of the order.")],
    }  # fmt: skip


def _vat_row(row: Any) -> list[Any]:
    said = _("VAT %(rate)s") % {"rate": percent(row.vat_percent / 100)}
    return [{"text": said, "note": source_text(row.vat_source)}, money(row.vat_minor, "THB")]


def _issuer_and_buyer(order: Any) -> list[dict[str, Any]]:
    issuer = settings.HUB_TAX_NUMBER or _("the hub's tax number is not set")
    lines = [settings.HUB_LEGAL_NAME or _("the hub"), issuer]
    return [{"label": _("Issued by"), "lines": lines}, _party(_("Buyer"), order.buyer)]


def _credit_note(order: Any) -> dict[str, Any]:
    """Return what the Revenue Code (section 86/10) wants on a credit note: the invoice, its value, the right one, the difference, why."""
    fee = ledger.fee_papers_of(order.code)
    if "credit" not in fee:
        raise Refused(NO_NUMBER)
    row, invoice = fee["credit"], fee["invoice"]
    net = row.net_minor or 0
    columns = [_column(_("what"), wide=True), _column(_("amount"), numeric=True)]
    rows: Sequence[Sequence[Any]] = [
        [_("Value on the tax invoice, without tax"), money(invoice.net_minor, "THB")],
        [_("Value that is right"), money((invoice.net_minor or 0) - net, "THB")],
        [_("Difference"), money(net, "THB")],
        _vat_row(row),
    ]
    return {
        "title": paper_name(CREDIT_NOTE), "subtitle": _english("Credit note for the hub's fee"), "number": row.code, "date": day(row.tax_point_on),
        "parties": _issuer_and_buyer(order),
        "facts": [
            _fact(_("Order"), order.code),
            _fact(_("Corrects tax invoice"), f"{invoice.code}, {day(invoice.tax_point_on)}"),
            _fact(_("Why"), _("a part of the fee went back to the buyer with his claim or return")),
        ],
        "tables": [{"title": "", "columns": columns, "rows": rows, "foot": [[_("Credited, tax included"), money(row.gross_minor, "THB")]]}],
        "notes": [_("What went back to the buyer was paid with the refund of his order: nothing more is paid by this paper.")],
    }  # fmt: skip
