"""Read consolidation instances from folders, write plans into them: services.csv, orders.csv, limits.csv, meta.json."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from samphao.engines.consolidation import BadRowsError, Fault, Instance, Plan, build_instance
from samphao.engines.consolidation.instance import DEPARTURE_FIELDS, LIMIT_FIELDS, ORDER_FIELDS

SETTINGS = ("transfer_h", "legs_max", "unserved_cost_m3")


def read_instance(folder: Path) -> Instance:
    """Read a folder; limits.csv (shared resources) may be absent.

    Raises
    ------
    BadRowsError
        With every fault, by table and row (the first row below the header is row 1).
    OSError
        When a file cannot be read.
    """
    faults: list[Fault] = []
    meta = _read_meta(folder / "meta.json", faults)
    departures = _read_rows(folder / "services.csv", "departures", DEPARTURE_FIELDS, faults)
    orders = _read_rows(folder / "orders.csv", "orders", ORDER_FIELDS, faults)
    limits_file = folder / "limits.csv"
    limits = _read_rows(limits_file, "limits", LIMIT_FIELDS, faults) if limits_file.exists() else []
    if faults:
        raise BadRowsError(faults)
    return build_instance(
        departures,
        orders,
        transfer_h=meta["transfer_h"],
        legs_max=int(meta["legs_max"]),
        unserved_cost_m3=meta["unserved_cost_m3"],
        limit_rows=limits,
    )


def _read_meta(path: Path, faults: list[Fault]) -> dict[str, float]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        faults.append(Fault("settings", 0, f"{path.name} is not JSON: {error}"))
        return {}
    out = {}
    for name in SETTINGS:
        value = told.get(name) if isinstance(told, dict) else None
        if isinstance(value, bool) or not isinstance(value, int | float):
            faults.append(Fault("settings", 0, f"{path.name} must hold the number {name}"))
        else:
            out[name] = float(value)
    return out


def _read_rows(path: Path, table: str, fields: Sequence[str], faults: list[Fault]) -> list[Sequence[str]]:
    """Rows with the named fields in their order; columns that the engine does not know are left out."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        missing = [name for name in fields if name not in header]
        if missing:
            faults.append(Fault(table, 0, f"{path.name} lacks the columns {', '.join(missing)}"))
            return []
        if list(fields) == header:
            return list(reader)
        columns = [header.index(name) for name in fields]
        rows: list[Sequence[str]] = []
        for number, row in enumerate(reader, 1):
            if len(row) == len(header):
                rows.append([row[c] for c in columns])
            else:
                faults.append(Fault(table, number, f"has {len(row)} fields where {len(header)} are expected"))
        return rows


def write_instance(folder: Path, instance: Instance) -> None:
    """Write an instance in the form that `read_instance` reads."""
    folder.mkdir(parents=True, exist_ok=True)
    d, o, shared, nodes = instance.departures, instance.orders, instance.shared, instance.nodes
    with (folder / "services.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(DEPARTURE_FIELDS)
        out.writerows(
            zip(
                d.ids, (nodes[k] for k in d.start), (nodes[k] for k in d.end), d.depart_h, d.arrive_h,
                d.is_cold.astype(int), d.box_cost, d.box_volume_m3, d.box_mass_kg, d.boxes_max, d.loose_cost_m3,
                d.loose_max_m3, strict=True,
            )
        )  # fmt: skip
    with (folder / "orders.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(ORDER_FIELDS)
        out.writerows(
            zip(
                o.ids, (nodes[k] for k in o.origin), (nodes[k] for k in o.destination), o.release_h, o.due_h,
                o.volume_m3, o.mass_kg, o.is_cold.astype(int), strict=True,
            )
        )  # fmt: skip
    if len(shared):
        with (folder / "limits.csv").open("w", newline="", encoding="utf-8") as file:
            out = csv.writer(file)
            out.writerow(LIMIT_FIELDS)
            for r, k, slots in zip(shared.resource, shared.departure, shared.slots_per_box, strict=True):
                out.writerow([shared.names[r], d.ids[k], slots, shared.slots_max[r]])
    meta = {name: getattr(instance, name) for name in SETTINGS}
    (folder / "meta.json").write_text(json.dumps(meta), encoding="utf-8")


def write_result(folder: Path, instance: Instance, plan: Plan) -> None:
    """Write assignments.csv, boxes.csv and certificate.csv; slots.csv too where resources are shared."""
    folder.mkdir(parents=True, exist_ok=True)
    d, prices = instance.departures, plan.certificate.prices
    names = [">".join(d.ids[k] for k in path if k >= 0) for path in plan.paths]
    with (folder / "assignments.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["order", "departures"])
        out.writerows(
            (order, names[path] if path >= 0 else "")
            for order, path in zip(instance.orders.ids, plan.path_of_order.tolist(), strict=True)
        )
    with (folder / "boxes.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["departure", "boxes", "loose_m3"])
        for k in np.flatnonzero((plan.boxes > 0) | (plan.loose_m3 > 0)):
            out.writerow([d.ids[k], int(plan.boxes[k]), repr(float(plan.loose_m3[k]))])
    with (folder / "certificate.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["departure", "volume_price", "mass_price"])
        for k in np.flatnonzero((prices.volume > 0) | (prices.mass > 0)):
            out.writerow([d.ids[k], repr(float(prices.volume[k])), repr(float(prices.mass[k]))])
    if len(instance.shared):
        with (folder / "slots.csv").open("w", newline="", encoding="utf-8") as file:
            out = csv.writer(file)
            out.writerow(["resource", "slot_price"])
            out.writerows((n, repr(float(p))) for n, p in zip(instance.shared.names, prices.slot, strict=True))
