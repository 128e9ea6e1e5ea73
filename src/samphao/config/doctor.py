"""`samphao doctor`: what the machine has, what is missing, how to mend it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from samphao.config import processes
from samphao.core.postgres import PostgresError, embedded, project_folder

DISK_MIN_GB = 2.0
PORTS = (8000, 8001)


def run() -> int:
    """Print each check with its mend; return 0 when all is well."""
    wrong = 0
    for is_well, name, found, mend in _checks():
        print(f"  {'ok ' if is_well else 'NO '} {name:34} {found}" + ("" if is_well else f"\n      mend: {mend}"))
        wrong += not is_well
    print("all is well" if not wrong else f"{wrong} to mend")
    return 1 if wrong else 0


def _checks() -> Iterator[tuple[bool, str, str, str]]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield sys.version_info >= (3, 11), "Python 3.11 or newer", version, "make venv PYTHON=python3.12"
    free = shutil.disk_usage(project_folder()).free / 1e9
    yield free >= DISK_MIN_GB, "disk space", f"{free:.1f} GB free", f"free at least {DISK_MIN_GB:.0f} GB"
    for module in ("psycopg", "django", "numba", "highspy", "typst"):
        is_there = importlib.util.find_spec(module) is not None
        yield is_there, f"library {module}", "found" if is_there else "missing", "make venv"
    yield (
        _is_writable(project_folder()),
        "project folder can be written",
        str(project_folder()),
        "run in a folder of your own",
    )
    yield from _database()
    yield from ports()


def ports() -> Iterator[tuple[bool, str, str, str]]:
    for port in PORTS:
        is_free = processes.is_free(port)
        mend = "nothing, if it is this hub; else end what listens there, or choose another with `--port N`"
        yield is_free, f"port {port} on loopback", "free" if is_free else "in use", mend


def _is_writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK)


def _database() -> Iterator[tuple[bool, str, str, str]]:
    if url := os.environ.get("DATABASE_URL"):
        import psycopg

        try:
            with psycopg.connect(url, connect_timeout=5) as connection:
                number = connection.info.server_version
        except psycopg.OperationalError as error:
            yield (
                False,
                "DATABASE_URL",
                str(error).strip().split("\n")[0],
                "correct the address, or unset it for the embedded server",
            )
        else:
            yield number >= 160000, "PostgreSQL 16 or newer", str(number), "use a newer server"
            yield from _money(url)
            yield from _jobs(url)
        return
    try:
        server = embedded(os.environ.get("SAMPHAO_SERVER", "hub"))
        was_running = server.is_running()
        server.start()
    except PostgresError as error:
        yield False, "embedded PostgreSQL", str(error).split("\n")[0], "set DATABASE_URL to a server of your own"
        return
    yield True, "embedded PostgreSQL", f"starts; data in {server.data}", ""
    try:
        yield from _money(server.url)
        yield from _jobs(server.url)
    finally:
        if not was_running:
            server.stop()


def _money(url: str) -> Iterator[tuple[bool, str, str, str]]:
    """Yield who holds buyers' money, where the hub is set up: a partner with a way to pay, or the simulator, and nobody else outside a demo."""
    import psycopg

    with psycopg.connect(url, connect_timeout=5) as connection:
        found = connection.execute("SELECT to_regclass('core_hubsettings') IS NOT NULL").fetchone()
        row = (
            found
            and found[0]
            and connection.execute(
                "SELECT payment, payment_partner, is_demo FROM core_hubsettings WHERE finished_at IS NOT NULL"
            ).fetchone()
        )
    if not row:
        return
    payment, partner, is_demo = row
    methods = [name for name in ("SAMPHAO_PROMPTPAY_BILLER", "SAMPHAO_BANK_ACCOUNT") if os.environ.get(name)]
    told = {
        "partner": f"{partner}, by {' and '.join(methods) or 'no way to pay'}",
        "simulator": "the simulator: no money moves",
        "self": "the hub itself",
    }[payment]
    is_well = payment == "simulator" or (payment == "self" and is_demo) or (payment == "partner" and bool(methods))
    yield (
        is_well,
        "buyers' money is held by",
        told,
        "name a licensed partner in the back office, and set SAMPHAO_PROMPTPAY_BILLER or SAMPHAO_BANK_ACCOUNT",
    )


def _jobs(url: str) -> Iterator[tuple[bool, str, str, str]]:
    """Yield the worker's periodic jobs with their last run, where a hub has run already."""
    import psycopg

    with psycopg.connect(url, connect_timeout=5) as connection:
        found = connection.execute("SELECT to_regclass('core_jobrun') IS NOT NULL").fetchone()
        if not found or not found[0]:
            return
        rows = connection.execute("SELECT name, ran_at, last_error FROM core_jobrun ORDER BY name").fetchall()
    for name, ran_at, error in rows:
        told = f"last run {ran_at:%Y-%m-%d %H:%M} (the hub's clock)" + (f": {error}" if error else "")
        yield not error, f"job: {name}", told, "look into the worker's messages; it is tried again at its next turn"
