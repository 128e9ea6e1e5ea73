"""What the documents say is so: commands, settings, pages, benchmarks, sessions, links and versions."""

from __future__ import annotations

import csv
import doctest
import importlib
import pkgutil
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import typer
from django.urls import URLPattern
from PIL import Image

import samphao
from samphao import bench as bench_package
from samphao.cli import app

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
CODE_SPAN = re.compile(r"`([^`\n]+)`")
FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^(?: {4}|\t)(.*)$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
VARIABLE = re.compile(r"\b(SAMPHAO_[A-Z_]+[A-Z]|DATABASE_URL|DJANGO_SETTINGS_MODULE|UV_SYSTEM_CERTS)\b")
SAID_COMMAND = re.compile(r"(?<![\w./-])(?:\.venv/bin/)?samphao ((?:[a-z]+|[A-Z]+)(?: [a-z]+| [A-Z]+)?)")
SAID_TARGET = re.compile(r"(?<![\w-])make ([a-z]+)")


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def in_code(page: Path) -> str:
    """Return the parts of a page that are set as code, where a command is meant as one."""
    text = read(page)
    blocks = [body for _, body in FENCED.findall(text)]
    rest = FENCED.sub("", text)
    return "\n".join([*blocks, *INDENTED.findall(rest), *CODE_SPAN.findall(rest)])


