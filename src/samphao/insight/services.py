"""What is counted now and then, because it takes too long for each visitor."""

from __future__ import annotations

from dataclasses import asdict

from samphao.core import summaries
from samphao.core.jobs import Job
from samphao.insight import queries
from samphao.insight.queries import Impact


def count_impact() -> Impact:
    """Count the impact from the orders and keep it for the page that shows it."""
    reached = queries.impact()
    summaries.keep(queries.IMPACT, asdict(reached))
    return reached


PERIODIC = (Job("impact", 60, count_impact),)
"""The worker's jobs, as `workflows.worker` has its own."""
