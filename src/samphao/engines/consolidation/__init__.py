"""Consolidation: whole orders into boxes on timetabled departures, with a lower bound that anyone can recompute."""

from samphao.engines.consolidation.bound import Prices
from samphao.engines.consolidation.boxes import DiveParams
from samphao.engines.consolidation.certificate import Verdict, check_plan, lower_bound
from samphao.engines.consolidation.check_fares import bound_of_fares
from samphao.engines.consolidation.fares import Fares, Needs
from samphao.engines.consolidation.instance import (
    BadRowsError,
    Departures,
    Fault,
    Instance,
    Orders,
    SharedLimits,
    build_instance,
)
from samphao.engines.consolidation.master import Certificate
from samphao.engines.consolidation.plan import Plan, Reason, Unserved
from samphao.engines.consolidation.solve import PlanParams, solve

__all__ = [
    "BadRowsError",
    "Certificate",
    "Departures",
    "DiveParams",
    "Fares",
    "Fault",
    "Instance",
    "Needs",
    "Orders",
    "Plan",
    "PlanParams",
    "Prices",
    "Reason",
    "SharedLimits",
    "Unserved",
    "Verdict",
    "bound_of_fares",
    "build_instance",
    "check_plan",
    "lower_bound",
    "solve",
]
