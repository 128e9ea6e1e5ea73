"""samphao bench plan: consolidate whole orders into boxes on timetabled departures, with a certificate."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from samphao.bench.consolidation_files import read_instance, write_result
from samphao.bench.instances import PROFILES, make_instance
from samphao.engines.consolidation import BadRowsError, Instance, Plan, PlanParams, solve

NAME = "plan"
SUMMARY = "consolidation of whole orders into boxes on timetabled departures, with a lower bound"


def main(argv: list[str]) -> int:
    """Run the benchmark; 0 when a plan was made, 2 when the instance cannot be read."""
    parser = argparse.ArgumentParser(prog=f"samphao bench {NAME}", description=SUMMARY)
    parser.add_argument("--data", type=Path, help="folder with services.csv, orders.csv and meta.json")
    parser.add_argument("--out", type=Path, help="folder for assignments.csv, boxes.csv and certificate.csv")
    parser.add_argument("--orders", type=int, default=60_000, help="orders of the instance made without --data")
    parser.add_argument("--profile", choices=PROFILES, default="lanes", help="kind of the instance made without --data")
    parser.add_argument("--seed", type=int, default=1, help="of the instance made without --data, and of the planner")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    args = parser.parse_args(argv)
    if args.orders < 1:
        parser.error("--orders must be at least 1")
    try:
        instance = read_instance(args.data) if args.data else make_instance(args.profile, args.orders, args.seed)
    except (BadRowsError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    started = time.perf_counter()
    plan = solve(instance, PlanParams(seed=args.seed))
    seconds = time.perf_counter() - started
    if args.out:
        write_result(args.out, instance, plan)
    print(json.dumps(_figures(instance, plan, seconds)) if args.json else _summary(instance, plan, seconds))
    return 0


def _figures(instance: Instance, plan: Plan, seconds: float) -> dict[str, int | float]:
    return {
        "orders": len(instance.orders),
        "departures": len(instance.departures),
        "boxes": int(plan.boxes.sum()),
        "seconds": round(seconds, 3),
        "lower_bound": round(plan.certificate.lower_bound, 2),
        "cost": round(plan.cost, 2),
        "gap": round(plan.gap, 6),
        "unserved": len(plan.unserved),
    }


def _summary(instance: Instance, plan: Plan, seconds: float) -> str:
    lines = [
        f"{len(instance.orders):,} orders on {len(instance.departures):,} departures in {seconds:.1f} s",
        f"{int(plan.boxes.sum()):,} boxes and {plan.loose_m3.sum():,.0f} m3 of loose space",
        f"cost {plan.cost:,.0f}; no plan costs less than {plan.certificate.lower_bound:,.0f} (gap {plan.gap:.2%})",
        f"{len(plan.unserved):,} orders stay behind",
    ]
    lines += [f"  {instance.orders.ids[item.order]}: {item.reason.value}" for item in plan.unserved[:10]]
    return "\n".join(lines)
