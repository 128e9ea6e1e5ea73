"""A laboratory that is not one: it tests durian lots that came to their packing house without the result of a listed laboratory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

import numpy as np

from samphao.reference import queries as reference
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.types import LotSpec, TestResult
from samphao.workflows import gates
from samphao.workflows.season.season import Season

TESTED = "durian-fresh"
SCHEME = "laboratory_gacc"
STILL_OUT_SHARE = 0.15  # of the results are not back when the goods are declared: made for the demo
FOUND_SHARE = 0.04  # of these lots show the dye: made for the demo
CADMIUM_MEAN, CADMIUM_SPREAD = 0.014, 0.5  # mg/kg and the deviation of its logarithm: made for the demo


def test_lots(season: Season) -> list[TestResult]:
    """Test the sold lots that lack a valid result, keep what was found, and decide their gate to load anew."""
    files, on = season.read(), season.opens_at.date()
    listed = sorted(
        code
        for code, schemes in gates.registrations_on(files.registrations, on).items()
        if schemes.get(SCHEME) == "valid"
    )
    sold = {sale.lot for sale in trade.sales_of_lots("paid")}
    waiting = [lot for lot in files.lots if lot.code in sold and lot.good == TESTED and lot.laboratory not in listed]
    results = list(_results(waiting, listed, np.random.default_rng((season.seed, 6))))
    services.record_tests(results)
    by_lot = {row.lot: row for row in results}
    tested = [
        replace(
            lot, laboratory=by_lot[lot.code].laboratory, lab_on=by_lot[lot.code].tested_on, lab_by2=by_lot[lot.code].basic_yellow_2,
            lab_cadmium_mg_kg=by_lot[lot.code].cadmium_mg_kg,
        )
        for lot in waiting
        if lot.code in by_lot
    ]  # fmt: skip
    answers = gates.decide_lots(
        tested, files.destinations, reference.goods(), season.evidence(), reference.gate_rules(on), on
    )
    services.store_gates((row for row in answers if row.gate == "to_load"), decided_at=season.opens_at)
    return results


def _results(lots: Iterable[LotSpec], listed: list[str], rng: np.random.Generator) -> Iterator[TestResult]:
    for lot in lots:
        is_out, found, cadmium = rng.random(), rng.random(), rng.lognormal(np.log(CADMIUM_MEAN), CADMIUM_SPREAD)
        if is_out >= STILL_OUT_SHARE:
            yield TestResult(
                lot.code, listed[int(rng.integers(len(listed)))], lot.harvest_from, "detected" if found < FOUND_SHARE else "not_detected",
                Decimal(f"{cadmium:.4f}"),
            )  # fmt: skip
