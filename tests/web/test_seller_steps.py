"""The steps to a first export say what is done, what is open, and why a step cannot start yet."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from samphao.accounts.queries import PaperHeld
from samphao.web.seller import Standing, steps

GAP = PaperHeld("ORC-1", "AC 1", "valid", date(2027, 12, 31))
PIN = PaperHeld("th_pin", "1234545678781", "valid", None)


def lot(*, is_open: bool = False, sales: int = 0, is_weighed: bool = False, exporter: int | None = None) -> Any:
    gates = SimpleNamespace(all=lambda: [SimpleNamespace(gate="to_list", is_open=is_open)])
    found = SimpleNamespace(code="LOT-1", gates=gates, sales=sales, exporter_id=exporter)
    if is_weighed:
        found.ticket = object()
    return found


def states(*found: Any, papers: Any = (), orchards: Any = (), **standing: Any) -> list[str]:
    return [one["state"] for one in steps(found, papers, orchards, Standing(**{"may_act": True} | standing))]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([], "done todo todo todo later later later later"),
        ([lot()], "done todo todo done todo later later later"),
        ([lot(is_open=True, exporter=5)], "done todo done done done todo later later"),
        ([lot(is_open=True, exporter=5, sales=1)], "done todo done done done done todo later"),
        ([lot(is_open=True, exporter=5, sales=1, is_weighed=True)], "done todo done done done done done todo"),
    ],
)
def test_one_step_opens_the_next(found: list[Any], expected: str) -> None:
    assert states(*found, papers=[PIN]) == expected.split()


def test_all_done_is_all_done() -> None:
    found = lot(is_open=True, exporter=5, sales=1, is_weighed=True)
    assert set(states(found, papers=[PIN], orchards=[GAP], has_the_rest=True)) == {"done"}


def test_an_agreement_with_an_exporter_is_a_step_done() -> None:
    assert states(papers=[PIN], has_exporter=True)[2] == "done"


@pytest.mark.parametrize(
    ("registration", "state", "hint"),
    [
        ("waiting", "todo", "sent; the hub's people look at it"), ("asked", "wrong", "the hub's people ask you something"), ("draft", "todo", ""),
    ],
)  # fmt: skip
def test_who_is_not_let_in_reads_what_everything_waits_for(registration: str, state: str, hint: str) -> None:
    found = steps([], [], [], Standing(may_act=False, registration=registration))
    assert (found[0]["state"], found[0]["hint"], found[0]["url"]) == (state, hint, "/register/")
    assert [one["state"] for one in found[2:4]] == ["later", "later"]
    assert {one["hint"] for one in found[2:4]} == {"first the hub's people approve your registration"}
    assert all(one["hint"] for one in found if one["state"] == "later")


def test_who_was_let_in_reads_which_numbers_still_wait() -> None:
    papers = [PIN, PaperHeld("otop", "1", "pending", None), PaperHeld("gap", "2", "pending", None)]
    found = steps([], papers, [], Standing(may_act=True, registration="approved"))
    assert (found[0]["state"], found[0]["hint"]) == ("done", "2 numbers wait to be confirmed")
    assert (found[1]["state"], found[1]["label"]) == ("todo", "being looked at")


def test_an_organisation_that_the_hub_registered_is_known_by_a_valid_number_alone() -> None:
    expired = PaperHeld("otop", "1", "expired", None)
    assert states(papers=[expired])[0] == "todo"
    assert states(papers=[PIN])[0] == "done"
