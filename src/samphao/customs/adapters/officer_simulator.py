"""An officer who is not one, and the offices that answer him: they work down a season's red line, so that a person's queue is short."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop as _

from samphao.customs.types import Decision, DecisionSpec, SuppliedPaper

OFFICER = "officer simulator"
ISSUERS = "issuing offices simulator"
ANSWERED_SHARE = 0.93  # papers that come when they are asked for: made for the demo
LOOKED_AT_H, ANSWERED_H = 2, 4  # until an officer has looked, until papers have come: made for the demo
DOUBTED_SHARE = 0.1  # unusual values that are not believed
ASK = _("Send the papers that are missing; the goods wait until they are here.")
STOP = _("The party is not listed today, so these goods do not leave.")
DOUBT = _("The value is far from the season's; the valuation desk looks at the contract first.")
VALUE = _("The invoice and the price of the lot agree; the grade explains the value.")
FIRST = _("First export: registration, packing house and goods were looked at, and nothing was found.")
CHANCE = _("Looked at by chance: goods and papers agree.")
COMPLETE = _("The papers that were asked for came and are in order.")
OTHERWISE = _("Goods and papers were looked at, and nothing was found.")


@dataclass(frozen=True, slots=True)
class WaitingCase:
    """A declaration on the red line as the simulator sees it."""

    code: str
    load: str
    rules: tuple[str, ...]
    missing: tuple[str, ...]
    departs_at: datetime
    submitted_at: datetime
    office: str


def for_people(cases: Sequence[WaitingCase], count: int) -> set[str]:
    """Choose what is left to people: of the busiest office, whose officers alone decide it; reasons in turn, so that its queue shows
    every kind; the earliest departure first.
    """
    queues: dict[str, list[WaitingCase]] = {}
    at = Counter(case.office for case in cases)
    office = min(at, key=lambda code: (-at[code], code), default="")
    for case in sorted(cases, key=lambda case: (case.departs_at, case.code)):
        if case.office == office:
            queues.setdefault(case.rules[0] if case.rules else "", []).append(case)
    chosen: list[str] = []
    while len(chosen) < count and any(queues.values()):
        for queue in [queues[rule] for rule in sorted(queues)]:
            if queue and len(chosen) < count:
                chosen.append(queue.pop(0).code)
    return set(chosen)


def decisions(cases: Iterable[WaitingCase], seed: int) -> Iterator[DecisionSpec]:
    """Decide the red line as the reasons suggest, within hours; the same seed decides the same."""
    for case in cases:
        decision, reason = _decide(case, seed)
        hours = LOOKED_AT_H * (0.5 + draw(seed, f"{case.code}/hours"))
        if decision is not Decision.ASK_DOCUMENTS and _were_asked(case):
            hours += ANSWERED_H
        yield DecisionSpec(case.code, decision, reason, case.submitted_at + timedelta(hours=hours))


def _were_asked(case: WaitingCase) -> bool:
    return bool(set(case.rules) & {"paper-missing", "permit-missing", "paper-late"})


def _decide(case: WaitingCase, seed: int) -> tuple[Decision, str]:
    rules = set(case.rules)
    if case.missing:
        return Decision.ASK_DOCUMENTS, ASK
    if rules & {"packing-house-not-valid", "exporter-not-registered"}:
        return Decision.HOLD, STOP
    if "value-unusual" in rules:
        doubted = draw(seed, case.code) < DOUBTED_SHARE
        return (Decision.HOLD, DOUBT) if doubted else (Decision.RELEASE, VALUE)
    if _were_asked(case):
        return Decision.RELEASE, COMPLETE
    if "first-export" in rules:
        return Decision.RELEASE, FIRST
    return Decision.RELEASE, CHANCE if "random" in rules else OTHERWISE


def answers(asked: Iterable[WaitingCase], seed: int) -> Iterator[SuppliedPaper]:
    """Yield the papers that offices, laboratories and importers send for most of what was asked."""
    for case in asked:
        if draw(seed, case.code) < ANSWERED_SHARE:
            for document in case.missing:
                at = case.submitted_at + timedelta(hours=ANSWERED_H)
                yield SuppliedPaper(case.code, document, f"SIM-{document.upper()[:12]}-{case.code[3:]}", at)


def draw(seed: int, code: str) -> float:
    return int.from_bytes(hashlib.blake2b(f"{seed}/{code}".encode(), digest_size=6).digest(), "big") / 2**48
