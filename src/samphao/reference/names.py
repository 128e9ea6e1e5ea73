"""Find a place or a good by any of its names: Thai, Chinese, English or code."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TypeVar

from samphao.core.errors import NotFound
from samphao.reference.freight_rows import Node
from samphao.reference.models import Destination, Good, Province

Found = TypeVar("Found")


def find_door(name: str) -> tuple[str, tuple[float, float]]:
    """Return the name and the place of a province."""
    known: dict[str, tuple[str, tuple[float, float]]] = {}
    for row in Province.objects.all():
        for key in (row.code_iso, row.name_en, row.name_th, row.name_zh):
            known[key.casefold()] = (row.name_en, (row.lat, row.lon))
    return _pick(known, name, "province")


def find_destination(name: str, nodes: dict[str, Node]) -> tuple[str, str]:
    """Return the name and the node code of a city that the hub serves, or of any node of the network."""
    known: dict[str, tuple[str, str]] = {}
    for node in nodes.values():
        for name_of_node in (node.code, node.name_en, node.name_th, node.name_zh):
            for key in (name_of_node, *re.split(r"\s*[(（]", name_of_node)[:1]):
                if key:
                    known.setdefault(key.casefold(), (node.name_en, node.code))
    for row in Destination.objects.all():
        for key in (row.code, row.city_en, row.city_th, row.city_zh):
            if key:
                known[key.casefold()] = (row.city_en, row.node)
    return _pick(known, name, "city")


def find_good(name: str) -> Good:
    known: dict[str, Good] = {}
    for row in Good.objects.all():
        for key in (row.code, row.name_en, row.name_th, row.name_zh):
            known.setdefault(key.casefold(), row)
    return _pick(known, name, "good")


def _pick(known: dict[str, Found], name: str, kind: str) -> Found:
    found = known.get(name.strip().casefold())
    if found is None:
        near = get_close_matches(name.casefold(), known, n=3, cutoff=0.5)
        hint = f" Did you mean {', '.join(near)}?" if near else ""
        raise NotFound(f"there is no {kind} named {name!r}.{hint}".removesuffix("."))
    return found
