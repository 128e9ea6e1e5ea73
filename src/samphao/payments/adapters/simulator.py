"""A bank that is not one: it pays what buyers owe, as buyers do. Every screen that shows its payments says `simulator`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from samphao.payments.types import BankReport

METHOD = "simulator"
PAID_SHARE = 0.985  # the rest let their hold run out
TWICE_SHARE = 0.01  # a bank that reports the same payment twice


def reports(due: Sequence[tuple[str, int, str, str]], seed: int) -> list[BankReport]:
    """Return what the bank reports for (order code, minor units, currency, lot code) rows, some of it twice."""
    rng = np.random.default_rng(seed)
    pays = rng.random(len(due)) < PAID_SHARE
    again = rng.random(len(due)) < TWICE_SHARE
    paid = [
        BankReport(order, f"SIM-{order}", amount, currency, lot)
        for (order, amount, currency, lot), does in zip(due, pays, strict=True)
        if does
    ]
    return paid + [report for report, repeats in zip(paid, again, strict=False) if repeats]
