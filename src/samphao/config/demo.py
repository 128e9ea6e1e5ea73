"""`samphao demo`: database, reference data, the season, log-ins, pages."""

from __future__ import annotations

import os
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from samphao.config import processes
from samphao.config.screen import wrapped

if TYPE_CHECKING:
    from samphao.core.models import StageResult

OPENS_AT = datetime(2026, 4, 24, 9, 0, tzinfo=ZoneInfo("Asia/Bangkok"))
QUIET_OFFICE = "CO-THLCH"  # where nothing waits any more, an officer still has a desk
PASSWORD = "village to the world"  # noqa: S105 printed on the screen: the demo has nothing to hide
LOGINS = (
    ("buyer", "BUY-KMG-01", "a wholesale buyer in Kunming"),
    ("grower", "PRD-CTI-001", "a durian growers' group in Chanthaburi"),
    ("packer", "PKH-CTI-01", "a packing house in Tha Mai"),
    ("importer", "IMP-CN-01", "an importer of record in Kunming"),
    ("officer", "", "an officer of the customs office where most exports wait"),
    ("hub", "HUB-EEC", "the hub's own people: sees everything"),
)
HOME_OF_BUYER = "KMG"
STAGE, TEXT = 30, 58  # where the columns of the table end that hold the stage and its figures


PAGES = (
    ("/market/", "the market"),
    ("/freight/", "the control tower: plan and loads (as hub)"),
    ("/seller/", "steps to the first export (as grower)"),
    ("/money/", "every baht on the way (as grower)"),
    ("/packing/", "tickets, tests, containers with its lots (as packer)"),
    ("/customs/", "what waits for an officer, and why (as officer)"),
    ("/importer/", "permits, what is held or on its way (as importer)"),
    ("/impact/", "who was reached, who got what"),
    ("/api/v1/docs", "the interface for programs"),
)


def run(season_folder: Path, *, serve: bool, fresh: bool, port: int) -> None:
    started = time.perf_counter()
    if serve:
        processes.require_free(port)
    with processes.database():
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samphao.config.settings")
        import django

        django.setup()
        from samphao.core.models import StageResult
        from samphao.insight import season as impact
        from samphao.workflows.season.season import Season, check

        check(season_folder)  # before anything is forgotten or written
        if fresh:
            _forget()
        _prepare()
        from samphao.workflows.season.stages import run as run_season

        print(f"Samphao demo · demo data, invented · season opens {OPENS_AT:%d %b %Y %H:%M} Bangkok\n")
        print(f"  {'stage':{STAGE}}{'count':>8}{'seconds':>9}{'a second':>9}  checked")
        with processes.order_counter(processes.free_port()) as counter_port:
            season = Season("season-2026", season_folder, OPENS_AT, counter_port)
            run_season(season, _tell, ((impact.NAME, impact.impact),))
        total = sum(StageResult.objects.values_list("seconds", flat=True))
        print(
            f"  {'the whole season':{STAGE}}{'':8}{total:9.1f}{'':9}  ({time.perf_counter() - started:.1f} s with everything around it)\n"
        )
        _log_ins()
        _one_order(port, serve=serve)
        if serve:
            processes.serve(port)


def _tell(result: StageResult) -> None:
    rate = result.count / result.seconds if result.seconds else 0
    figures = f"  {result.stage:{STAGE}}{result.count:>8,}{result.seconds:>9.1f}{rate:>9,.0f}  "
    print(wrapped(result.invariant, figures, TEXT + 2), flush=True)


def _prepare() -> None:
    from django.conf import settings
    from django.core.management import call_command

    from samphao.accounts import services as accounts
    from samphao.customs import services as customs
    from samphao.reference import services

    call_command("migrate", verbosity=0, interactive=False)
    services.publish()
    customs.publish_offices()
    accounts.set_up_demo("Samphao demo", [code for code, _ in settings.LANGUAGES])


def _forget() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")


def _log_ins() -> None:
    from samphao.accounts import services
    from samphao.customs import queries

    print("  log-ins of the demo, password", repr(PASSWORD))
    for username, organisation, who in LOGINS:
        address = f"{username}@demo.example"  # e-mails of a demo are files in .samphao/mail
        where = organisation or queries.busiest_office() or QUIET_OFFICE
        services.open_login(username, PASSWORD, where, "owner", is_staff=username == "hub", email=address)
        print(f"    {username:10} {who}")


def _one_order(port: int, *, serve: bool) -> None:
    from samphao.trade import queries

    order = queries.order_to_show(LOGINS[0][1], HOME_OF_BUYER)
    if order:
        print(f"\n  one order to follow: {order}, of the log-in `buyer`")
        for path, who in ((f"/orders/{order}/", "its road and its price, line by line (as buyer)"), *PAGES):
            print(f"    http://127.0.0.1:{port}{path:24} {who}")
        if not serve:
            print("\n  `samphao demo` opens these pages: it does not run the season again")
