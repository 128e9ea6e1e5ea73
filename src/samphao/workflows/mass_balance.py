"""Mass balance: no more is declared, sold and cut under one GAP number in a season than its trees can bear, and no more leaves a
packing house than came in and was not rejected. More is somebody else's fruit under a borrowed certificate (สวมสิทธิ์).

The season of a lot is the calendar year in which its harvest begins. Orchards that carry the same GAP number share one ceiling, the
largest of theirs: a number belongs to one plot.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from samphao.accounts import queries as accounts
from samphao.accounts.types import OrchardSpec
from samphao.core import clock
from samphao.engines.mass_balance import ceiling_kg, running
from samphao.reference import queries as reference
from samphao.reference.types import TreeYieldSpec
from samphao.trade import queries as trade
from samphao.trade.queries import LotMass

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Balance:
    """A GAP number, a good and a season: what was said of it against what its trees bear; no limit where nobody knows the yield."""

    gap_number: str
    good: str
    season: int
    orchards: tuple[OrchardSpec, ...]
    limit_kg: Decimal | None
    declared_kg: Decimal
    sold_kg: Decimal
    cut_kg: Decimal
    rule: TreeYieldSpec | None
    lots: tuple[str, ...]

    @property
    def use(self) -> float:
        """The largest of the three against the ceiling; without a ceiling nothing can be said, and that is worst."""
        most = max(self.declared_kg, self.sold_kg, self.cut_kg)
        if self.limit_kg is None:
            return float("inf")
        return float(most / self.limit_kg) if self.limit_kg else (float("inf") if most else 0.0)

    @property
    def is_over(self) -> bool:
        return self.limit_kg is not None and max(self.declared_kg, self.sold_kg, self.cut_kg) > self.limit_kg


@dataclass(frozen=True, slots=True)
class LotBalance:
    """What a gate asks of a lot: the sums up to and including it, so that the lot that passes the ceiling is the one that stops."""

    limit_kg: Decimal | None
    declared_kg: Decimal | None
    cut_kg: Decimal | None
    sold_kg: Decimal
    accepted_kg: Decimal | None
    stop: str = "none"
    """Whether its ticket passed the ceiling: none (or a person let it go on), waits, refused."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A lot up to whose ticket more was cut under its number than its trees bear."""

    lot: str
    gap_number: str
    limit_kg: Decimal
    cut_kg: Decimal


@dataclass(frozen=True, slots=True)
class HouseBalance:
    """What came into a packing house in a season and what became of it: in = rejected + out + still there."""

    packing_house: str
    season: int
    in_kg: Decimal
    rejected_kg: Decimal
    out_kg: Decimal
    unweighed_out_kg: Decimal

    @property
    def there_kg(self) -> Decimal:
        return self.in_kg - self.rejected_kg - self.out_kg

    @property
    def is_over(self) -> bool:
        return self.there_kg < 0 or self.unweighed_out_kg > 0


Group = tuple[str, str, int]
"""GAP number, good, season."""


def of_lots(lots: Collection[str], orchards: Collection[str]) -> dict[str, LotBalance]:
    """Return the balance of lots that come from some orchards; four queries. Whom a person let go on may have what he had reached."""
    known = accounts.orchards_sharing(orchards)
    rows = trade.masses_under(list(known), lots)
    found = {row.lot: LotBalance(None, None, None, row.sold_kg, row.accepted_kg) for row in rows if row.lot in lots}
    grouped = _grouped(rows, known)
    ceilings = _ceilings(grouped, known)
    for group, members in grouped.items():
        cut, limit = _cut_up_to(members), ceilings[group][0]
        for row, declared in zip(members, running([row.declared_kg for row in members]), strict=True):
            if row.lot in found:
                found[row.lot] = LotBalance(limit, declared, cut[row.lot], row.sold_kg, row.accepted_kg)
    for lot, (outcome, reached) in trade.mass_stops(list(found)).items():
        if outcome == "allowed":
            limit = found[lot].limit_kg
            found[lot] = replace(found[lot], limit_kg=None if limit is None else max(limit, reached))
        else:
            found[lot] = replace(found[lot], stop=outcome or "waits")
    return found


