"""Shape the pages of paying and of being paid."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import segno
from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samphao.core.dates import month_in
from samphao.core.money import major
from samphao.payments.adapters import bank_transfer, promptpay, simulator
from samphao.payments.adapters.simulator import Payer
from samphao.trade.types import OrderDue
from samphao.web.seller import movement_name
from samphao.web.templatetags.samphao import in_language_plain, language, moment, money
from samphao.workflows.seller_statement import MonthStatement
from samphao.workflows.ways_to_pay import BALANCE, DEPOSIT, PartDue, Way

MONTHS_BACK = 24


def method_name(method: str) -> str:
    return {
        simulator.METHOD: _("Simulator bank"), promptpay.METHOD: _("PromptPay"), bank_transfer.METHOD: _("Bank transfer"),
    }.get(method, method)  # fmt: skip


def pay_page(
    order: Any, due: OrderDue, ways: Sequence[Way], paid: Sequence[Any], part: PartDue, *, is_simulated: bool
) -> dict[str, Any]:
    return {
        "rest": money(part.rest_minor, due.currency) if due.waits and part.came_minor else "",
        "part": part_text(part, due) if due.waits else "",
        "order": order,
        "title": in_language_plain(order.lot.listing, "title"),
        "amount": money(part.price_minor, due.currency),
        "until": moment(due.hold_expires_at),
        "waits": due.waits,
        "ways": [_way(way, due) for way in ways],
        "has_no_way": due.waits and not ways,
        "is_simulated": is_simulated and due.waits,
        "hows": [(how.value, how_name(how)) for how in Payer] if is_simulated else [],
        "columns": [{"label": _("when"), "whole": True}, {"label": _("what came"), "numeric": True}, {"label": _("paid with"), "wide": True}, {"label": _("state")}],
        "payments": [_payment(row) for row in paid],
    }  # fmt: skip


def part_text(part: PartDue, due: OrderDue) -> str:
    """Say which of a pre-order's two payments this is."""
    if part.kind == DEPOSIT:
        rest = money(due.amount_minor - due.deposit_minor, due.currency)
        return _("This is the deposit. The balance of %(rest)s is paid later: its day stands with the order.") % {
            "rest": rest
        }
    return _("This is the balance: the deposit has come.") if part.kind == BALANCE else ""


def _way(way: Way, due: OrderDue) -> dict[str, Any]:
    rows = [{"term": _("Amount"), "value": money(way.amount.minor, way.amount.currency), "note": _rate(way)}]
    if way.method == bank_transfer.METHOD:
        rows.append({"term": _("To this account"), "value": settings.BANK_ACCOUNT})
    rows.append(
        {"term": _("Reference 1"), "value": way.ref1, "note": _("it says which order you pay: write it exactly so")}
    )
    if way.code:
        rows.append({"term": _("Reference 2"), "value": way.ref2})
    return {
        "name": method_name(way.method),
        "rows": rows,
        "picture": qr_svg(way.code, _("Code to pay %(amount)s for order %(order)s") % {"amount": money(way.amount.minor, way.amount.currency), "order": due.code})
        if way.code else "",
        "is_simulated": way.method == simulator.METHOD,
        "takes_slip": way.method == bank_transfer.METHOD,
        "slips": f"{reverse('order', args=[due.code])}#slips",
    }  # fmt: skip


def _rate(way: Way) -> str:
    if way.rate is None:
        return ""
    return _("at %(rate)s for ฿ 1, the rate of the price (%(source)s); no spread is added here, a wallet may add its own") % {
        "rate": f"{way.price.currency} {way.rate.normalize():f}", "source": way.rate_source,
    }  # fmt: skip


def qr_svg(text: str, label: str) -> SafeString:
    """Draw a code as SVG, black on white in dark pages too: cameras want it so."""
    drawn = segno.make(text, error="m", micro=False).svg_inline(
        scale=4, border=4, dark="#000", light="#fff", title=label
    )
    return mark_safe(drawn)  # noqa: S308 segno escapes the title


def how_name(how: Payer) -> str:
    return {
        Payer.PAYS: _("pays as asked"), Payer.TWICE: _("pays twice"), Payer.SHORT: _("pays a tenth too little"), Payer.MUCH: _("pays a tenth too much"),
        Payer.OTHER_CURRENCY: _("pays in another currency"), Payer.LOST: _("pays, and the bank's message is lost"),
        Payer.REPEATED: _("pays, and the bank's message comes twice"),
    }[how]  # fmt: skip


def _payment(row: Any) -> list[Any]:
    with_what = method_name(row.method)
    if row.payer_app:
        with_what += f" · {row.payer_app}"
    took = (
        _("took %(amount)s at %(rate)s for ฿ 1")
        % {"amount": money(row.payer_minor, row.payer_currency), "rate": f"{row.payer_rate.normalize():f}"}
        if row.payer_rate and row.payer_minor
        else ""
    )
    return [
        moment(row.received_at),
        money(row.amount_minor, row.currency),
        {"text": with_what, "note": took},
        {"tag": payment_tag(row)},
    ]


