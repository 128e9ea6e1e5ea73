"""A user's own orders, on the reference network and on a timetable of his own."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from samphao.core.errors import BadRows, HubError, Refused
from samphao.reference import services as reference
from samphao.workflows import own_plan

pytestmark = pytest.mark.django_db
FOLDER = Path(__file__).parents[2] / "examples" / "own-plan"
ORDERS = "order,origin,destination,good,kg,ready_at,due_at,m3\n"
SERVICES = "service,origin,destination,departs_at,arrives_at,equipment,price,currency,containers,loose_price_m3,loose_m3,container_m3,container_kg\n"
IN_MAY = "2026-05-04T18:00:00+07:00,2026-05-15T18:00:00+07:00"
SHIP = "2026-05-05T06:00:00+07:00,2026-05-11T20:00:00+07:00"


@pytest.fixture(autouse=True)
def _reference_rows() -> None:
    reference.publish()


def write(folder: Path, orders: str, services: str) -> tuple[Path, Path]:
    (folder / "orders.csv").write_text(ORDERS + orders, encoding="utf-8")
    (folder / "services.csv").write_text(SERVICES + services, encoding="utf-8")
    return folder / "orders.csv", folder / "services.csv"


def test_the_examples_are_planned_near_the_best_on_their_own_timetable(tmp_path: Path) -> None:
    own = own_plan.make(FOLDER / "orders.csv", FOLDER / "services.csv", keep_good=False, seed=1)
    own_plan.write(own, tmp_path / "plan")
    told = json.loads((tmp_path / "plan" / "plan.json").read_text(encoding="utf-8"))
    assert told["unserved"] == []
    assert told["above_best"] <= 0.02
    assert told["lower_bound"] <= told["cost"] + 0.01
    assert {"prices", "fares", "needs", "mass_share"} == set(told["certificate"])
    with (FOLDER / "services.csv").open(encoding="utf-8") as file:
        offered = {row["service"] for row in csv.DictReader(file)}
    with (tmp_path / "plan" / "loads.csv").open(encoding="utf-8-sig") as file:
        used = {row["service"].rsplit(" ", 2)[0] for row in csv.DictReader(file)}
    assert used <= offered
    assert "those of services.csv" in own.summary
    assert "estimates" not in own.summary


def test_without_a_timetable_the_reference_network_is_used() -> None:
    own = own_plan.make(FOLDER / "orders.csv", keep_good=False, seed=1)
    assert own.planned.verdict.above_best <= 0.02
    assert "rests on estimates" in own.summary


def test_a_container_of_ones_own_size_is_bought_at_ones_own_price(tmp_path: Path) -> None:
    orders = (
        f"one,Chanthaburi,Guangzhou,durian-fresh,9000,{IN_MAY},\ntwo,Rayong,Guangzhou,durian-fresh,1000,{IN_MAY},\n"
    )
    services = f"ship,THLCH,Guangzhou,{SHIP},reefer,1000,CNY,1,,,40,10000\n"
    own = own_plan.make(*write(tmp_path, orders, services), keep_good=False, seed=1)
    assert own.planned.verdict.boxes == 1
    assert own.planned.verdict.cost == pytest.approx(1000 / 0.2190, abs=0.01)
    assert [load.cells[3] for load in own_plan._loads(own)] == ["THLCH"]
    assert own_plan._loads(own)[0].cells[-1] == 1.0


def test_loose_space_is_sold_as_far_as_it_goes_and_who_finds_no_service_stays_behind(tmp_path: Path) -> None:
    orders = (
        f"loose,Chanthaburi,Guangzhou,durian-fresh,300,{IN_MAY},1\ntoo-much,Chanthaburi,Guangzhou,durian-fresh,3000,{IN_MAY},10\n"
        f"elsewhere,Chanthaburi,Kunming,durian-fresh,300,{IN_MAY},1\n"
    )
    services = f"ship,Chanthaburi,Guangzhou,{SHIP},reefer,60000,THB,0,2000,2,,\ndry,Chanthaburi,Kunming,{SHIP},dry,60000,THB,1,,,,\n"
    own = own_plan.make(*write(tmp_path, orders, services), keep_good=False, seed=1)
    behind = {own.shipments[item.order].order_code: item.reason.name for item in own.planned.solved.unserved}
    assert behind == {"too-much": "CAPACITY", "elsewhere": "NO_ROUTE"}
    assert "left behind: too-much" in own.summary


def test_faults_of_both_files_are_told_together_with_row_column_and_mend(tmp_path: Path) -> None:
    orders = f"one,Chanthaburi,Guangzhou,durian-fresh,900,{IN_MAY},-1\n"
    services = (
        f"ship,Chantaburi,Gwangzhou,{SHIP},freezer,60000,XYZ,2,,5,,\n"
        "back,Chanthaburi,Guangzhou,2026-05-11T20:00:00+07:00,2026-05-05T06:00:00+07:00,dry,0,THB,-1,,,0,\n"
        f"ship,Chanthaburi,Guangzhou,{SHIP},dry,60000,THB,two,,,,\n"
        f"ship,Chanthaburi,Guangzhou,{SHIP},dry,60000,THB,2,,,,\n"
        f"ship,Chanthaburi,Guangzhou,{SHIP},dry,50000,THB,1,,,,\n"
        "bare,Chanthaburi,Guangzhou,2026-05-05T06:00:00,2026-05-11T20:00:00+07:00,dry,60000,THB,2,,,,\n"
    )
    with pytest.raises(BadRows) as caught:
        own_plan.make(*write(tmp_path, orders, services), keep_good=False, seed=1)
    told = [(fault.file, fault.row, fault.column) for fault in caught.value.faults]
    assert sorted(told) == sorted(
        [
            ("orders.csv", 2, "m3"),
            *[("services.csv", 2, column) for column in ("origin", "destination", "equipment", "currency", "loose_m3")],
            *[("services.csv", 3, column) for column in ("arrives_at", "price", "containers", "container_m3")],
            ("services.csv", 4, "containers"),
            ("services.csv", 6, "service"),
            ("services.csv", 7, "departs_at"),
        ]
    )
    origin = next(fault for fault in caught.value.faults if fault.column == "origin")
    assert "near it: `Chanthaburi`" in origin.wrong
    assert all(fault.mend for fault in caught.value.faults)


def test_good_rows_are_planned_and_the_others_listed_when_asked(tmp_path: Path) -> None:
    orders = f"one,Chanthaburi,Guangzhou,durian-fresh,900,{IN_MAY},\ntwo,Chanthaburi,Nowhere at all,durian-fresh,900,{IN_MAY},\n"
    services = (
        f"ship,Chanthaburi,Guangzhou,{SHIP},reefer,60000,THB,2,,,,\nbad,Atlantis,Guangzhou,{SHIP},dry,1,THB,2,,,,\n"
    )
    own = own_plan.make(*write(tmp_path, orders, services), keep_good=True, seed=1)
    assert [shipment.order_code for shipment in own.shipments] == ["one"]
    assert [(fault.file, fault.row) for fault in own.left_out] == [("orders.csv", 3), ("services.csv", 3)]
    assert own.summary.count("left out:") == 2


def test_a_missing_or_empty_timetable_is_told_and_nothing_is_planned(tmp_path: Path) -> None:
    orders, services = write(tmp_path, f"one,Chanthaburi,Guangzhou,durian-fresh,900,{IN_MAY},\n", "")
    with pytest.raises(BadRows, match="no service stands below the header"):
        own_plan.make(orders, services, keep_good=False, seed=1)
    with pytest.raises(BadRows, match="the file is missing"):
        own_plan.make(orders, tmp_path / "nowhere.csv", keep_good=False, seed=1)
    with pytest.raises(BadRows, match="the file is missing"):
        own_plan.make(orders, tmp_path / "nowhere.csv", keep_good=True, seed=1)


def test_every_wrong_name_and_empty_cell_of_a_row_is_told_at_its_column(tmp_path: Path) -> None:
    orders, _ = write(
        tmp_path, f"one,Chantaburi,Kunmin,durain,900,{IN_MAY},\n,,Kunming,durian-fresh,900,{IN_MAY},\n", ""
    )
    with pytest.raises(BadRows) as caught:
        own_plan.make(orders, keep_good=False, seed=1)
    told = {(fault.row, fault.column): fault.wrong for fault in caught.value.faults}
    assert list(told) == [(2, "origin"), (2, "destination"), (2, "good"), (3, "order"), (3, "origin")]
    assert told[3, "origin"] == "the cell is empty"


def test_where_nothing_is_left_to_plan_the_faults_are_the_answer(tmp_path: Path) -> None:
    orders, _ = write(tmp_path, f"one,Chanthaburi,Kunming,durian-fresh,much,{IN_MAY},\n", "")
    with pytest.raises(BadRows, match="`much` cannot be read"):
        own_plan.make(orders, keep_good=True, seed=1)
    orders, _ = write(tmp_path, "", "")
    with pytest.raises(BadRows, match="no order stands below the header"):
        own_plan.make(orders, keep_good=True, seed=1)


def test_a_day_without_rates_of_exchange_is_told_with_the_days_that_have_them(tmp_path: Path) -> None:
    late = IN_MAY.replace("2026-05", "2026-12")
    orders, _ = write(tmp_path, f"one,Chanthaburi,Kunming,durian-fresh,900,{late},\n", "")
    with pytest.raises(
        Refused, match="no exchange rate of USD is known on 4 Dec 2026; rates are published for 1 Apr 2026"
    ):
        own_plan.make(orders, keep_good=False, seed=1)


def test_the_cost_says_what_of_it_is_for_orders_that_stay_behind(tmp_path: Path) -> None:
    orders, _ = write(tmp_path, f"one,Chanthaburi,Bangkok,durian-fresh,900,{IN_MAY},1\n", "")
    told = own_plan.make(orders, keep_good=False, seed=1).summary
    assert "1 order, 0.9 t, in 0 containers" in told
    assert "of it for what stays  THB        60,000" in told
    assert "left behind: one: no service leads from where it is brought to its destination" in told


def test_nothing_is_left_of_a_plan_that_cannot_be_written(tmp_path: Path) -> None:
    orders, _ = write(tmp_path, f"one,Chanthaburi,Kunming,durian-fresh,900,{IN_MAY},\n", "")
    own = own_plan.make(orders, keep_good=False, seed=1)
    (tmp_path / "plan").write_text("a file of mine", encoding="utf-8")
    with pytest.raises(HubError, match="is a file: name a folder by --out"):
        own_plan.write(own, tmp_path / "plan")
    (tmp_path / "out" / "plan.json").mkdir(parents=True)  # a folder stands where a file must go
    (tmp_path / "out" / "plan.json" / "mine").write_text("mine", encoding="utf-8")
    with pytest.raises(HubError, match="cannot be written"):
        own_plan.write(own, tmp_path / "out")
    assert not (tmp_path / "out.part").exists()
