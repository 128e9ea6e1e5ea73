"""A laboratory that is not one: it tests durian lots that came to their packing house without the result of a listed laboratory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np

from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.types import LotSpec, TestResult
from samphao.workflows.season.season import Season

TESTED = "durian-fresh"
SCHEME = "laboratory_gacc"
STILL_OUT_SHARE = 0.15  # of the results are not back when the goods are declared: made for the demo
FOUND_SHARE = 0.04  # of these lots show the dye: made for the demo
CADMIUM_MEAN, CADMIUM_SPREAD = 0.014, 0.5  # mg/kg and the deviation of its logarithm: made for the demo


def untold(lots: Iterable[LotSpec], on: date) -> list[LotSpec]:
    """Return lots without the results that their laboratories have not told by a day."""
    return [
        replace(lot, lab_by2="", lab_cadmium_mg_kg=None, lab_on=None) if lot.lab_on and lot.lab_on > on else lot
        for lot in lots
    ]


def test_lots(season: Season) -> list[TestResult]:
    """Tell the results of the files, test the sold lots that lack a valid one, and keep what was found; return the latter."""
    files, on = season.read(), season.opens_at.date()
    services.record_tests(
        [
            TestResult(lot.code, lot.laboratory, lot.lab_on, lot.lab_by2, lot.lab_cadmium_mg_kg)
            for lot in files.lots
            if lot.lab_on and lot.lab_on > on and lot.lab_cadmium_mg_kg is not None
        ]
    )
    listed = sorted(
        row.organisation
        for row in files.registrations
        if row.scheme == SCHEME and row.status == "valid" and (row.valid_to is None or on <= row.valid_to)
    )
    sold = {sale.lot for sale in trade.sales_of_lots("paid")}
    waiting = [lot for lot in files.lots if lot.code in sold and lot.good == TESTED and lot.laboratory not in listed]
    results = list(_results(waiting, listed, np.random.default_rng((season.seed, 6))))
    services.record_tests(results)
    return results


def _results(lots: Iterable[LotSpec], listed: list[str], rng: np.random.Generator) -> Iterator[TestResult]:
    for lot in lots:
        is_out, found, cadmium = rng.random(), rng.random(), rng.lognormal(np.log(CADMIUM_MEAN), CADMIUM_SPREAD)
        if is_out >= STILL_OUT_SHARE:
            yield TestResult(
                lot.code, listed[int(rng.integers(len(listed)))], lot.harvest_from, "detected" if found < FOUND_SHARE else "not_detected",
                Decimal(f"{cadmium:.4f}"),
            )  # fmt: skip
