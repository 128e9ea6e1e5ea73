"""The season at customs: export declarations with their lanes, and the entry inspection of the other country."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from django.db import transaction

from samphao.accounts import queries as accounts
from samphao.core import clock
from samphao.customs import queries as customs_queries
from samphao.customs import services as customs
from samphao.customs.adapters import officer_simulator
from samphao.customs.adapters.officer_simulator import WaitingCase
from samphao.freight import queries as freight
from samphao.workflows import declaring, entering
from samphao.workflows.season.season import Season, drain, require, stage

LEFT_FOR_PEOPLE = 12
PERMIT = "quarantine-permit"
AHEAD = timedelta(hours=12)  # of its departure a consignment is declared: made for the demo


def export_declarations(season: Season) -> None:
    """Declare every consignment, give it its line, and let the simulator work the red line down to a person's share."""
    with transaction.atomic(), stage(season, 7, "export declarations") as count:
        customs.publish_offices()
        gathered = declaring.exports_to_declare(season.opens_at.date(), season.seed)
        require(not gathered.undeclared, f"nobody can declare {gathered.undeclared[:3]}: exporter or importer unknown")
        at = clock.now()
        specs = [replace(spec, submitted_at=spec.transport.departs_at - AHEAD) for spec in gathered.specs]
        declared = customs.declare_exports(specs, accounts.ids_by_code(), seed=season.seed, at=at)
        kept = _work_down(season.seed)
        reasonless = customs_queries.reasonless()
        require(not reasonless, f"{reasonless} declarations have a line without a reason")
        count.count = declared.count
        count.figures = {
            "green": declared.released, "red": declared.red, "random": declared.random, "drafts": declared.drafts,
            "waiting": kept, "loads_stopped": len(customs_queries.loads_stopped()),
        }  # fmt: skip
        count.invariant = f"{declared.red} on the red line, each with its reason; {declared.random} of them by chance; {kept} wait for a person"
    drain()


def entry_inspections(season: Season) -> None:
    """Enter what was released: the simulator samples, duty and VAT are declared as collected, permits are drawn."""
    with transaction.atomic(), stage(season, 9, "entry inspections") as count:
        specs = entering.imports_to_declare(season.opens_at.date())
        entered = customs.declare_imports(specs, accounts.ids_by_code(), seed=season.seed)
        wrong = customs_queries.permits_drawn_wrongly()
        require(not wrong, f"permits {wrong[:3]} differ from what was drawn from them")
        count.count = entered.count
        count.figures = {
            "sampled": entered.sampled, "findings": entered.findings, "short_of_permit": entered.short_of_permit, "cleared": entered.cleared,
            "drawn_kg": entered.drawn_kg,
        }  # fmt: skip
        count.invariant = f"{entered.drawn_kg:,} kg drawn from permits, none above what was granted; {entered.findings} findings in {entered.sampled} samples"
    drain()


def _work_down(seed: int) -> int:
    """Let the officer simulator decide, offices answer, and the officer decide what they answered; return who waits."""
    at = clock.now()
    waiting = customs_queries.cases_in("control")
    keep = freight.loads_that_keep()  # fruit would be refunded long before somebody looks at the demo
    left = officer_simulator.for_people([case for case in waiting if case.load in keep], LEFT_FOR_PEOPLE)
    _decide((case for case in waiting if case.code not in left), seed)
    papers = list(officer_simulator.answers(customs_queries.cases_in("documents_asked"), seed))
    customs.grant_permits(customs_queries.permits_short(), accounts.ids_by_code())
    numbers = customs_queries.permit_numbers([paper.declaration for paper in papers])
    papers = [
        replace(paper, number=numbers.get(paper.declaration, "")) if paper.document == PERMIT else paper
        for paper in papers
    ]
    customs.supply_papers(papers, by=officer_simulator.ISSUERS, at=at)
    _decide((case for case in customs_queries.cases_in("control") if case.code not in left), seed)
    return len(customs_queries.cases_in("control"))


def _decide(cases: Iterable[WaitingCase], seed: int) -> None:
    customs.decide_many(
        list(officer_simulator.decisions(cases, seed)),
        by=officer_simulator.OFFICER,
        at=clock.now(),
    )
