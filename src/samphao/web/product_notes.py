"""Shape a producer's tasks: what went wrong with a lot, by when it is to be mended, and the lot that mends it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from samphao.web.cards import unit_count
from samphao.web.claims_page import wrong_name
from samphao.web.records import record_url
from samphao.web.templatetags.samphao import day, in_language_plain, kg, number


def note_text(note: Any) -> str:
    lot = note.lot
    if note.kind == "rejects":
        return _("%(bad)s of %(all)s were turned away when it was graded.") % {"bad": kg(note.bad), "all": kg(note.of)}
    if note.kind == "label":
        return _("A mark was missing on the cartons: %(rule)s.") % {"rule": note.wrong}
    values = {"bad": number(note.bad), "all": unit_count(int(note.of), lot.unit), "wrong": wrong_name(note.wrong)}
    return _("A buyer was refunded: %(bad)s of %(all)s, %(wrong)s.") % values


def items(notes: Sequence[Any], lots: Sequence[Any], today: date) -> list[dict[str, Any]]:
    return [
        {
            "id": note.pk, "text": note_text(note), "lot": note.lot.code, "goods": in_language_plain(note.lot.listing, "title"), "listing": note.lot.listing.code,
            "source": note.source if record_url(note.source) else "", "source_url": record_url(note.source),
            "noted": day(note.noted_at), "tag": _tag(note, today), "done": note.done_lot and note.done_lot.code,
            "done_url": reverse("lot", args=[note.done_lot.code]) if note.done_lot else "",
            "choices": [
                {"code": lot.code, "label": f"{lot.code} · {in_language_plain(lot.listing, 'title')}"}
                for lot in lots
                if lot.pk != note.lot_id and lot.harvest_from >= note.lot.harvest_from
            ],
        }
        for note in notes
    ]  # fmt: skip


def tasks(notes: Sequence[Any], today: date) -> list[dict[str, Any]]:
    """Return notes as rows of a task list, each with its day and the way to what is said of it."""
    return [
        {
            "id": f"mend-{note.pk}", "title": in_language_plain(note.lot.listing, "title"), "hint": f"{note.lot.code}: {note_text(note)}",
            "url": f"{reverse('product_notes')}#note-{note.pk}", "state": "done" if note.done_at else "todo", **_tag(note, today),
        }
        for note in notes
    ]  # fmt: skip


def listing_notes(notes: Sequence[Any], today: date) -> list[list[Any]]:
    """Return a listing's notes as rows of a table: what was wrong with which lot, and the lot that does better."""
    return [
        [
            {"text": note.lot.code, "url": reverse("own_lot", args=[note.lot.code])}, note_text(note), {"tag": _tag(note, today)},
            {"text": note.done_lot.code, "url": reverse("own_lot", args=[note.done_lot.code])} if note.done_lot else "",
        ]
        for note in notes
    ]  # fmt: skip


def _tag(note: Any, today: date) -> dict[str, str]:
    if note.done_at:
        return {"kind": "ok", "label": _("done")}
    due = day(note.due_on)
    if note.due_on < today:
        return {"kind": "bad", "label": _("was due %(on)s") % {"on": due}}
    return {"kind": "warn", "label": _("due %(on)s") % {"on": due}}
