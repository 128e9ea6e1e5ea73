"""Words and shapes of registering: questions, registers, what was answered, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from samphao.accounts.queries import Checked, Question, ToldNumber
from samphao.reference.queries import province_names, thai_address
from samphao.web.templatetags.samphao import country_name, day, in_language_plain, language, moment, number

NUMBER = "number-"


def kind_name(kind: str) -> str:
    return {
        "producer": _("Sell what we grow or make ourselves"), "exporter": _("Sell abroad for others, as exporter"),
        "packing_house": _("Receive and pack fruit, as packing house"), "buyer": _("Buy"), "importer": _("Bring goods in for buyers, as importer of record"),
    }[kind]  # fmt: skip


def form_name(form: str) -> str:
    return {
        "person": _("One person or family"), "group": _("A community group without a number of its own"), "community_enterprise": _("A registered community enterprise"),
        "cooperative": _("A cooperative"), "sme": _("A small firm or shop"), "company": _("A company"),
    }[form]  # fmt: skip


def scheme_name(scheme: str) -> str:
    return {
        "th_pin": _("Thai personal number"), "th_tin": _("Thai tax number"), "dbd": _("Juristic number (DBD)"), "cn_uscc": _("Unified social credit code"),
        "vn_mst": _("Vietnamese tax number (MST)"), "tax_id": _("Tax number"), "community_enterprise": _("Community enterprise number"), "otop": _("OTOP number"),
        "farmer_register": _("Number in the farmer register"), "gap": _("GAP number of the orchard"), "gi": _("Geographical indication (GI)"),
        "halal": _("Halal certificate"), "gacc": _("GACC number of a food producer"), "dbd_online": _("DBD Registered, for selling online"),
        "exporter_customs": _("Exporter's number at Thai Customs"), "doa_packing_house": _("DOA number of the packing house"),
        "gacc_packing_house": _("GACC number of the packing house"), "gacc_importer": _("GACC number of the importer"),
    }[scheme]  # fmt: skip


def title_of(step: str, identity: str = "") -> str:
    """Return the question of a step; `identity` is the register that must know the applicant."""
    if step == "identity":
        return scheme_name(identity) if identity else _("Your number")
    if step.startswith(NUMBER):
        return scheme_name(step.removeprefix(NUMBER))
    return {
        "kind": _("What do you want to do here?"), "country": _("In which country are you?"), "form": _("Who are you?"), "name": _("What are you called?"),
        "about": _("What do you grow, make, sell or buy?"), "numbers": _("Which of these do you have?"), "province": _("In which province?"), "district": _("In which district?"),
        "subdistrict": _("In which sub-district?"), "street": _("What is the address?"), "contact": _("Whom can we ask?"), "documents": _("Which papers can you show?"),
    }[step]  # fmt: skip


def why_of(step: str) -> str:
    """Return why a question is asked, or nothing where that is plain."""
    if step.startswith(NUMBER):
        return _("Copy it from your paper. The hub's people look it up.")
    return {
        "kind": _("Choose the first that fits; you can register for something else later."), "name": _("Buyers see this name."),
        "about": _("A sentence in your own words. Only the hub's people read it."), "identity": _("Only the hub's people and you see it."),
        "numbers": _("Choose none if you have none."), "contact": _("Only the hub's people see this."),
        "documents": _("A photo of the paper is enough. You can go on without and send them when somebody asks."),
        "province": _("Where your goods come from; pages show the province, not the address."),
    }.get(step, "")  # fmt: skip


def needs(step: str) -> str:
    """Return why a question cannot be asked yet."""
    return {
        "country": _("first say what you want to do"), "form": _("first say what you want to do"), "name": _("first say what you want to do"), "identity": _("first say who you are"),
        "numbers": _("first say who you are"), "district": _("first choose the province"), "subdistrict": _("first choose the district"),
        "street": _("first choose the sub-district"),
    }.get(step, "")  # fmt: skip


def tasks(questions: Iterable[Question], identity: str) -> list[dict[str, Any]]:
    """Return the questions as a task list: answered, open, or not to be asked yet and why."""
    return [
        {
            "title": title_of(question.step, identity), "url": reverse("register_step", args=[question.step]), "id": f"task-{question.step}",
            "state": "done" if question.is_answered else "todo" if question.can_start else "later",
            "hint": "" if question.can_start or question.is_answered else needs(question.step),
        }
        for question in questions
    ]  # fmt: skip


def number_tag(checked: Checked) -> dict[str, str]:
    if checked.is_sound is None:
        return {"kind": "plain", "label": _("format not checked")}
    if checked.is_sound:
        return {"kind": "ok", "label": _("written rightly")}
    return {"kind": "bad", "label": _("cannot be right")}


def time_text(told: ToldNumber) -> str:
    if told.valid_from and told.valid_to:
        return _("%(first)s to %(last)s") % {"first": day(told.valid_from), "last": day(told.valid_to)}
    if told.valid_to:
        return _("valid to %(day)s") % {"day": day(told.valid_to)}
    return _("valid from %(day)s") % {"day": day(told.valid_from)} if told.valid_from else ""


def _number_row(step: str, told: ToldNumber | None, identity: str) -> dict[str, Any]:
    notes = [time_text(told), number_tag(told.checked)["label"]] if told else []
    if told and told.trees:
        notes.append(_("%(area)s rai, %(trees)s trees") % {"area": number(told.area_rai), "trees": number(told.trees)})
    return {
        "term": title_of(step, identity), "value": told.number if told else "", "note": " · ".join(filter(None, notes)),
    }  # fmt: skip


def answers(row: Any, steps: Sequence[str], numbers: Sequence[ToldNumber], identity: str) -> list[dict[str, Any]]:
    """Return what was answered, question by question, without the ways back."""
    told = {one.scheme: one for one in numbers}
    places = place_names(row)
    values = {
        "kind": kind_name(row.kind) if row.kind else "", "country": country_name(row.country) if row.country else "",
        "form": form_name(row.legal_form) if row.legal_form else "", "name": " · ".join(filter(None, (row.name_th, row.name_en, row.name_zh))),
        "about": row.about, "street": " ".join(filter(None, (row.street, row.post_code))),
        "contact": " · ".join(filter(None, (row.contact_name, row.contact_phone))),
    }  # fmt: skip
    rows = []
    for step in steps:
        if step == "identity" or step.startswith(NUMBER):
            shown = _number_row(step, told.get(identity if step == "identity" else step.removeprefix(NUMBER)), identity)
        elif step == "numbers":
            others = [scheme_name(one.scheme) for one in numbers if one.scheme != identity]
            shown = {"term": title_of(step), "value": ", ".join(others) or _("none")}
        elif step in ("province", "district", "subdistrict"):
            shown = {"term": title_of(step), "value": places.get(step, "")}
        elif step == "documents":
            continue
        else:
            shown = {"term": title_of(step), "value": values[step]}
        rows.append({**shown, "step": step})
    return rows


def with_ways_back(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "url": reverse("register_step", args=[row["step"]])} for row in rows]


def place_names(row: Any) -> dict[str, str]:
    """Return the names of an applicant's province, district and sub-district in the page's language."""
    provinces = {one.code_iso: in_language_plain(one) for one in province_names()} if row.province_iso else {}
    found = {"province": provinces.get(row.province_iso, "")}
    if row.subdistrict_code and (address := thai_address(row.subdistrict_code)):
        found |= {"district": place_name(address.district), "subdistrict": place_name(address.subdistrict)}
    return found


def place_name(place: Any) -> str:
    """Return a district's name: Thai, or in other languages its Latin letters beside the Thai, which a driver can read."""
    return str(place.name_th) if language() == "th" else f"{place.name_th} ({place.name_en})"


def state_tag(state: str) -> dict[str, str]:
    return {
        "draft": {"kind": "idle", "label": _("not sent yet")}, "waiting": {"kind": "info", "label": _("being looked at")},
        "asked": {"kind": "warn", "label": _("you are asked")}, "approved": {"kind": "ok", "label": _("approved")},
        "refused": {"kind": "bad", "label": pgettext("registration", "refused")},
    }[state]  # fmt: skip


def history(entries: Iterable[Any]) -> list[dict[str, Any]]:
    """Return what was said, as steps of a road."""
    names = {
        "sent": _("Sent"), "answered": _("Sent again"), "asked": _("The hub's people asked"), "approved": _("Approved"), "refused": pgettext("registration", "Refused"),
        "confirmed": _("Numbers confirmed"),
    }  # fmt: skip
    rows = [
        {"state": "done", "at": entry.at, "when": moment(entry.at), "title": names[entry.what], "text": entry.text}
        for entry in entries
    ]
    return [*rows[:-1], {**rows[-1], "state": "now"}] if rows else []