def passed_by(lots: Collection[str]) -> list[Passed]:
    """Return those of some lots whose own tickets pass the ceiling of their number; four queries."""
    known = accounts.orchards_sharing(trade.orchards_of_lots(lots))
    grouped = _grouped(trade.masses_under(list(known)), known)
    ceilings = _ceilings(grouped, known)
    found = []
    for group, members in grouped.items():
        cut, limit = _cut_up_to(members), ceilings[group][0]
        found += [
            Passed(row.lot, group[0], limit, cut[row.lot])
            for row in members
            if limit is not None and row.lot in lots and row.ticket and cut[row.lot] > limit
        ]
    return found


def of_orchards(orchards: Collection[str] | None = None) -> list[Balance]:
    """Return the balances of orchards, or of all, the fullest first; a fixed number of queries."""
    known = accounts.orchards_all() if orchards is None else accounts.orchards_sharing(orchards)
    rows = trade.masses_of_orchards() if orchards is None else trade.masses_under(list(known))
    grouped = _grouped(rows, known)
    ceilings = _ceilings(grouped, known)
    plots: dict[str, list[OrchardSpec]] = {}
    for one in known.values():
        plots.setdefault(one.gap_number, []).append(one)
    found = [
        Balance(
            *group, tuple(plots[group[0]]), ceilings[group][0], _total(row.declared_kg for row in members),
            _total(row.sold_kg for row in members), _total(row.delivered_kg for row in members), ceilings[group][1],
            tuple(row.lot for row in members),
        )
        for group, members in grouped.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.use, one.gap_number, one.good, one.season))


def of_houses(houses: Sequence[int]) -> list[HouseBalance]:
    """Return what came in and went out of packing houses, season by season, the latest first; one query."""
    grouped: dict[tuple[str, int], list[LotMass]] = {}
    for row in trade.masses_of_houses(houses):
        grouped.setdefault((row.packing_house, row.season), []).append(row)
    found = [
        HouseBalance(
            house, season, _total(row.delivered_kg for row in rows), _total(row.rejected_kg for row in rows),
            _total(row.out_kg for row in rows if row.ticket), _total(row.out_kg for row in rows if not row.ticket),
        )
        for (house, season), rows in grouped.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.season, one.packing_house))


def faults() -> list[str]:
    """Return what passes a ceiling, in words for the season's log: orchards, and lots of which more left than was accepted."""
    over = [
        f"{one.gap_number}, {one.good} {one.season}: {max(one.declared_kg, one.sold_kg, one.cut_kg):,.0f} of {one.limit_kg:,.0f} kg"
        for one in of_orchards()
        if one.is_over
    ]
    return over + [
        f"{row.lot}: {row.out_kg:,.0f} kg left, {row.accepted_kg or 0:,.0f} accepted"
        for row in trade.masses_of_orchards()
        if row.packing_house and row.out_kg > (row.accepted_kg or 0)
    ]


def _grouped(rows: Iterable[LotMass], known: Mapping[str, OrchardSpec]) -> dict[Group, list[LotMass]]:
    """Return the lots under each GAP number, good and season; an orchard without a number has none."""
    found: dict[Group, list[LotMass]] = {}
    for row in rows:
        orchard = known.get(row.orchard)
        if orchard and orchard.gap_number:
            found.setdefault((orchard.gap_number, row.good, row.season), []).append(row)
    return found


def _ceilings(
    groups: Iterable[Group], known: Mapping[str, OrchardSpec]
) -> dict[Group, tuple[Decimal | None, TreeYieldSpec | None]]:
    yields = reference.tree_yields(clock.today()) if known else {}
    plots: dict[str, list[OrchardSpec]] = {}
    for one in known.values():
        plots.setdefault(one.gap_number, []).append(one)
    found: dict[Group, tuple[Decimal | None, TreeYieldSpec | None]] = {}
    for group in groups:
        rule = yields.get(group[1])
        kg = [
            ceiling_kg(one.area_rai, one.trees, rule.trees_per_rai_max, rule.kg_per_tree)
            for one in plots[group[0]]
            if rule
        ]
        found[group] = max(kg, default=None), rule
    return found


def _cut_up_to(members: Sequence[LotMass]) -> dict[str, Decimal]:
    """Return what was cut up to each lot's ticket; a lot that is not cut has all that was cut before it."""
    weighed = sorted((row for row in members if row.ticket), key=lambda row: row.ticket or 0)
    sums = running([row.delivered_kg or NOTHING for row in weighed])
    total = sums[-1] if sums else NOTHING
    return {row.lot: total for row in members} | {row.lot: kg for row, kg in zip(weighed, sums, strict=True)}


def _total(masses: Iterable[Decimal | None]) -> Decimal:
    return sum((mass for mass in masses if mass), NOTHING)