def commands(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every command of the command line by its full name; a group holds `commands`, whichever click made it."""
    for word, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, f"{name} {word}".strip())
    if not hasattr(command, "commands"):
        yield name, command


COMMANDS = dict(commands(typer.main.get_command(app)))
BENCHES = {
    module.NAME
    for found in pkgutil.iter_modules(bench_package.__path__)
    if hasattr(module := importlib.import_module(f"samphao.bench.{found.name}"), "NAME")
}
TARGETS = set(re.findall(r"^([a-z]+):.*## ", read(ROOT / "Makefile"), re.MULTILINE))
CODE_FILES = [
    path
    for folder in ("src", "tests", "scripts", ".ci")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.is_file() and path != Path(__file__) and (path.suffix == ".py" or folder in ("scripts", ".ci"))
] + [ROOT / "Makefile"]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_and_option_is_described(name: str) -> None:
    page = read(DOCS / "reference" / "commands.md")
    assert f"`samphao {name}`" in page
    options = [option for parameter in COMMANDS[name].params for option in (*parameter.opts, *parameter.secondary_opts)]
    assert [option for option in options if option.startswith("--") and f"`{option}" not in page] == []


def test_no_page_names_a_command_that_does_not_exist() -> None:
    groups = {name.split()[0] for name in COMMANDS if " " in name}
    wrong = []
    for page in PAGES:
        for said in SAID_COMMAND.findall(in_code(page)):
            first, _, second = said.partition(" ")
            known = first == "COMMAND" or first in COMMANDS
            if first == "bench" and second:
                known = second in BENCHES or second.isupper()
            if first in groups:
                known = f"{first} {second}" in COMMANDS
            if not known:
                wrong.append(f"{page.relative_to(ROOT)}: samphao {said}")
    assert wrong == []


def test_every_target_of_make_that_is_named_exists_and_every_one_is_named() -> None:
    said = {(page.relative_to(ROOT), target) for page in PAGES for target in SAID_TARGET.findall(in_code(page))}
    assert [pair for pair in sorted(said) if pair[1] not in TARGETS] == []
    listed = set(SAID_TARGET.findall(read(DOCS / "reference" / "commands.md")))
    assert listed == TARGETS


def test_every_environment_variable_that_the_code_reads_is_described_and_no_other() -> None:
    used = {name for path in CODE_FILES for name in VARIABLE.findall(read(path))}
    described = set(VARIABLE.findall(read(DOCS / "reference" / "settings.md")))
    assert used - described == set(), "in the code, not in docs/reference/settings.md"
    assert described - used == set(), "in docs/reference/settings.md, not in the code"


def test_every_limit_is_described_with_its_numbers() -> None:
    from samphao.accounts.services import attempts
    from samphao.core import files
    from samphao.core.limits import Limit
    from samphao.trade import campaigns, fruitless, rfqs

    limits = [
        value
        for module in (attempts, files, campaigns, fruitless, rfqs)
        for value in vars(module).values()
        if isinstance(value, Limit)
    ]
    times = {60: "a minute", 300: "5 minutes", 600: "10 minutes", 900: "15 minutes", 3600: "an hour", 86400: "a day"}
    told = Counter(re.findall(r"^\| [^|]+ \| (\d+ in [^|]+) \| ", read(DOCS / "reference" / "limits.md"), re.MULTILINE))
    assert told == Counter(f"{one.count} in {times[int(one.within.total_seconds())]}" for one in limits)


def test_every_variable_that_any_page_names_is_described() -> None:
    described = set(VARIABLE.findall(read(DOCS / "reference" / "settings.md")))
    assert {name for page in PAGES for name in VARIABLE.findall(read(page))} <= described


def test_every_page_of_the_hub_is_described_and_no_other() -> None:
    from samphao.web.urls import urlpatterns

    routes = {
        "/" + re.sub(r"<(?:\w+:)?\w+>", "<code>", str(entry.pattern))
        for entry in urlpatterns
        if isinstance(entry, URLPattern)
    }
    table = read(DOCS / "reference" / "pages.md").split("## API")[0]
    described = {
        address
        for row in re.findall(r"^\| (`/.*?) \|", table, re.MULTILINE)
        for address in re.findall(r"`(/[^`]*)`", row)
    }
    assert routes - described == set(), "in web/urls.py, not in docs/reference/pages.md"
    assert described - routes == {"/admin/", "/i18n/"}, "in docs/reference/pages.md, not in web/urls.py"


def test_every_operation_of_the_api_is_described() -> None:
    from samphao.config.api import api

    page = read(DOCS / "reference" / "pages.md")
    operations = [
        f"{method.upper()} {path}" for path, methods in api.get_openapi_schema()["paths"].items() for method in methods
    ]
    assert operations
    assert [operation for operation in operations if f"`{operation}`" not in page] == []


def test_every_refusal_of_the_order_counter_is_described() -> None:
    from samphao.trade.rush.server import REFUSALS

    page = read(DOCS / "concepts" / "order-counter.md")
    assert [code for _, code, _ in REFUSALS.values() if f"`{code}`" not in page] == []


def test_every_log_in_and_stage_of_the_demo_is_described() -> None:
    from samphao.config.demo import LOGINS, PASSWORD
    from samphao.workflows.season.stages import STAGES

    page = read(DOCS / "getting-started.md")
    assert f"`{PASSWORD}`" in page
    assert [name for name, *_ in LOGINS if f"| `{name}` |" not in page] == []
    assert [name for name, *_ in STAGES if f"| {name} |" not in page] == []


def test_every_benchmark_is_described_and_no_other() -> None:
    assert set(re.findall(r"^## `samphao bench (\w+)`", read(DOCS / "benchmarks.md"), re.MULTILINE)) == BENCHES


@pytest.mark.parametrize("page", [page for page in PAGES if ">>> " in read(page)], ids=lambda page: page.name)
def test_sessions_give_the_output_shown(page: Path) -> None:
    source = "\n".join(body for language, body in FENCED.findall(read(page)) if language == "python")
    session = doctest.DocTestParser().get_doctest(source, {}, page.name, str(page), 0)
    assert session.examples
    told: list[str] = []
    result = doctest.DocTestRunner(verbose=False).run(session, out=told.append)
    assert result.failed == 0, "".join(told)


def test_the_readme_has_a_session() -> None:
    assert ">>> " in read(ROOT / "README.md")


def slug(heading: str) -> str:
    """Return the anchor of a heading as repositories' pages make it."""
    plain = re.sub(r"[`*_]|\[(.*?)\]\(.*?\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_of_the_repository(page: Path) -> None:
    broken = []
    for target in LINK.findall(FENCED.sub("", read(page))):
        name, _, anchor = unquote(target).partition("#")
        file = (page.parent / name).resolve() if name else page
        if (
            not file.exists()
            or not file.is_relative_to(ROOT)
            or (anchor and anchor not in {slug(line) for line in re.findall(r"^#+ (.*)$", read(file), re.MULTILINE)})
        ):
            broken.append(target)
    assert broken == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        targets = [(page.parent / unquote(target).split("#")[0]).resolve() for target in LINK.findall(read(page))]
        waiting += [target for target in targets if target.suffix == ".md" and target.is_file()]
    assert [str(page.relative_to(ROOT)) for page in PAGES if page not in reached] == []


@pytest.mark.parametrize("page", sorted((DOCS / "decisions").glob("*.md")), ids=lambda page: page.stem[:4])
def test_a_decision_has_its_four_parts_and_one_quotable_line(page: Path) -> None:
    title, *parts = re.split(r"^## ", read(page), flags=re.MULTILINE)
    assert title.startswith(f"# {int(page.stem[:4])}. ")
    assert [part.split("\n")[0] for part in parts] == ["Context", "Decision", "Consequences", "Alternatives"]
    assert len(re.findall(r"[.?!](?=\s|$)", parts[0])) in (2, 3, 4)
    quoted = [line for line in parts[1].split("\n")[1:] if line]
    assert len(quoted) == 1
    assert quoted[0].startswith("> ")


def test_every_word_of_the_glossary_stands_in_three_languages() -> None:
    rows = re.findall(r"^\| (?!en |--)(.*) \|$", read(DOCS / "glossary.md"), re.MULTILINE)
    cells = [[cell.strip() for cell in row.split(" | ")] for row in rows if not set(row) <= {"-", "|"}]
    assert len(cells) > 60
    wrong = [
        row[0]
        for row in cells
        if len(row) < 3 or not re.search(r"[\u0e00-\u0e7f]", row[1]) or not re.search(r"[\u4e00-\u9fff]", row[2])
    ]
    assert wrong == []


def test_the_version_is_the_same_everywhere() -> None:
    version = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]["version"]
    assert samphao.__version__ == version
    assert f"\nversion: {version}\n" in read(ROOT / "CITATION.cff")
    assert re.findall(r"^## \[(.*?)\]", read(ROOT / "CHANGELOG.md"), re.MULTILINE)[0] == version


def test_every_table_of_reference_data_has_its_licence_told() -> None:
    page = read(ROOT / "DATA_LICENSES.md")
    tables = sorted((ROOT / "src" / "samphao" / "reference" / "data").rglob("*.csv"))
    assert [table.name for table in tables if f"`{table.name}`" not in page and f"/{table.name}`" not in page] == []


def test_the_number_of_gate_rules_is_the_one_told() -> None:
    with (ROOT / "src" / "samphao" / "reference" / "data" / "gate_rules.csv").open(encoding="utf-8") as file:
        count = len(list(csv.DictReader(file)))
    assert f"There are {count}." in read(DOCS / "concepts" / "gates.md")


def test_the_number_of_rules_of_trade_modes_is_the_one_told() -> None:
    with (ROOT / "src" / "samphao" / "reference" / "data" / "trade_mode_rules.csv").open(encoding="utf-8") as file:
        count = len(list(csv.DictReader(file)))
    assert f"There are {count}." in read(DOCS / "concepts" / "trade-modes.md").replace("\n", " ")


def test_the_picture_of_the_pages_is_small_and_1280_wide() -> None:
    path = DOCS / "pictures" / "home.png"
    with Image.open(path) as picture:
        assert picture.width == 1280
    assert path.stat().st_size < 250_000
