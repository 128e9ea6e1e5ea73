"""What a registration asks, of whom, and in which order: rules without a database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from samphao.accounts.application_models import Application, ApplicationNumber

HOME = "TH"
FORMS = {
    "producer": ("person", "group", "community_enterprise", "cooperative", "sme"),
    "exporter": ("sme", "company", "cooperative"),
    "packing_house": ("sme", "company", "cooperative", "community_enterprise"),
    "buyer": ("person", "company"),
    "importer": ("company",),
}
AT_HOME = frozenset({"producer", "exporter", "packing_house"})
"""Who does this does it in Thailand: the country is not asked."""
SCHEMES = {
    "producer": ("otop", "farmer_register", "community_enterprise", "gap", "gi", "halal", "gacc", "dbd_online"),
    "exporter": ("exporter_customs", "gacc", "halal", "dbd_online"),
    "packing_house": ("doa_packing_house", "gacc_packing_house", "gacc", "halal"),
    "importer": ("gacc_importer",),
    "buyer": (),
}
CODE_OF_KIND = {"producer": "PRD", "exporter": "EXP", "packing_house": "PKH", "buyer": "BUY", "importer": "IMP"}
NUMBER = "number-"
GAP = "gap"
Numbers = Mapping[str, "ApplicationNumber"]


def identity_scheme(country: str, form: str) -> str:
    """Return the register that knows somebody of this form, empty for a group of people that no register need know."""
    if country == HOME:
        return {"person": "th_pin", "sme": "th_tin", "company": "dbd", "cooperative": "dbd", "community_enterprise": "community_enterprise"}.get(form, "")  # fmt: skip
    if form != "company":
        return ""
    return {"CN": "cn_uscc", "VN": "vn_mst"}.get(country, "tax_id")


def offered_schemes(kind: str, country: str, form: str) -> tuple[str, ...]:
    """Return the other registers that may know an applicant."""
    identity = identity_scheme(country, form)
    return tuple(scheme for scheme in SCHEMES.get(kind, ()) if scheme != identity)


def steps(row: Application, numbers: Numbers) -> list[str]:
    """Return the questions for an applicant, in their order; later ones depend on what was answered."""
    asked = ["kind"]
    if row.kind and row.kind not in AT_HOME:
        asked.append("country")
    asked += ["form", "name", "about"]
    if identity_scheme(row.country, row.legal_form):
        asked.append("identity")
    if offered := offered_schemes(row.kind, row.country, row.legal_form):
        asked.append("numbers")
        asked += [f"{NUMBER}{scheme}" for scheme in offered if scheme in numbers]
    asked += ["province", "district", "subdistrict", "street"] if row.country in ("", HOME) else ["street"]
    return [*asked, "contact", "documents"]


def is_answered(step: str, row: Application, numbers: Numbers) -> bool:
    if step == "identity":
        step = f"{NUMBER}{identity_scheme(row.country, row.legal_form)}"
    if step.startswith(NUMBER):
        held = numbers.get(step.removeprefix(NUMBER))
        return held is not None and bool(held.number)
    return bool(
        {
            "kind": row.kind, "country": row.country, "form": row.legal_form, "name": row.name_th or row.name_en or row.name_zh,
            "about": row.about, "numbers": row.has_named_schemes, "province": row.province_iso, "district": row.district_code,
            "subdistrict": row.subdistrict_code, "street": row.street and (row.post_code or row.country != HOME),
            "contact": row.contact_name and row.contact_phone, "documents": row.has_seen_documents,
        }[step]
    )  # fmt: skip


def can_start(step: str, row: Application) -> bool:
    """Whether a question can be asked yet: each of a few needs the answer before it."""
    needs = {
        "country": row.kind, "form": row.kind and row.country, "name": row.country, "identity": row.legal_form, "numbers": row.legal_form, "district": row.province_iso,
        "subdistrict": row.district_code, "street": row.subdistrict_code or row.country not in ("", HOME),
    }  # fmt: skip
    return bool(needs.get(step, True))


def open_steps(row: Application, numbers: Numbers) -> list[str]:
    """Return the questions that are not answered."""
    return [step for step in steps(row, numbers) if not is_answered(step, row, numbers)]


def schemes_asked(row: Application) -> set[str]:
    return {*offered_schemes(row.kind, row.country, row.legal_form), identity_scheme(row.country, row.legal_form)} - {
        ""
    }
