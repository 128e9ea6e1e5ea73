"""What every test may ask for. The database is a real PostgreSQL: the embedded one, in a folder of the tests' own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--strict-outside", action="store_true", help="a test that lacks the outside data fails instead of skipping"
    )


def pytest_configure(config: pytest.Config) -> None:
    if os.environ.get("DATABASE_URL") or hasattr(config, "workerinput"):
        return
    from samphao.core.postgres import embedded

    server = embedded("tests")
    if server.start():
        config.add_cleanup(server.stop)


@pytest.fixture(scope="session")
def outside_data(request: pytest.FixtureRequest) -> Path:
    """Return the folder of outside instances (SAMPHAO_DATA); skip without it, fail under --strict-outside."""
    folder = os.environ.get("SAMPHAO_DATA")
    if folder and Path(folder).is_dir():
        return Path(folder).resolve()
    if request.config.getoption("--strict-outside"):
        pytest.fail("SAMPHAO_DATA does not name a folder, and --strict-outside was asked for")
    pytest.skip("SAMPHAO_DATA does not name the folder of outside data")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Let tests that commit be swept away by TRUNCATE, which the ledger forbids everywhere else."""
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE payments_entry DISABLE TRIGGER entry_no_truncate")


@pytest.fixture
def clock_reset() -> Iterator[None]:
    from samphao.core import clock

    yield
    clock.reset()


@pytest.fixture(autouse=True)
def hub_is_open(request: pytest.FixtureRequest) -> None:
    """Let every test with a database stand before a hub that is set up; tests of the setup close it again."""
    needs = {"db", "transactional_db", "django_db_serialized_rollback"} & set(request.fixturenames)
    if not needs and request.node.get_closest_marker("django_db") is None:
        return
    for name in needs:
        request.getfixturevalue(name)
    from worlds import open_hub

    open_hub.make()
