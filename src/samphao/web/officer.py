"""Shape the officer's desk and a declaration: the queue with its reasons, papers that are there or missing, the decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from samphao.customs import queries as customs
from samphao.customs.queries import StateCount
from samphao.customs.types import Decision
from samphao.web.reasons import leading, missing_text, reason_text
from samphao.web.sources import source_text
from samphao.web.stored_texts import stored_text
from samphao.web.templatetags.samphao import (
    MISSING,
    country_name,
    in_language_plain,
    kg,
    moment,
    money,
    money_whole,
    number,
    percent,
)
from samphao.web.tower import equipment_name, mode_name, node_name

RISK_KINDS = {"paper-missing": "bad", "permit-missing": "bad", "packing-house-not-valid": "bad", "random": "info"}
BY_RULES = "rules of the lane"
STATES = ("control", "documents_asked", "held", "draft", "released")


class DecisionForm(forms.Form):
    """What the officer decides, and why: the reason is kept with the declaration and shown to the exporter."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        widget=forms.RadioSelect,
        choices=[
            (Decision.RELEASE.value, gettext_lazy("Release")),
            (Decision.ASK_DOCUMENTS.value, gettext_lazy("Ask for documents")),
            (Decision.HOLD.value, gettext_lazy("Hold")),
        ],
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("A sentence that the exporter can act on. It is kept with your name."),
        widget=forms.Textarea(attrs={"rows": 3}),
        min_length=10,
        max_length=1000,
    )


def state_tag(state: str) -> dict[str, str]:
    kind, label = {
        "draft": ("idle", _("draft")),
        "submitted": ("info", pgettext("declaration", "submitted")),
        "accepted": ("info", pgettext("declaration", "accepted")),
        "documents_asked": ("warn", _("documents asked for")),
        "control": ("warn", _("waits for an officer")),
        "released": ("ok", _("released")),
        "held": ("bad", _("held")),
        "rejected": ("bad", _("rejected")),
        "cleared": ("ok", _("cleared")),
        "withdrawn": ("idle", _("withdrawn")),
    }[state]
    return {"kind": kind, "label": label}


def lane_tag(lane: str) -> dict[str, str] | str:
    if not lane:
        return _("not yet")
    return {"kind": "ok", "label": _("green line")} if lane == "green" else {"kind": "bad", "label": _("red line")}


def office_names(offices: Iterable[Any]) -> str:
    """Return whose desk it is; nobody's own is that of the hub, which sees every office."""
    return ", ".join(in_language_plain(office) for office in offices) or _("Every customs office, to look at")


def desk_figures(counts: Sequence[StateCount]) -> list[dict[str, Any]]:
    exports = [row for row in counts if row.kind == "export"]

    def total(**wanted: str) -> int:
        return sum(row.count for row in exports if all(getattr(row, key) == value for key, value in wanted.items()))

    red, every = total(lane="red"), sum(row.count for row in exports)
    waiting = total(state="control")
    return [
        {"label": _("wait for an officer"), "value": number(waiting), "kind": "bad" if waiting else "ok"},
        {"label": _("wait for documents"), "value": number(total(state="documents_asked"))},
        {"label": _("held"), "value": number(total(state="held"))},
        {"label": _("on the green line"), "value": percent(total(lane="green") / every if every else None, 1)},
        {"label": _("looked at"), "value": number(red), "note": _("%(number)s of them by chance") % {"number": number(sum(row.random for row in exports))}},
    ]  # fmt: skip


