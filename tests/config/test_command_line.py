"""What the command line says: prices and refusals in a hundred columns, lists of faults, the trial balance."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from django.db import OperationalError, ProgrammingError
from typer.testing import CliRunner

from samphao import cli
from samphao.config import answers, doctor, processes
from samphao.config.screen import COLUMNS, listed, trial_balance
from samphao.core.errors import BadRows, Fault, HubError, NotFound
from samphao.payments.types import Balance, LedgerCheck
from samphao.reference import services as reference
from samphao.workflows.season import season

CHANTHABURI_KUNMING = ("Chanthaburi", "Kunming")


@pytest.fixture
def rates() -> None:
    reference.publish()


def price(
    *,
    to: str = "Kunming",
    good: str = "durian-fresh",
    on: str = "2026-04-24",
    mode: str = "general",
    start: str = "Chanthaburi",
) -> None:
    answers.price(start, to, "72", good, "165", on, mode, None)


def narrow(text: str) -> bool:
    return all(len(line) <= COLUMNS for line in text.split("\n"))


@pytest.mark.django_db
def test_a_price_adds_up_in_a_hundred_columns(rates: None, capsys: pytest.CaptureFixture[str]) -> None:
    price()
    told = capsys.readouterr().out
    assert narrow(told)
    assert told.startswith(
        "72 kg of Durian, fresh from Chanthaburi to Kunming; trade mode general; rates of 24 Apr 2026\n"
    )
    amounts = [
        float(line[22:36].replace(",", "")) for line in told.split("\n") if line[34:35].isdigit() and line[2:4].strip()
    ]
    assert amounts[-1] == pytest.approx(sum(amounts[:-1]), abs=0.001)
    assert "3,070.98  CNY · 42.65 / kg = 21.33 / 斤 (500 g)" in told


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "said", "mend"),
    [
        ({"to": "Bangkok"}, "this place is in Thailand", "Ask again with --mode domestic."),
        ({"mode": "domestic"}, "This place is abroad", "Ask again without --mode."),
        ({"on": "2026-11-24"}, "No exchange rate is known for this day", "Ask for another day with --on, from 2026-04-01 to 2026-06-30."),
        ({"mode": "post"}, "China lets no fresh fruit in by post.", "Give a tariff with --post-tariff FILE"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_is_missing_and_which_option_helps(
    rates: None, asked: dict[str, str], said: str, mend: str
) -> None:
    with pytest.raises(HubError) as caught:
        price(**asked)
    told = str(caught.value)
    assert said in told
    assert mend in told
    assert narrow(told)


@pytest.mark.django_db
def test_without_a_rate_nothing_is_said_of_what_follows_from_it(rates: None) -> None:
    with pytest.raises(HubError) as caught:
        price(on="2026-11-24")
    assert "No transport" not in str(caught.value)
    with pytest.raises(HubError) as caught:
        price(mode="post", good="celadon")
    assert "Postage" not in str(caught.value)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"start": "chantaburi"}, "there is no province named `chantaburi`; near it: `Chanthaburi`"),
        ({"to": "Kunmin"}, "there is no city named `Kunmin`; near it: `Kunming"),
        ({"good": "durain"}, "there is no good named `durain`; near it: "),
        ({"start": "Qqqq"}, "write one such as Chanthaburi, จันทบุรี or 尖竹汶府"),
    ],
)
def test_a_name_that_nothing_has_leads_to_near_ones(rates: None, asked: dict[str, str], said: str) -> None:
    with pytest.raises(NotFound) as caught:
        price(**asked)
    assert said in str(caught.value)
    assert asked.get("good") is None or "`durian-fresh`" in str(caught.value)


@pytest.mark.django_db
def test_a_quote_names_places_and_a_day_without_rates(rates: None, capsys: pytest.CaptureFixture[str]) -> None:
    answers.quote(*CHANTHABURI_KUNMING, 500, "durian-fresh", "2026-04-24T18:00+07:00")
    told = capsys.readouterr().out
    assert narrow(told)
    assert "ready 24 Apr 2026 18:00 (Bangkok)" in told
    assert "Mohan" in told
    assert "CNMHN" not in told
    with pytest.raises(
        HubError,
        match="no exchange rate of USD is known on 24 Nov 2026; rates are published for 1 Apr 2026 to 30 Jun 2026",
    ):
        answers.quote(*CHANTHABURI_KUNMING, 500, "durian-fresh", "2026-11-24")
    with pytest.raises(HubError, match="--at `tomorrow` cannot be read: write 2026-04-24"):
        answers.quote(*CHANTHABURI_KUNMING, 500, "durian-fresh", "tomorrow")


def test_a_list_of_faults_says_that_nothing_was_written_and_ends() -> None:
    faults = tuple(Fault("orders.csv", row, "kg", "`much` cannot be read", "Write a number") for row in range(2, 102))
    told = listed(faults, "--keep-good plans the other rows.").split("\n")
    assert told[0] == "100 things to mend, nothing was written:"
    assert told[-2:] == ["  and 60 more", "  --keep-good plans the other rows."]
    whole = listed(
        (Fault("orders.csv", 0, "", "the file is missing", "Put it there"),), "--keep-good plans the other rows."
    )
    assert whole == "1 thing to mend, nothing was written:\n  orders.csv: the file is missing. Put it there"


def test_the_trial_balance_is_in_whole_units_of_its_currency() -> None:
    balances = (Balance("held", "CNY", 1_234_567, 1_234_567), Balance("bank", "JPY", 5_000, 5_000))
    told = trial_balance(LedgerCheck(balances, 2, 4, ()))
    assert "  CNY       held                               12,345.67             12,345.67" in told
    assert "  JPY       bank                                   5,000                 5,000" in told
    assert told.endswith("\nsound: every transfer sums to zero, every balance equals its entries")
    wrong = trial_balance(LedgerCheck(balances, 2, 4, ("transfer A is off by CNY 0.01",)))
    assert "WRONG: transfer A is off by CNY 0.01" in wrong
    assert "NOT sound" in wrong


def test_a_port_in_use_is_told_and_one_that_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "is_free", lambda port: port != 8156)
    with pytest.raises(processes.CannotServe, match="port 8156 is in use"):
        processes.require_free(8155)
    told = {name: found for _ok, name, found, _mend in ports()}
    assert set(told.values()) == {"free"}
    monkeypatch.setattr(processes, "is_free", lambda _port: False)
    assert {found for _ok, _name, found, _mend in ports()} == {"in use"}
    assert CliRunner().invoke(cli.app, ["up", "--port", "99999"]).exit_code == 2


def ports() -> Iterator[tuple[bool, str, str, str]]:
    return (row for row in doctor.ports())


def test_a_benchmark_that_does_not_exist_is_named() -> None:
    told = CliRunner().invoke(cli.app, ["bench", "nix"])
    assert told.exit_code == 2
    assert "there is no benchmark named `nix`" in told.output


def test_a_season_is_read_before_anything_is_forgotten(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no folder"):
        season.check(tmp_path / "none")
    with pytest.raises(BadRows):
        season.check(tmp_path)
    season.check(Path(__file__).parents[2] / "examples" / "season")


def test_errors_become_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit), cli.told_errors():
        raise HubError("--kg is a mass above zero, such as 500")
    assert capsys.readouterr().err == "samphao: --kg is a mass above zero, such as 500\n"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OperationalError("connection failed: refused\nIs it running?"), "the database cannot be reached: connection failed: refused."),
        (ProgrammingError('relation "payments_entry" does not exist'), "the database has no tables yet: run `samphao demo`"),
    ],
)  # fmt: skip
def test_a_database_that_cannot_be_used_is_told_in_a_sentence(
    error: Exception, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit), cli.told_errors():
        raise error
    assert said in capsys.readouterr().err
    with pytest.raises(ZeroDivisionError), cli.told_errors():
        raise ZeroDivisionError
