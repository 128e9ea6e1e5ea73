"""Shape the money desk: what differs, what nobody knows, what goes back, what was paid out; and the file for the bank."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from samphao.core import clock
from samphao.core.money import major
from samphao.payments.queries import BackToSend, Day, Difference, Exchange, Payout
from samphao.web.payments import method_name
from samphao.web.seller import movement_name
from samphao.web.sources import source_text
from samphao.web.templatetags.samphao import MISSING, day, moment, money, number, percent
from samphao.workflows.money_in import Suggestion
from samphao.workflows.statement_file import FileRow, StatementFile

BANK_COLUMNS = ("reference", "value_date", "amount", "currency", "bank", "account", "holder", "owner", "remittance")
Reconciled = tuple[str, Sequence[Day], Sequence[Difference]]


def page(
    methods: Sequence[Reconciled], lines: Sequence[Any], suggested: Mapping[int, Sequence[Suggestion]], back: Sequence[BackToSend], payouts: Sequence[Payout],
    exchanges: Sequence[Exchange], *, offered: Sequence[str], today: date,
) -> dict[str, Any]:  # fmt: skip
    faults = sum(len(found) for _method, _days, found in methods)
    return {
        "figures": [
            {"label": _("differences between statement and ledger"), "value": number(faults), "kind": "bad" if faults else "ok"},
            {"label": _("lines in suspense"), "value": number(len(lines)), "kind": "bad" if lines else "ok"},
            {"label": _("payments to send back"), "value": number(len(back)), "kind": "bad" if back else "ok"},
            {"label": _("payouts that came back"), "value": number(sum(row.is_returned for row in payouts))},
        ],
        "methods": [_method(*row) for row in methods],
        "lines": [_line(line, suggested.get(line.pk, ()), lines) for line in lines],
        "exchange_columns": [
            {"label": _("when"), "whole": True}, {"label": _("gave"), "numeric": True}, {"label": _("got"), "numeric": True}, {"label": _("rate"), "numeric": True},
            {"label": _("rate of the day"), "wide": True}, {"label": _("spread"), "numeric": True},
        ],
        "exchanges": [_exchange(row) for row in exchanges],
        "back": [_back(row) for row in back],
        "payout_columns": [
            {"label": _("payout"), "whole": True}, {"label": _("when"), "whole": True}, {"label": _("to"), "wide": True}, {"label": _("amount"), "numeric": True}, {"label": _("state")},
        ],
        "payouts": [_payout(row) for row in payouts],
        "paid": [(row.key, f"{row.code} · {row.owner} · {money(row.amount_minor, row.currency)}") for row in payouts if not row.is_returned],
        "makes_file": any(method != "simulator" for method in offered),
        "file_url": f"{reverse('bank_file')}?day={payouts[0].at.astimezone(clock.BANGKOK).date() if payouts else today}",
    }  # fmt: skip


def _method(method: str, days: Sequence[Day], faults: Sequence[Difference]) -> dict[str, Any]:
    return {
        "name": method_name(method),
        "is_sound": not faults,
        "fault_columns": [
            {"label": _("day"), "whole": True}, {"label": _("reference"), "wide": True}, {"label": _("the statement says"), "numeric": True}, {"label": _("the ledger says"), "numeric": True},
        ],
        "faults": [
            [day(row.on), {"text": row.reference or row.transfer_key, "note": movement_name(row.kind) if row.kind else ""}, _said(row.told_minor, row.currency), _said(row.booked_minor, row.currency)]
            for row in faults
        ],
        "day_columns": [
            {"label": _("day"), "whole": True}, {"label": _("currency")}, {"label": _("the statement says"), "numeric": True}, {"label": _("the ledger says"), "numeric": True},
            {"label": _("lines"), "numeric": True}, {"label": _("transfers"), "numeric": True},
        ],
        "days": [
            [day(row.on), row.currency, money(row.told_minor, row.currency), money(row.booked_minor, row.currency), number(row.lines), number(row.moves)]
            for row in days
        ],
    }  # fmt: skip


def _said(minor: int | None, currency: str) -> str:
    return MISSING if minor is None else money(minor, currency)


def _exchange(row: Exchange) -> list[Any]:
    known = {"text": f"{row.day.rate.normalize():f}", "note": source_text(row.day.source)} if row.day else _("unknown")
    spread = MISSING if row.spread is None else percent(row.spread, 2)
    sold, bought = money(row.sold.minor, row.sold.currency), money(row.bought.minor, row.bought.currency)
    return [moment(row.at), sold, bought, f"{row.rate:.6f}", known, spread]


def _line(line: Any, suggested: Sequence[Suggestion], lines: Sequence[Any]) -> dict[str, Any]:
    came = [
        row
        for row in lines
        if line.amount_minor < 0 < row.amount_minor and row.method == line.method and row.currency != line.currency
    ]
    return {
        "exchanged_for": [(row.pk, f"{money(row.amount_minor, row.currency)} · {moment(row.at)}") for row in came],
        "number": line.pk,
        "rows": [
            {"term": _("Came"), "value": f"{money(line.amount_minor, line.currency)} · {moment(line.at)}", "note": f"{method_name(line.method)} · {line.reference}"},
            {"term": _("From"), "value": line.payer or MISSING, "note": " · ".join(said for said in (line.ref1, line.ref2, line.note) if said)},
        ],
        "orders": [one.order for one in suggested],
        "told": ", ".join(_("%(order)s with a slip") % {"order": one.order} if one.has_slip else one.order for one in suggested),
        "proposed": suggested[0].order if suggested and (len(suggested) == 1 or sum(one.has_slip for one in suggested) == 1) else "",
        "came": line.amount_minor > 0,
    }  # fmt: skip


def _back(row: BackToSend) -> dict[str, Any]:
    return {
        "key": row.key,
        "rows": [
            {"term": _("Goes back"), "value": f"{money(row.amount_minor, row.currency)} · {moment(row.at)}", "note": row.reason},
            {"term": _("Paid as"), "value": row.paid_as or row.subject, "note": " · ".join(said for said in (method_name(row.method), row.payer) if said)},
        ],
    }  # fmt: skip


def _payout(row: Payout) -> list[Any]:
    tag = {"kind": "bad", "label": _("came back")} if row.is_returned else {"kind": "ok", "label": _("paid")}
    return [
        row.code,
        moment(row.at),
        {"text": row.owner, "note": row.reason},
        money(row.amount_minor, row.currency),
        {"tag": tag},
    ]


def bank_csv(rows: Sequence[Payout], accounts: Mapping[str, Any]) -> str:
    """Return payouts as the bank takes them: those that came back are left out; whose account is not known has empty cells."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(BANK_COLUMNS)
    for row in rows:
        if row.is_returned:
            continue
        to = accounts.get(row.owner)
        bank, account, holder = (to.bank, to.number, to.holder) if to else ("", "", "")
        writer.writerow(
            [
                row.code,
                f"{row.at.astimezone(clock.BANGKOK):%Y-%m-%d}",
                major(row.amount_minor, row.currency),
                row.currency,
                bank,
                account,
                holder,
                row.owner,
                row.code,
            ]
        )
    return out.getvalue()


