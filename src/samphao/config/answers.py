"""Questions of the command line that need the hub's data: quote, price, plan."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from samphao.config import processes
from samphao.config.screen import COLUMNS, wrapped
from samphao.core.errors import HubError, Refused

if TYPE_CHECKING:
    from samphao.reference.types import PostRateSpec
    from samphao.workflows.quoting import DoorPrice, PriceQuestion

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
        raise HubError("--kg is a mass above zero, such as 500")
    question = quoting.QuoteAsked(origin, destination, kg, good, _moment(leaves_at, "--at"))
    found = quoting.quotes(question)
    if not found.options:
        raise HubError(f"there is no way from {found.origin} to {found.destination}: {found.why_none}")
    asked = f"{kg:,.0f} kg of {found.good} from {found.origin} to {found.destination}, ready {_bangkok(question.at)} (Bangkok)"
    print(wrapped(asked, rest=2))
    print("Each way below is the best in something: none is beaten in time, cost and CO2e at once.")
    print("CO2e counts the fuel burnt, not its production; prices are estimates, the timetable illustrative.\n")
    print(f"  {'arrives (Bangkok)':18}{'hours':>7}{'THB':>12}{'THB/kg':>10}{'kg CO2e':>10}")
    for option in found.options:
        cost = option.cost_minor / 100
        print(
            f"  {_bangkok(option.arrives_at):18}{option.hours:>7.0f}{cost:>12,.0f}{cost / kg:>10.2f}{option.emission_kg:>10.0f}"
        )
        stops = [option.legs[0].start, *(leg.end for leg in option.legs)]
        print(
            wrapped(f"{' + '.join(option.modes)}: {' → '.join(found.place_names[stop] for stop in stops)}", " " * 4, 4)
        )


def price(
    origin: str, destination: str, kg: str, good: str, thb_per_kg: str, on: str, mode: str, post_tariff: Path | None
) -> None:
    from samphao.workflows import quoting

    try:
        quantity, each = Decimal(kg), Decimal(thb_per_kg)
    except InvalidOperation:
        raise HubError("--kg and --thb-per-kg are numbers such as 72 and 165.50") from None
    if not (quantity.is_finite() and each.is_finite()) or quantity <= 0 or quantity != int(quantity) or each <= 0:
        raise HubError("--kg is a whole number above zero such as 72, --thb-per-kg a price above zero such as 165.50")
    tariff = _tariff(post_tariff) if post_tariff else None
    asked = quoting.PriceQuestion(origin, destination, quantity, good, each, _moment(on, "--on"), mode, tariff)
    try:
        answer = quoting.price(asked)
    except Refused as refused:
        raise _explained(refused, asked) from None
    _print_price(answer, asked)


def _print_price(answer: DoorPrice, asked: PriceQuestion) -> None:
    from samphao.core.money import minor_units
    from samphao.workflows.price_to_door import rule_text

    scale, kg = minor_units(answer.currency), int(asked.kg)
    named = f"{kg:,} kg of {answer.good} from {answer.origin} to {answer.destination}"
    print(wrapped(f"{named}; trade mode {asked.mode}; rates of {asked.at:%-d %b %Y}", rest=2))
    print(wrapped(f"{answer.transit_h} h by {' → '.join(answer.route)}", rest=2) + "\n")
    print(f"  {'':20}{answer.currency:>14}  how it is worked out [source; date]")
    for line in answer.lines:
        marks = f"{line['source']}; {line['valid_on'] or 'undated'}{'; estimate' if line['is_estimate'] else ''}"
        amount = line["amount_minor"]
        shown = "unknown" if amount is None else f"{int(str(amount)) / scale:,.2f}"
        print(wrapped(f"{rule_text(line)} [{marks}]", f"  {str(line['kind']).replace('_', ' '):20}{shown:>14}  ", 38))
    each_kg = answer.total_minor / scale / kg
    per_jin = f" = {each_kg / 2:,.2f} / 斤 (500 g)" if answer.currency == "CNY" else ""
    total = f"{answer.total_minor / scale:,.2f}"
    print(f"  {'to the door':20}{total:>14}  {answer.currency} · {each_kg:,.2f} / kg{per_jin}")
    if not answer.has_import_charges:
        print("  This is before import charges: the post of the destination may collect them on delivery.")


def _explained(refused: Refused, asked: PriceQuestion) -> HubError:
    """Return the refusal line by line, and which options of the command may help."""
    said = refused.details.get("refusals")
    if not said:
        return refused
    hints = {
        "country": "Ask again without --mode." if asked.mode == "domestic" else "Ask again with --mode domestic." if refused.details["country"] == "TH" else "",
        "has_post_tariff": "Give a tariff with --post-tariff FILE, such as examples/season/post_tariff.csv.",
        "exchange_is_known": f"Ask for another day with --on{refused.details['days']}.",
    }  # fmt: skip
    lines = [
        f"there is no price to the door in the trade mode `{asked.mode}`:",
        *(wrapped(text, "  - ", 4) for text in said),
    ]
    lines += [
        wrapped(hint, "  ", 2)
        for hint in dict.fromkeys(hints.get(name, "") for name in refused.details["measures"])
        if hint
    ]
    return HubError("\n".join(lines))


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
    own_plan.write(own, out, _map(own_plan.flows(own)))
    print("\n".join(wrapped(line, rest=2) if len(line) > COLUMNS else line for line in own.summary.split("\n")))
    print(f"written to {out}: plan.json, loads.csv, itineraries.csv, summary.txt, map.svg")


def _map(carried: dict[tuple[str, str, str], float]) -> str:
    from samphao.web.tower import standalone_map

    return standalone_map(carried)


def _moment(text: str, option: str) -> datetime:
    """Return a moment as Bangkok's clock has it; the hub's own clock where none is given."""
    from samphao.core import clock

    if not text:
        return clock.now().astimezone(BANGKOK)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise HubError(f"{option} `{text}` cannot be read: write 2026-04-24 or 2026-04-24T18:00+07:00") from None
    return at.astimezone(BANGKOK) if at.tzinfo else at.replace(tzinfo=BANGKOK)


def _bangkok(at: datetime) -> str:
    return f"{at.astimezone(BANGKOK):%-d %b %Y %H:%M}"
