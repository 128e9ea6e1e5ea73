"""A season: its files, its clock, and how a stage is timed, checked and remembered."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from samphao.core import events
from samphao.core.errors import NotFound
from samphao.core.models import StageResult
from samphao.reference import queries as reference
from samphao.reference.services import codes_of
from samphao.workflows.season.files import SeasonFiles, read_season
from samphao.workflows.season.market_day import OrderMix


def check(folder: Path) -> None:
    """Read a season's files against the reference data that would be published; raise BadRows with all that is wrong."""
    if not folder.is_dir():
        raise NotFound(f"there is no folder {folder}: run in the project's folder, or name the season's by --season")
    read_season(folder, goods=codes_of("goods"), provinces=codes_of("provinces"))


class BrokenInvariant(RuntimeError):
    """The season counted something that may not be: it stops here."""


@dataclass(slots=True)
class Season:
    """A season's files, its clock and what its stages hand on to each other."""

    name: str
    folder: Path
    opens_at: datetime
    counter_port: int
    seed: int = 2026
    mix: OrderMix = field(default_factory=OrderMix)
    files: SeasonFiles | None = None

    def read(self) -> SeasonFiles:
        if self.files is None:
            self.files = read_season(self.folder, goods=set(reference.goods()), provinces=reference.province_codes())
        return self.files


@dataclass(slots=True)
class Count:
    """What a stage counted; `invariant` is a sentence that held."""

    count: int = 0
    invariant: str = ""
    figures: dict[str, Any] = field(default_factory=dict)


@contextmanager
def stage(season: Season, position: int, name: str) -> Iterator[Count]:
    """Time a stage and keep its result with its effects."""
    count, started = Count(), time.perf_counter()
    yield count
    StageResult.objects.create(
        season=season.name, stage=name, position=position, count=count.count, seconds=time.perf_counter() - started,
        invariant=count.invariant, figures=count.figures,
    )  # fmt: skip


def drain() -> None:
    """Deliver every waiting event."""
    while events.deliver():
        pass
    require(events.waiting() == 0, "events wait that no handler takes")


def require(holds: bool, sentence: str) -> None:
    if not holds:
        raise BrokenInvariant(sentence)