def payment_tag(row: Any) -> dict[str, str]:
    if row.state == row.State.RETURNED:
        return {"kind": "idle", "label": _("went back")}
    if row.applied_at is None:
        return {"kind": "warn", "label": _("waits for the rest")}
    if row.refunded_minor:
        return {
            "kind": "info",
            "label": _("%(amount)s went back") % {"amount": money(row.refunded_minor, row.currency)},
        }
    return {"kind": "ok", "label": _("pays the order")}


def month_asked(text: str, today: date) -> date:
    """Return the first day of the month that was asked for, `2026-05`, else of this one."""
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", text)
    return date(int(found[1]), int(found[2]), 1) if found else today.replace(day=1)


def statement_page(found: MonthStatement, first_day: date, currencies: Sequence[str], today: date) -> dict[str, Any]:
    statement, currency = found.statement, found.statement.currency
    return {
        "month": month_in(language(), first_day),
        "months": [(f"{one:%Y-%m}", month_in(language(), one), one == first_day) for one in _months(today, first_day)],
        "currencies": [(code, code == currency) for code in currencies],
        "currency": currency,
        "csv": f"{reverse('statement')}?month={first_day:%Y-%m}&currency={currency}&as=csv",
        "figures": [
            {"label": _("yours at the beginning"), "value": money(statement.opening_minor, currency)},
            {"label": _("became yours"), "value": money(sum(row.amount_minor for row in statement.rows if row.amount_minor > 0), currency)},
            {"label": _("was sent or taken back"), "value": money(sum(row.amount_minor for row in statement.rows if row.amount_minor < 0), currency)},
            {"label": _("yours at the end"), "value": money(statement.closing_minor, currency)},
        ],
        "columns": [
            {"label": _("when"), "whole": True}, {"label": _("what"), "wide": True}, {"label": _("lot"), "whole": True}, {"label": _("orders"), "wide": True},
            {"label": _("amount"), "numeric": True}, {"label": _("yours then"), "numeric": True},
        ],
        "rows": [
            [
                moment(one.row.at), {"text": movement_name(one.row.kind), "note": one.row.memo}, subject_of(one.row.kind, one.row.subject), orders_text(one.orders),
                money(one.row.amount_minor, currency), money(one.row.balance_minor, currency),
            ]
            for one in found.movements
        ],
    }  # fmt: skip


ORDERS_NAMED = 3


def orders_text(orders: Sequence[str]) -> str:
    """Name the first orders of a movement, and how many more there are; all stand in the CSV."""
    named, more = ", ".join(orders[:ORDERS_NAMED]), len(orders) - ORDERS_NAMED
    return _("%(orders)s and %(n)s more") % {"orders": named, "n": more} if more > 0 else named


def subject_of(kind: str, subject: str) -> str:
    """Return the lot or order of a movement; those of a whole account have none to show."""
    return "" if ":" in subject or kind in ("kept back", "fee tax", "fee tax back") else subject


def statement_csv(found: MonthStatement) -> str:
    """Return a statement as CSV: amounts in whole units with a point, times with their zone, every order named."""
    statement, currency = found.statement, found.statement.currency
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["at", "movement", "lot", "orders", "note", "amount", "balance", "currency"])
    writer.writerow(
        [statement.first.isoformat(), "opening", "", "", "", "", major(statement.opening_minor, currency), currency]
    )
    for one in found.movements:
        row = one.row
        writer.writerow(
            [row.at.isoformat(), row.kind, subject_of(row.kind, row.subject), " ".join(one.orders), _harmless(row.memo), major(row.amount_minor, currency), major(row.balance_minor, currency), currency]
        )  # fmt: skip
    writer.writerow(
        [statement.until.isoformat(), "closing", "", "", "", "", major(statement.closing_minor, currency), currency]
    )
    return out.getvalue()


def _harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text


def _months(today: date, shown: date) -> list[date]:
    found, month = [], today.replace(day=1)
    for _number in range(MONTHS_BACK):
        found.append(month)
        month = (month - timedelta(days=1)).replace(day=1)
    return found if shown in found else [*found, shown]


class PayeeForm(forms.Form):
    bank = forms.CharField(
        label=gettext_lazy("Bank"), help_text=gettext_lazy("Its three digits at the Bank of Thailand, such as 004, or its BIC"),
        validators=[RegexValidator(r"^(\d{3}|[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?)$", gettext_lazy("Write three digits such as 004, or a BIC such as KASITHBK."))],
    )  # fmt: skip
    number = forms.CharField(
        label=gettext_lazy("Account number"), validators=[RegexValidator(r"^[A-Z0-9]{6,34}$", gettext_lazy("Write digits alone, without blanks and strokes."))],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    holder = forms.CharField(
        label=gettext_lazy("Name of the account"), max_length=120, help_text=gettext_lazy("As the bank has it")
    )


def payee_initial(known: Any) -> dict[str, str]:
    """Return what a form begins with; the number is typed anew, so that a page left open shows none."""
    return {"bank": known.bank, "holder": known.holder} if known else {}