def import_page(
    offered: Sequence[str], method: str, found: StatementFile | None = None, content: str = ""
) -> dict[str, Any]:
    faults = found.faults if found else ()
    return {
        "methods": [(one, method_name(one), one == method) for one in offered],
        "method": method,
        "method_name": method_name(method),
        "content": content,
        "is_preview": found is not None,
        "file_columns": list(FileRow.__dataclass_fields__),
        "errors": [{"message": str(fault)} for fault in faults[:50]],
        "has_faults": bool(faults),
        "has_rows": bool(found and found.rows),
        "columns": [
            {"label": _("row"), "numeric": True}, {"label": _("reference"), "wide": True}, {"label": _("amount"), "numeric": True}, {"label": _("what it does"), "wide": True},
        ],
        "rows": [
            [number(row.number), {"text": row.arrival.reference, "note": row.arrival.payer}, money(row.arrival.amount_minor, row.arrival.currency), {"tag": _does(row)}]
            for row in (found.rows if found else ())
        ],
    }  # fmt: skip


def _does(row: Any) -> dict[str, str]:
    if row.is_known:
        return {"kind": "idle", "label": _("was told before: nothing")}
    if row.sent:
        told = _("payout %(payout)s came back") if row.sent.came_back else _("is %(payout)s, which the hub sent")
        return {"kind": "warn" if row.sent.came_back else "ok", "label": told % {"payout": row.sent.name}}
    if row.order:
        return {"kind": "ok", "label": _("pays %(order)s") % {"order": row.order}}
    return {"kind": "warn", "label": _("waits in suspense")}
