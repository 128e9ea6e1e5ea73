"""Find a place or a good by any of its names: Thai, Chinese, English or code."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TypeVar

from samphao.core.errors import NotFound
from samphao.reference.freight_rows import Node
from samphao.reference.models import Destination, Good, Province

Found = TypeVar("Found")


EXAMPLES = {
    "province": "Chanthaburi, จันทบุรี or 尖竹汶府",
    "city": "Kunming, คุนหมิง or 昆明, or a node of the network such as CNKMG",
    "good": "durian-fresh, ทุเรียนสด or 鲜榴莲",
}


def find_door(name: str) -> tuple[str, tuple[float, float]]:
    """Return the name and the place of a province."""
    known: dict[str, tuple[str, tuple[float, float]]] = {}
    for row in Province.objects.all():
        for key in (row.name_en, row.name_th, row.name_zh, row.code_iso):
            known[key] = (row.name_en, (row.lat, row.lon))
    return _pick(known, name, "province")


def find_destination(name: str, nodes: dict[str, Node]) -> tuple[str, str]:
    """Return the name and the node code of a city that the hub serves, or of any node of the network."""
    known: dict[str, tuple[str, str]] = {}
    for row in Destination.objects.all():
        for key in (row.city_en, row.city_th, row.city_zh, row.code):
            if key:
                known[key] = (row.city_en, row.node)
    for node in nodes.values():
        for name_of_node in (node.name_en, node.name_th, node.name_zh, node.code):
            for key in (name_of_node, *re.split(r"\s*[(（]", name_of_node)[:1]):
                if key:
                    known.setdefault(key, (node.name_en, node.code))
    return _pick(known, name, "city")


def find_good(name: str) -> Good:
    known: dict[str, Good] = {}
    for row in Good.objects.all():
        for key in (row.code, row.name_en, row.name_th, row.name_zh):
            known.setdefault(key, row)
    return _pick(known, name, "good")


def _pick(known: dict[str, Found], name: str, kind: str) -> Found:
    """Return what has the name, whatever its letters' case; raise NotFound with the nearest names, one for each thing."""
    folded: dict[str, str] = {}
    for key in known:
        folded.setdefault(key.casefold(), key)
    wanted = name.strip().casefold()
    if wanted in folded:
        return known[folded[wanted]]
    near: list[str] = []
    begun: dict[str, list[str]] = {}
    for low, key in folded.items():
        for start in (low, re.split(r"[-, (]", low)[0]):  # `durian` stands for `durian-fresh`
            begun.setdefault(start, []).append(key)
    for close in get_close_matches(wanted, begun, n=6, cutoff=0.6):
        for key in begun[close]:
            if all(known[key] != known[other] for other in near):
                near.append(key)
    if near:
        raise NotFound(f"there is no {kind} named `{name}`; near it: {', '.join(f'`{other}`' for other in near[:3])}")
    raise NotFound(f"there is no {kind} named `{name}`: write one such as {EXAMPLES[kind]}")