def queue_items(rows: Iterable[Any], names: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the exceptions of the desk: a declaration with its reasons, value, and how long it has waited."""
    items = []
    for row in rows:
        first = row.reasons[0] if row.reasons else {"rule": ""}
        hard = [reason_text(reason, names) for reason in leading(row.reasons)]
        goods = ", ".join(in_language_plain(item, "description") for item in row.items.all())
        items.append(
            {
                "kind": RISK_KINDS.get(first["rule"], "warn"), "label": _("score %(score)s") % {"score": row.score}, "reference": row.code,
                "url": reverse("declaration", args=[row.code]), "text": "; ".join(dict.fromkeys(hard)) or "–",
                "options": f"{goods} · {money_whole(row.customs_value_minor, row.currency)} · {in_language_plain(row.exporter)}",
                "owner": _("waits since %(at)s") % {"at": moment(row.submitted_at)}, "due": _("leaves %(at)s") % {"at": moment(row.departs_at)},
            }
        )  # fmt: skip
    return items


def count_rows(counts: Sequence[StateCount]) -> list[list[Any]]:
    kinds = {"export": _("export"), "import": _("import")}
    return [
        [
            kinds[row.kind],
            {"tag": lane_tag(row.lane)} if row.lane else lane_tag(""),
            {"tag": state_tag(row.state)},
            number(row.count),
        ]
        for row in counts
    ]


def count_columns() -> list[dict[str, Any]]:
    return [
        {"label": _("kind")},
        {"label": _("line")},
        {"label": _("state")},
        {"label": _("declarations"), "numeric": True},
    ]


def rule_rows(rules: Iterable[tuple[Mapping[str, Any], int]]) -> list[list[Any]]:
    return [
        [
            {"text": in_language_plain(rule), "url": f"{reverse('officer')}?{urlencode({'rule': rule['rule']})}#all"},
            number(rule["weight"]),
            number(count),
            source_text(rule["source"]),
        ]
        for rule, count in rules
    ]


def rule_columns() -> list[dict[str, Any]]:
    return [
        {"label": _("reason"), "wide": True},
        {"label": _("weight"), "numeric": True},
        {"label": _("declarations"), "numeric": True},
        {"label": _("source"), "wide": True},
    ]


def tabs(chosen: str, counts: Sequence[StateCount], text: str) -> list[dict[str, Any]]:
    sums: dict[str, int] = {}
    for row in counts:
        if row.kind == "export":
            sums[row.state] = sums.get(row.state, 0) + row.count
    base = {"q": text} if text else {}
    items = [
        {
            "label": _("All"),
            "url": f"?{urlencode(base)}#all",
            "current": not chosen,
            "count": number(sum(sums.values())),
        }
    ]
    items += [
        {
            "label": state_tag(state)["label"],
            "url": f"?{urlencode({**base, 'state': state})}#all",
            "current": chosen == state,
            "count": number(sums.get(state, 0)),
        }
        for state in STATES
    ]
    return items


def declaration_columns() -> list[dict[str, Any]]:
    return [
        {"label": _("declaration"), "whole": True},
        {"label": _("state")},
        {"label": _("exporter"), "wide": True},
        {"label": _("to")},
        {"label": _("value"), "numeric": True},
        {"label": _("score"), "numeric": True},
        {"label": _("leaves"), "whole": True},
    ]


def declaration_row(row: Any, cities: Mapping[str, str]) -> list[Any]:
    return [
        {"text": row.code, "url": reverse("declaration", args=[row.code])},
        {"tag": state_tag(row.state)},
        in_language_plain(row.exporter),
        cities.get(row.destination, row.destination),
        money_whole(row.customs_value_minor, row.currency),
        number(row.score),
        moment(row.departs_at),
    ]


def declaration_page(
    row: Any, cities: Mapping[str, str], names: Mapping[str, Any], *, may_decide: bool
) -> dict[str, Any]:
    is_import = row.kind == "import"
    items, documents = list(row.items.all()), list(row.documents.all())
    return {
        "declaration": row,
        "is_import": is_import,
        "title": _("Import declaration") if is_import else _("Export declaration"),
        "route": f"{in_language_plain(row.exporter)} → {in_language_plain(row.importer)}, {cities.get(row.destination, row.destination)}",
        "tag": state_tag(row.state),
        "line": lane_tag(row.lane) if row.lane else None,
        "may_decide": may_decide and not is_import and row.state in ("control", "documents_asked", "held"),
        "decision": _decision(row),
        "rows": _party_rows(row),
        "transport": _transport_rows(row),
        "reason_columns": [{"label": _("reason")}, {"label": _("weight"), "numeric": True}, {"label": _("source"), "wide": True}],
        "reasons": [
            [reason_text(reason, names), number(reason["weight"]), source_text(reason["source"])]
            for reason in row.reasons
        ],
        "item_columns": _item_columns(is_import=is_import),
        "items": [_item_row(item, names, is_import=is_import) for item in items],
        "item_foot": _item_foot(items, row, is_import=is_import),
        "paper_columns": [{"label": _("paper")}, {"label": _("state")}, {"label": _("number"), "whole": True}, {"label": _("needed because"), "wide": True}, {"label": _("source"), "wide": True}],
        "papers": [_paper_row(paper, names) for paper in documents],
        "papers_missing": sum(not paper.is_present for paper in documents),
        "inspection": _inspection_rows(row) if is_import else [],
        "history_columns": [{"label": _("when"), "whole": True}, {"label": _("who")}, {"label": _("what")}, {"label": _("reason"), "wide": True}],
        "history": [_history_row(entry) for entry in customs.history_of(row.code)],
    }  # fmt: skip


def _decision(row: Any) -> dict[str, str] | None:
    if not row.decided_at:
        return None
    return {
        "by": _("the rules of the line") if row.decided_by == BY_RULES else stored_text(row.decided_by),
        "at": moment(row.decided_at),
        "reason": _(row.decision_reason),
    }


def _party_rows(row: Any) -> list[dict[str, Any]]:
    rows = [
        {"term": _("Exporter of record"), "value": in_language_plain(row.exporter), "note": row.exporter.code},
        {"term": _("Importer of record"), "value": in_language_plain(row.importer), "note": row.importer.code},
        {"term": _("Office"), "value": in_language_plain(row.office), "note": source_text(row.office.source)},
        {"term": _("Origin and destination"), "value": f"{country_name(row.origin_country)} → {country_name(row.destination_country)}"},
        {"term": _("Customs value"), "value": money(row.customs_value_minor, row.currency), "note": _("CIF at the place of entry") if row.kind == "import" else _("FOB at the exit; inland carriage by the plan is an estimate")},
        {"term": _("Submitted"), "value": moment(row.submitted_at) if row.submitted_at else _("not yet: papers are missing")},
    ]  # fmt: skip
    if row.kind == "import":
        rows += [
            {"term": _("Duty"), "value": money(row.duty_minor, row.currency)},
            {"term": _("VAT"), "value": money(row.vat_minor, row.currency), "note": _("collected with the orders, at the price to the door")},
        ]  # fmt: skip
    return rows


def _transport_rows(row: Any) -> list[dict[str, Any]]:
    return [
        {"term": _("Consignment"), "value": row.consignment_code},
        {"term": _("Load"), "value": row.load_code},
        {
            "term": _("Means of transport"),
            "value": mode_name(row.transport_mode),
            "note": equipment_name(row.transport_means.partition(" · ")[0]),
        },
        {"term": _("Container"), "value": row.container_number or _("shared container")},
        {"term": _("Seal"), "value": row.seal_number},
        {"term": _("Enters by"), "value": node_name(row.entry_node)},
        {"term": _("Leaves"), "value": moment(row.departs_at)},
        {"term": _("Enters, by the plan"), "value": moment(row.enters_at)},
    ]


def _item_columns(*, is_import: bool) -> list[dict[str, Any]]:
    columns: list[dict[str, Any]] = [
        {"label": _("no."), "numeric": True},
        {"label": _("goods")},
        {"label": _("HS code"), "whole": True},
        {"label": _("packages"), "numeric": True},
        {"label": _("net mass"), "numeric": True},
        {"label": _("gross mass"), "numeric": True},
        {"label": _("value"), "numeric": True},
    ]
    if is_import:
        return [*columns, {"label": _("duty"), "numeric": True}, {"label": _("VAT"), "numeric": True}]
    return [*columns, {"label": _("preference")}, {"label": _("lots"), "wide": True}]


def _item_row(item: Any, names: Mapping[str, Any], *, is_import: bool) -> list[Any]:
    line = f"{item.hs6[:4]}.{item.hs6[4:]}"
    row = [
        number(item.number),
        in_language_plain(item, "description"),
        {"text": line, "note": _("tariff line %(line)s") % {"line": item.tariff_line} if item.tariff_line else _("national line not known")},
        number(item.packages),
        kg(item.net_mass_kg),
        kg(item.gross_mass_kg),
        money(item.value_minor, item.currency),
    ]  # fmt: skip
    if is_import:
        return [*row, money(item.duty_minor, item.currency), money(item.vat_minor, item.currency)]
    preference = in_language_plain(names[item.preference]) if item.preference in names else item.preference
    return [*row, preference or _("none claimed"), ", ".join(item.lot_codes)]


def _item_foot(items: Sequence[Any], row: Any, *, is_import: bool) -> list[Any]:
    value = sum(item.value_minor for item in items)
    foot: list[Any] = [
        "", _("Together"), "", number(sum(item.packages for item in items)), kg(sum(item.net_mass_kg for item in items)),
        kg(sum(item.gross_mass_kg for item in items)), money(value, row.currency),
    ]  # fmt: skip
    return (
        [*foot, money(row.duty_minor, row.currency), money(row.vat_minor, row.currency)]
        if is_import
        else [*foot, "", ""]
    )


def _paper_row(paper: Any, names: Mapping[str, Any]) -> list[Any]:
    tag = (
        {"kind": "ok", "label": pgettext("a paper", "there")}
        if paper.is_present
        else {"kind": "bad", "label": pgettext("a paper", "missing")}
    )
    return [
        {"text": in_language_plain(paper), "note": stored_text(paper.issuer)},
        {"tag": tag},
        paper.number or {"text": MISSING, "note": missing_text(paper.missing_because, names)},
        stored_text(paper.needed_because),
        source_text(paper.source),
    ]


def _inspection_rows(row: Any) -> list[dict[str, Any]]:
    inspection = getattr(row, "inspection", None)
    if inspection is None:
        return []
    return [
        {"term": _("Inspected by"), "value": stored_text(inspection.inspector), "note": source_text(inspection.source)},
        {"term": _("Sample"), "value": _("taken") if inspection.is_sampled else _("not taken")},
        {"term": _("Found"), "value": _(inspection.finding) if inspection.finding else _("nothing")},
        {"term": _("From"), "value": moment(inspection.started_at)},
        {"term": _("To"), "value": moment(inspection.ended_at)},
        *(
            {"term": _("Drawn from permit"), "value": kg(draw.kg), "note": draw.permit.number}
            for draw in row.draws.all()
        ),
    ]


def _history_row(entry: Any) -> list[Any]:
    actions = {
        "customs.release": _("released"), "customs.ask_documents": _("asked for documents"), "customs.hold": _("held"),
        "customs.paper_came": _("paper came"),
    }  # fmt: skip
    text = entry.detail.get("reason") or f"{entry.detail.get('document', '')} {entry.detail.get('number', '')}".strip()
    return [
        moment(entry.at),
        stored_text(entry.actor),
        actions.get(entry.action, entry.action),
        _(text) if text else "–",
    ]
