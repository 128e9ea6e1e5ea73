"""The made instances, planned, written, read again and checked."""

from __future__ import annotations

import csv
import json

import pytest
from engines.consolidation.worlds import checked

from samphao.bench import plan as bench
from samphao.bench.consolidation_files import read_instance, write_instance
from samphao.bench.instances import PROFILES, make_instance
from samphao.engines.consolidation import BadRowsError, DiveParams, PlanParams, solve
from samphao.engines.consolidation.branch import BranchParams

QUICK = PlanParams(
    paths_per_commodity=6, density_scans=2, density_classes=2, branch=BranchParams(departures_max=0),
    dive=DiveParams(share=0.5),
)  # fmt: skip


@pytest.mark.parametrize("profile", PROFILES)
def test_a_made_instance_is_planned_feasibly_and_near_its_bound(profile):
    instance = make_instance(profile, 300, 5)
    plan = solve(instance, QUICK)
    verdict = checked(instance, plan)
    assert verdict.faults == ()
    assert verdict.unserved == 0
    assert 0 <= verdict.gap < 0.25


def test_the_seed_decides_the_instance():
    one, same, other = (make_instance("lanes", 50, seed) for seed in (1, 1, 2))
    assert one.orders.volume_m3.tolist() == same.orders.volume_m3.tolist()
    assert one.orders.volume_m3.tolist() != other.orders.volume_m3.tolist()


def test_an_unknown_profile_is_refused():
    with pytest.raises(ValueError, match="lanes"):
        make_instance("boats", 5, 1)


def test_the_benchmark_reads_plans_writes_and_prints_its_figures(tmp_path, capsys):
    write_instance(tmp_path / "in", make_instance("lanes", 120, 3))
    assert bench.main(["--data", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert set(figures) == {
        "orders", "departures", "boxes", "seconds", "lower_bound", "cost", "gap", "unserved"
    }  # fmt: skip
    with (tmp_path / "out" / "assignments.csv").open() as file:
        assert len(list(csv.DictReader(file))) == figures["orders"] == 120
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "assignments.csv", "boxes.csv", "certificate.csv"
    ]  # fmt: skip


def test_an_instance_is_read_as_it_was_written(tmp_path):
    made = make_instance("trucks", 40, 3)
    write_instance(tmp_path, made)
    read = read_instance(tmp_path)
    assert read.orders.volume_m3.tolist() == made.orders.volume_m3.tolist()
    assert read.departures.box_cost.tolist() == made.departures.box_cost.tolist()


def test_a_bad_file_is_refused_by_row(tmp_path, capsys):
    write_instance(tmp_path, make_instance("lanes", 3, 1))
    text = (tmp_path / "orders.csv").read_text().splitlines()
    text[2] = text[2].replace("O0000001", "O0000000").rsplit(",", 1)[0] + ",maybe"
    (tmp_path / "orders.csv").write_text("\n".join(text))
    with pytest.raises(BadRowsError, match="orders row 2: cold must be 0 or 1"):
        read_instance(tmp_path)
    assert bench.main(["--data", str(tmp_path)]) == 2
    assert "row 2" in capsys.readouterr().err
