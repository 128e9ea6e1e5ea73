"""The command line: `samphao up`, `demo`, `bench` and the rest. It calls the same services and queries as the pages."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Samphao: from a village lot to a buyer abroad.",
    pretty_exceptions_enable=False,
)


Port = Annotated[int, typer.Option(min=1, max=65534, help="of the pages; the order counter takes the next one")]


def start_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samphao.config.settings")
    import django

    django.setup()


@app.command()
def migrate(*, quiet: bool = False) -> None:
    """Bring the database's tables up to date."""
    with told_errors():
        start_django()
        from django.core.management import call_command

        call_command("migrate", verbosity=0 if quiet else 1, interactive=False)


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
def bench(context: typer.Context, name: Annotated[str, typer.Argument()] = "") -> None:
    """Run a benchmark: `samphao bench --list` names them, `samphao bench NAME --help` its options."""
    from samphao import bench as package

    modules = [
        importlib.import_module(f"samphao.bench.{found.name}") for found in pkgutil.iter_modules(package.__path__)
    ]
    benches = {module.NAME: module for module in modules if hasattr(module, "NAME")}
    if name in benches:
        raise typer.Exit(benches[name].main(context.args))
    if "--all" in context.args or name == "--all":
        raise typer.Exit(max(module.main([]) for module in benches.values()))
    if name and not name.startswith("-"):
        print(f"samphao: there is no benchmark named `{name}`; there are", file=sys.stderr)
    for module in benches.values():
        print(f"  {module.NAME:10} {module.SUMMARY}")
    raise typer.Exit(0 if "--list" in (name, *context.args) else 2)


@app.command()
def worker() -> None:
    """Deliver events and run what is due, until ended."""
    import signal
    import threading

    start_django()
    from samphao.insight import services as insight
    from samphao.workflows import worker as work

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    work.run(stop, insight.PERIODIC)


@app.command()
def demo(
    *,
    season: Annotated[Path, typer.Option(help="folder with the season's CSV files")] = Path("examples/season"),
    serve: Annotated[bool, typer.Option(help="open the pages afterwards")] = True,
    fresh: Annotated[bool, typer.Option(help="forget the demo that is there and run it anew")] = False,
    port: Port = 8000,
) -> None:
    """Run the whole season on demo data, then open its pages."""
    from samphao.config import demo as work

    with told_errors():
        work.run(season, serve=serve, fresh=fresh, port=port)


@app.command()
def up(port: Port = 8000) -> None:
    """Open the hub on your own data: database, pages, order counter and worker."""
    from samphao.config import processes

    with told_errors():
        processes.require_free(port)
    with told_errors(), processes.database():
        start_django()
        from django.core.management import call_command

        from samphao.config import first_run

        call_command("migrate", verbosity=0, interactive=False)
        first_run.prepare(port)
        processes.serve(port)


@app.command()
def quote(
    *,
    origin: Annotated[str, typer.Option("--from", help="a Thai province, in Thai, Chinese or English")],
    destination: Annotated[str, typer.Option("--to", help="a city or a node of the network")],
    kg: Annotated[float, typer.Option(help="mass")],
    good: Annotated[str, typer.Option(help="a good's code or name")] = "durian-fresh",
    leaves_at: Annotated[
        str, typer.Option("--at", help="ready at, such as 2026-04-24T18:00+07:00; without it the hub's clock")
    ] = "",
) -> None:
    """Print every way to carry a shipment that no other beats in time, cost and CO2e at once."""
    from samphao.config import answers

    with told_errors(), answers.hub():
        answers.quote(origin, destination, kg, good, leaves_at)


@app.command()
def price(
    *,
    origin: Annotated[str, typer.Option("--from", help="a Thai province, in Thai, Chinese or English")],
    destination: Annotated[str, typer.Option("--to", help="a city or a node of the network")],
    kg: Annotated[str, typer.Option(help="mass, a whole number")],
    thb_per_kg: Annotated[str, typer.Option(help="price in baht where the goods are packed")],
    good: Annotated[str, typer.Option(help="a good's code or name")] = "durian-fresh",
    on: Annotated[str, typer.Option(help="day whose rates hold, such as 2026-04-24; without it the hub's clock")] = "",
    mode: Annotated[str, typer.Option(help="trade mode: general, cbec, post or domestic")] = "general",
    post_tariff: Annotated[
        Path | None, typer.Option(help="CSV of a postal tariff, such as examples/season/post_tariff.csv")
    ] = None,
) -> None:
    """Print the price to the door, line by line, each with its rule, source and date; or why there is none."""
    from samphao.config import answers

    with told_errors(), answers.hub():
        answers.price(origin, destination, kg, good, thb_per_kg, on, mode, post_tariff)


