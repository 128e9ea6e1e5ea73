"""The house stands as the design draws it: imports and foreign keys go down, engines stay pure, texts stay clean."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).parents[2]
FLOORS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]["layers"]
RANK = {app.strip(): -floor for floor, apps_of_floor in enumerate(FLOORS) for app in apps_of_floor.split("|")}


def tracked() -> list[Path]:
    """Return the files that a clone would hold."""
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / line for line in done.stdout.split("\n") if line]


def test_imports_go_down_only() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_no_contract_has_an_exception() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    assert not [contract["name"] for contract in settings["contracts"] if contract.get("ignore_imports")]


def test_foreign_keys_go_down_only() -> None:
    upward = []
    for model in apps.get_models():
        here = model._meta.app_label
        for field in model._meta.get_fields():
            if field.is_relation and field.concrete and field.related_model:
                there = field.related_model._meta.app_label
                if there != here and here in RANK and there in RANK and RANK[there] >= RANK[here]:
                    upward.append(f"{model._meta.label}.{field.name} -> {there}")
    assert upward == []


def test_every_app_of_ours_has_a_floor() -> None:
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("samphao.")}
    assert ours <= set(RANK)


def test_no_drawer_for_everything() -> None:
    drawers = {"utils.py", "helpers.py", "manager.py", "common.py", "misc.py"}
    assert [path for path in tracked() if path.name in drawers] == []


def test_no_address_of_a_registry_or_a_machine_stands_in_the_repository() -> None:
    halves = [
        ("py", r"pi\.org"),
        ("python", "hosted"),
        ("npm", r"js\."),
        ("deb", r"\.debian"),
        ("unp", r"kg\.com"),
        ("jsde", "livr"),
        ("/ro", "ot/"),
    ]
    forbidden = re.compile("|".join(first + second for first, second in halves), re.IGNORECASE)
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        found += [f"{path.name}:{number}" for number, line in enumerate(text.split("\n"), 1) if forbidden.search(line)]
    assert found == []


def test_models_and_migrations_agree() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run", "--settings", "samphao.config.settings"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
