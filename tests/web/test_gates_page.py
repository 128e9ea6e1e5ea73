"""The page of a lot shows its gates check by check, in the reader's language, and its pictures to those who handle it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override
from PIL import Image
from worlds import judged_lot
from worlds.judged_lot import CUT_ON, LOT, OPENS_AT

from samphao.accounts.models import Membership, Organisation, User
from samphao.core import clock, events, files
from samphao.trade import services
from samphao.trade.models import Lot
from samphao.trade.types import TestResult
from samphao.web.gates import found_text, gate_rows
from samphao.workflows import turning_away

TODAY = date(2026, 5, 20)


def finding(**more: Any) -> dict[str, Any]:
    return {
        "rule": "r", "name_en": "A rule", "name_th": "กฎ", "name_zh": "规则", "found": "", "is_met": True, "source": "A short source",
        "valid_from": None, "found_on": None, "changes_on": None, "either": "",
    } | more  # fmt: skip


def row(*findings: dict[str, Any], sent: tuple[str, ...] = ("general",), **more: Any) -> dict[str, Any]:
    state = SimpleNamespace(
        **{
            "gate": "to_load", "is_open": True, "passed_on": None, "next_due_on": None, "decided_at": OPENS_AT, "trade_mode": "general",
            "findings": list(findings),
        } | more
    )  # fmt: skip
    with override("en"):
        return gate_rows([state], SimpleNamespace(harvest_to=TODAY - timedelta(days=1)), "Kunming", sent, TODAY)[0]


def test_each_check_is_a_line_with_its_word_reason_dates_and_source() -> None:
    long = (
        "A protocol of two countries on the inspection and the quarantine of fruit that is carried through third countries; "
        * 2
    )
    shown = row(
        finding(found="not_detected", found_on="2026-05-11"),
        finding(is_met=False, found="expired", changes_on="2026-06-01", source=long, valid_from="2025-01-10"),
        finding(is_met=None),
        is_open=False,
    )
    assert (shown["state"], shown["label"], shown["is_unfolded"]) == ("bad", "closed", True)
    assert shown["summary"] == "1 of 3 checks met"
    met, unmet, unknown = shown["checks"]
    assert (met["label"], met["found"], met["dates"]) == ("met", "not detected", "found on 11\u00a0May\u00a02026")
    assert (unmet["label"], unmet["dates"], unmet["is_long"]) == ("not met", "may change on 1\u00a0Jun\u00a02026", True)
    assert unmet["source"].endswith("in force since 10\u00a0Jan\u00a02025")
    assert (unknown["label"], unknown["kind"], unknown["is_long"]) == ("not known yet", "idle", False)


def test_an_alternative_that_another_one_answers_is_not_asked() -> None:
    shown = row(finding(either="maturity"), finding(either="maturity", is_met=False))
    assert [check["label"] for check in shown["checks"]] == ["met", "not needed"]
    assert (shown["summary"], shown["state"]) == ("1 of 1 check met", "ok")
    both = row(finding(either="maturity", is_met=None), finding(either="maturity", is_met=False), is_open=False)
    assert [check["label"] for check in both["checks"]] == ["not known yet", "not met"]


def test_a_gate_says_what_became_of_it() -> None:
    assert row(passed_on=date(2026, 5, 4))["when"] == "Passed on 4\u00a0May\u00a02026."
    assert row(finding(changes_on="2026-05-23"), next_due_on=date(2026, 5, 23))["label"] == "open, due soon"
    assert row(sent=())["when"] == "Nothing of this lot was sent to Kunming in this way."
    assert row(finding(is_met=False), sent=(), is_open=False)["label"] == "closed", "it was not sent because it may not"
    assert row()["summary"] == "Nothing is asked here."


@pytest.mark.parametrize(
    ("found", "thai"),
    [
        ("suspended", "ถูกระงับ"),
        ("2026-05-06", "6\u00a0พ.ค.\u00a02569"),
        ("30.70", "30.7"),
        ("QP-1 (+2)", "QP-1 (+2)"),
        ("", ""),
    ],
)
def test_what_was_found_is_said_in_the_reader_s_language(found: str, thai: str) -> None:
    with override("th"):
        assert found_text(found) == thai


def signed_in(organisation: str, kind: str = "buyer") -> Client:
    party, _ = Organisation.objects.get_or_create(
        code=organisation, defaults={"kind": kind, "legal_form": "person", "country": "CN"}
    )
    user, _ = User.objects.get_or_create(username=organisation)
    Membership.objects.get_or_create(user=user, organisation=party)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


@pytest.mark.django_db
def test_the_page_of_a_failed_lot_shows_the_check_that_it_failed(clock_reset: None) -> None:
    judged_lot.make()
    services.record_tests([TestResult(LOT, "lab", CUT_ON, "detected", Decimal("0.011"))])
    events.deliver()
    turning_away.turn_away_failing_lots()
    clock.move_to(OPENS_AT + timedelta(days=40))
    page = Client(headers={"accept-language": "en"}).get(f"/market/{LOT}/?to=KMG").content.decode()
    checks = re.findall(r"<li><div>(.*?)</div><span>(.*?)</span></li>", page, re.DOTALL)
    failed = [name for name, tag in checks if "not met" in tag]
    assert len(failed) == 2, "at the gate to load, and at the gate to list that it shut"
    assert all("Basic Yellow 2 not detected" in name and "<strong" in name for name in failed)


@pytest.mark.django_db
def test_pictures_of_a_lot_are_for_those_who_handle_it(clock_reset: None) -> None:
    judged_lot.make()
    picture = BytesIO()
    Image.new("RGB", (40, 30), "#8a9a3b").save(picture, "JPEG")
    kept = files.store(picture.getvalue(), "orchard.jpg", subject=LOT, kind="photo", by="somchai")
    address = f"/market/{LOT}/"
    shown = signed_in("somchai").get(address).content.decode()
    assert f"/files/{kept.code}/" in shown
    assert 'enctype="multipart/form-data"' in shown, "the grower may add a photo"
    for client in (signed_in("anong"), Client()):
        page = client.get(address).content.decode()
        assert kept.code not in page
        assert "Pictures and reports" not in page


@pytest.mark.django_db
def test_a_lot_with_many_loads_costs_as_many_queries_as_one(
    clock_reset: None, django_assert_max_num_queries: Any
) -> None:
    judged_lot.make()
    for number in range(1, 8):
        judged_lot.load_it(number, order=f"SO-{number}")
    assert Lot.objects.filter(code=LOT).exists()
    with django_assert_max_num_queries(12):
        Client().get(f"/market/{LOT}/")