@app.command()
def plan(
    orders: Annotated[
        Path, typer.Argument(help="CSV: order, origin, destination, good, kg, ready_at, due_at [, m3, packing_house]")
    ],
    *,
    out: Annotated[
        Path,
        typer.Option(
            help="folder, made if need be, for plan.json, loads.csv, itineraries.csv, summary.txt and map.svg"
        ),
    ],
    services: Annotated[
        Path | None,
        typer.Option(
            help="CSV of your own departures: service, origin, destination, departs_at, arrives_at, equipment, price, currency, containers"
            " [, loose_price_m3, loose_m3, container_m3, container_kg, mode]; only these are used"
        ),
    ] = None,
    keep_good: Annotated[bool, typer.Option(help="plan the good rows and list the others")] = False,
    seed: Annotated[int, typer.Option(help="of the planner's draws: the same seed, the same plan")] = 1,
) -> None:
    """Consolidate your own orders into containers, with a lower bound on the cost of any plan."""
    from samphao.config import answers

    hint = "" if keep_good else "--keep-good plans the other rows and lists these."
    with told_errors(hint), answers.hub():
        answers.plan(orders, services, out, keep_good=keep_good, seed=seed)


@app.command()
def doctor() -> None:
    """Check the machine and say how to mend what is wrong."""
    from samphao.config import doctor as work

    raise typer.Exit(work.run())


search = typer.Typer(no_args_is_help=True, help="The market's search.")
app.add_typer(search, name="search")


@search.command("rebuild")
def search_rebuild() -> None:
    """Write anew what every lot is found by, as after a change of the trade dictionary."""
    from samphao.config import processes

    with told_errors(), processes.database():
        start_django()
        from samphao.trade import services

        print(f"{services.rebuild_search():,} lots can be found by the dictionary of today")


ledger = typer.Typer(no_args_is_help=True, help="The double-entry ledger.")
app.add_typer(ledger, name="ledger")


@ledger.command("check")
def ledger_check() -> None:
    """Recompute the ledger from its entries and print the trial balance."""
    from samphao.config import processes

    with told_errors(), processes.database():
        start_django()
        from samphao.config.screen import trial_balance
        from samphao.payments import queries

        checked = queries.check()
    print(trial_balance(checked))
    raise typer.Exit(1 if checked.faults else 0)


@ledger.command("reconcile")
def ledger_reconcile() -> None:
    """Hold the partner's statement against the ledger, movement by movement; end with 1 where they differ."""
    from samphao.config import processes

    with told_errors(), processes.database():
        start_django()
        from samphao.config.screen import reconciliation
        from samphao.payments import queries

        found = {method: queries.differences(method) for method in queries.methods_with_movements()}
        days = {method: queries.days(method, 14) for method in found}
    print(reconciliation(found, days))
    raise typer.Exit(1 if any(found.values()) else 0)


@contextmanager
def told_errors(hint: str = "") -> Iterator[None]:
    """Print an error that a person can mend as a sentence, not as a traceback; `hint` stands below a list of faults."""
    from samphao.config.processes import CannotServe
    from samphao.config.screen import listed
    from samphao.core.errors import BadRows, HubError
    from samphao.core.postgres import PostgresError

    try:
        yield
    except BadRows as bad:
        print(f"samphao: {listed(bad.faults, hint)}", file=sys.stderr)
        raise typer.Exit(1) from None
    except (HubError, CannotServe, PostgresError) as error:
        print(f"samphao: {error}", file=sys.stderr)
        raise typer.Exit(1) from None
    except Exception as error:
        if (sentence := database_error(error)) is None:
            raise
        print(f"samphao: {sentence}", file=sys.stderr)
        raise typer.Exit(1) from None


def database_error(error: Exception) -> str | None:
    """Say how to mend an error of the database that its owner can mend; None for any other."""
    from django.db import OperationalError, ProgrammingError

    told = str(error).strip().split("\n")[0]
    if isinstance(error, OperationalError):
        return f"the database cannot be reached: {told}. Correct DATABASE_URL if it is set; else `samphao doctor` looks into it"
    if isinstance(error, ProgrammingError) and "does not exist" in told:
        return "the database has no tables yet: run `samphao demo` or `samphao up` first, or `samphao migrate` on your own server"
    return None


def main() -> None:
    sys.exit(app())
