"""Questions of the command line that need the hub's data: quote, price, plan."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from samphao.config import processes
from samphao.core.errors import HubError

if TYPE_CHECKING:
    from samphao.reference.types import PostRateSpec

BANGKOK = ZoneInfo("Asia/Bangkok")


@contextmanager
def hub() -> Iterator[None]:
    """Yield with a database whose tables and reference rows are there."""
    with processes.database():
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samphao.config.settings")
        import django

        django.setup()
        from django.core.management import call_command

        from samphao.reference import queries, services

        call_command("migrate", verbosity=0, interactive=False)
        if not queries.goods():
            services.publish()
        yield


def quote(origin: str, destination: str, kg: float, good: str, leaves_at: str) -> None:
    from samphao.workflows import quoting

    if kg <= 0:
        raise HubError("--kg must be above zero")
    options, why = quoting.quotes(origin, destination, kg, good, _moment(leaves_at))
    if not options:
        print(f"no option: {why}")
        return
    print(
        f"{kg:,.0f} kg of {good} from {origin} to {destination}: {len(options)} ways, none beaten in time, cost and CO2 at once"
    )
    print("CO2e is tank-to-wheel, without fuel production; prices are estimates, the timetable is illustrative\n")
    print(f"  {'arrives':17}{'hours':>7}{'THB':>12}{'THB/kg':>9}{'kg CO2e':>9}  by")
    for option in options:
        cost = option.cost_minor / 100
        print(
            f"  {option.arrives_at.astimezone(BANGKOK):%d %b %Y %H:%M}{option.hours:>7.0f}{cost:>12,.0f}{cost / kg:>9.2f}{option.emission_kg:>9.0f}"
            f"  {' + '.join(option.modes)}: {' → '.join([option.legs[0].start, *(leg.end for leg in option.legs)])}"
        )


def price(
    origin: str, destination: str, kg: str, good: str, thb_per_kg: str, on: str, mode: str, post_tariff: Path | None
) -> None:
    from samphao.core.money import minor_units
    from samphao.workflows import quoting
    from samphao.workflows.price_to_door import rule_text

    try:
        quantity, each = Decimal(kg), Decimal(thb_per_kg)
    except InvalidOperation:
        raise HubError("--kg and --thb-per-kg are numbers such as 72 and 165.50") from None
    if quantity <= 0 or quantity != int(quantity) or each <= 0:
        raise HubError("--kg is a whole number above zero, --thb-per-kg a price above zero")
    tariff = _tariff(post_tariff) if post_tariff else None
    answer = quoting.price(quoting.PriceQuestion(origin, destination, quantity, good, each, _moment(on), mode, tariff))
    scale = minor_units(answer.currency)
    print(f"{kg} kg of {good}, {origin} → {destination}, {answer.transit_h} h by {' → '.join(answer.route)}\n")
    for line in answer.lines:
        marks = f"{line['source']}; {line['valid_on'] or 'undated'}{'; estimate' if line['is_estimate'] else ''}"
        amount = line["amount_minor"]
        shown = f"{'unknown':>14}" if amount is None else f"{int(str(amount)) / scale:>14,.2f}"
        print(f"  {str(line['kind']).replace('_', ' '):20}{shown}  {rule_text(line)}\n  {'':36}{marks}")
    each_kg = answer.total_minor / scale / float(quantity)
    per_jin = f" = {each_kg / 2:,.2f} / 斤" if answer.currency == "CNY" else ""
    print(f"  {'to the door':20}{answer.total_minor / scale:>14,.2f}  {answer.currency} · {each_kg:,.2f} / kg{per_jin}")
    if not answer.has_import_charges:
        print("  before import charges: the post of the destination may collect them on delivery")


def _tariff(path: Path) -> tuple[PostRateSpec, ...]:
    from samphao.core.errors import BadRows
    from samphao.core.tables import read_rows_and_faults
    from samphao.reference.types import PostRateSpec

    rows, faults = read_rows_and_faults(path, PostRateSpec)
    if faults:
        raise BadRows(tuple(faults))
    return tuple(rows)


def plan(orders: Path, services: Path | None, out: Path, *, keep_good: bool, seed: int) -> None:
    from samphao.workflows import own_plan

    own = own_plan.make(orders, services, keep_good=keep_good, seed=seed)
    own_plan.write(own, out)
    (out / "map.svg").write_text(_map(own_plan.flows(own)), encoding="utf-8")
    print(own.summary)
    print(f"written to {out}: plan.json, loads.csv, itineraries.csv, summary.txt, map.svg")


def _map(carried: dict[tuple[str, str, str], float]) -> str:
    from samphao.web.tower import standalone_map

    return standalone_map(carried)


def _moment(text: str) -> datetime:
    from samphao.core import clock

    if not text:
        return clock.now()
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise HubError(f"`{text}` is no time: write 2026-04-24 or 2026-04-24T18:00+07:00") from None
    return at if at.tzinfo else datetime.combine(at.date(), at.time() or time(12), BANGKOK)
