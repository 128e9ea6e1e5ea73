"""The map of the corridor, drawn on the server: provinces by value, flows by volume and mode, pins, labels.

Every drawing is a string of SVG without script or style attribute; text given by callers is escaped. Colours, and with
them the dark mode, are the stylesheet's. Outlines are not authoritative: the figure's caption says so, and a table with
the same numbers goes beside every map.
"""

from __future__ import annotations

import json
import math
import unicodedata
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

Mode = Literal["sea", "rail", "road", "air", "post"]
Outlines = Literal["corridor", "all", "none"]
PinKind = Literal["plain", "ok", "warn", "bad"]

CLASSES = 5
DRAWN_KEPT = 50
"""Maps that are kept by everything that they show, of some 60 kB each: what has not changed is not drawn again."""
NARROW = 1.7  # how much larger the type is in a drawing that a telephone shows at half its size
# Ships from the Gulf of Thailand to the South China Sea pass south of Cape Ca Mau and outside Hainan.
AROUND_VIETNAM = ((7.5, 104.2), (9.4, 109.4))
DASHES: Mapping[str, str] = {"air": "1.5 5", "post": "6 4"}


class Place(NamedTuple):
    """A point on the map by latitude and longitude in degrees."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Flow:
    """Something carried: the stroke's width grows with the root of `volume`, its colour and dash tell the mode.

    `via` are places that the line passes, such as a cape or a border town; without them it is one gentle arc whose
    `bend` is a share of its length (positive to the left of the direction of travel).
    """

    start: Place
    end: Place
    mode: Mode
    volume: float
    title: str = ""
    via: Sequence[Place] = ()
    bend: float = 0.12
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class Pin:
    """A place with a mark and, when `label` is given, its name.

    On narrow screens `short` stands for the label, in larger type, and minor pins are left out.
    """

    at: Place
    label: str = ""
    short: str = ""
    kind: PinKind = "plain"
    title: str = ""
    is_minor: bool = False
    is_strong: bool = False
    href: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """The part of the corridor that a map shows, and the width of the drawing in its own units."""

    west: float
    south: float
    east: float
    north: float
    width: float = 620.0


CORRIDOR = View(92.0, 4.8, 123.6, 32.6)
MAINLAND = View(95.6, 5.2, 110.4, 26.6, 520.0)
THAILAND = View(96.2, 5.3, 106.8, 20.9, 460.0)


def round_up(value: float) -> float:
    """Return the next number of two digits from a positive value on: 0.0123 becomes 0.013, 4,321 becomes 4,400."""
    scale = 10.0 ** (math.floor(math.log10(value)) - 1)
    return float(f"{math.ceil(value / scale - 1e-9) * scale:.12g}")


@dataclass(frozen=True, eq=False)
class Choropleth:
    """Values per province (ISO 3166-2 code) in classes that hold about as many provinces each; nothing sold is a class too.

    Harvests are so uneven that classes of equal width would show one dark province and seventy-six pale ones.
    """

    values: Mapping[str, float]
    titles: Mapping[str, str] = field(default_factory=dict)
    hrefs: Mapping[str, str] = field(default_factory=dict)
    highlighted: frozenset[str] = frozenset()

    @cached_property
    def _content(self) -> tuple[Any, ...]:
        return (*(tuple(shown.items()) for shown in (self.values, self.titles, self.hrefs)), self.highlighted)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Choropleth) and self._content == other._content

    def __hash__(self) -> int:
        return hash(self._content)

    @cached_property
    def breaks(self) -> tuple[float, ...]:
        """Return the upper bounds of the classes, round numbers so that the key can be read; few values have few classes."""
        known = sorted(value for value in self.values.values() if value > 0)
        at = (known[math.ceil(len(known) * n / CLASSES) - 1] for n in range(1, CLASSES + 1) if known)
        return tuple(sorted({round_up(value) for value in at}))

    def class_of(self, code: str) -> str:
        value = self.values.get(code)
        if value is None:
            return "none"
        return self._shade(bisect_left(self.breaks, value)) if value > 0 else "q0"

    def _shade(self, n: int) -> str:
        """Return the class of the n-th bound: however few there are, the last is the darkest."""
        return f"q{CLASSES - (len(self.breaks) - 1 - n)}"

    def bounds(self) -> list[tuple[str, float, float]]:
        """Return (class, above, up to) of the classes for the key, the smallest first; zero only where there is one."""
        zero = [("q0", 0.0, 0.0)] if any(value <= 0 for value in self.values.values()) else []
        return zero + [(self._shade(n), ([0.0, *self.breaks])[n], up_to) for n, up_to in enumerate(self.breaks)]


@lru_cache(maxsize=1)
def _outlines() -> dict[str, Any]:
    text = files("samphao.web").joinpath("static/web/map/corridor.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def province_codes() -> list[str]:
    """Return the ISO 3166-2 codes of the provinces that the map can draw."""
    return sorted(_outlines()["provinces"])


def project(at: Place) -> tuple[float, float]:
    """Return a place in the units of corridor.json (x to the east, y to the south)."""
    how = _outlines()["projection"]
    units = how["units_per_degree"]
    return (at.lon - how["west"]) * units, (_mercator(how["north"]) - _mercator(at.lat)) * units


def _mercator(lat: float) -> float:
    return math.degrees(math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)))


class _Frame:
    """A view's window onto the data: scale and origin."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.left, self.top = project(Place(view.north, view.west))
        right, bottom = project(Place(view.south, view.east))
        self.scale = view.width / (right - self.left)
        self.width, self.height = view.width, round((bottom - self.top) * self.scale, 1)

    def place(self, at: Place) -> tuple[float, float]:
        x, y = project(at)
        return (x - self.left) * self.scale, (y - self.top) * self.scale

    @property
    def transform(self) -> str:
        return f"scale({self.scale:.5g}) translate({-self.left:.1f} {-self.top:.1f})"


def _base(outlines: Outlines) -> str:
    data = _outlines()
    borders = data["borders"]
    drawn = {"none": "", "corridor": borders["corridor"], "all": borders["corridor"] + borders["other"]}[outlines]
    # The land is coarser than the provinces: a seam in the land's colour closes what would gape between the two.
    return f'<path class="land" d="{data["land"]}"/><path class="seam" stroke-width="20" d="{borders["seam"]}"/>' + (
        f'<path class="border" d="{drawn}"/>' if drawn else ""
    )


def _graticule(frame: _Frame) -> str:
    view = frame.view
    lines = []
    for lon in range(math.ceil(view.west / 5) * 5, math.floor(view.east) + 1, 5):
        x = frame.place(Place(view.north, lon))[0]
        lines.append(f"M{x:.1f} 0V{frame.height:g}")
    for lat in range(math.ceil(view.south / 5) * 5, math.floor(view.north) + 1, 5):
        y = frame.place(Place(lat, view.west))[1]
        lines.append(f"M0 {y:.1f}H{frame.width:g}")
    return f'<path class="grat" d="{"".join(lines)}"/>'


def _provinces(shown: Choropleth | None) -> str:
    parts = []
    for code, path in _outlines()["provinces"].items():
        if shown is None:
            parts.append(f'<path class="prov q0" d="{path}"/>')
            continue
        title = shown.titles.get(code, "")
        inner = f"<title>{escape(title)}</title>" if title else ""
        on = " on" if code in shown.highlighted else ""
        shape = f'<path class="prov {shown.class_of(code)}{on}" d="{path}">{inner}</path>'
        href = shown.hrefs.get(code)
        # The table beside the map holds the same links: a keyboard need not pass seventy-seven provinces.
        parts.append(f'<a href="{escape(href)}" tabindex="-1">{shape}</a>' if href else shape)
    return "".join(parts)


def _curve(points: Sequence[tuple[float, float]]) -> str:
    """Return a smooth path through points (Catmull and Rom's spline as cubic Béziers)."""
    ends = [points[0], *points, points[-1]]
    path = f"M{points[0][0]:.1f},{points[0][1]:.1f}"
    for before, a, b, after in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        path += (
            f"C{a[0] + (b[0] - before[0]) / 6:.1f},{a[1] + (b[1] - before[1]) / 6:.1f}"
            f" {b[0] - (after[0] - a[0]) / 6:.1f},{b[1] - (after[1] - a[1]) / 6:.1f} {b[0]:.1f},{b[1]:.1f}"
        )
    return path


def _arc(a: tuple[float, float], b: tuple[float, float], bend: float) -> str:
    dx, dy = b[0] - a[0], b[1] - a[1]
    x, y = (a[0] + b[0]) / 2 + dy * bend * 2, (a[1] + b[1]) / 2 - dx * bend * 2
    return f"M{a[0]:.1f},{a[1]:.1f}Q{x:.1f},{y:.1f} {b[0]:.1f},{b[1]:.1f}"


def _rounds_vietnam(flow: Flow) -> tuple[Place, ...]:
    """Return the capes that a ship passes between the Gulf of Thailand and the South China Sea, in its order."""

    def in_gulf(at: Place) -> bool:
        return at.lon < 104.8 and 6 < at.lat < 13.9

    def beyond(at: Place) -> bool:
        return at.lon > 106 and at.lat > 17.2

    capes = tuple(Place(*cape) for cape in AROUND_VIETNAM)
    if in_gulf(flow.start) and beyond(flow.end):
        return capes
    return capes[::-1] if in_gulf(flow.end) and beyond(flow.start) else ()


def _flows(flows: Sequence[Flow], frame: _Frame) -> str:
    most = max((flow.volume for flow in flows), default=0.0) or 1.0
    parts = []
    for flow in sorted(flows, key=lambda flow: -flow.volume):
        via = tuple(flow.via) or (_rounds_vietnam(flow) if flow.mode == "sea" else ())
        points = [frame.place(at) for at in (flow.start, *via, flow.end)]
        path = _curve(points) if via else _arc(points[0], points[-1], flow.bend)
        width = round(1.4 + 3.4 * math.sqrt(max(flow.volume, 0) / most), 2)
        parts.append(_stroke(path, flow.mode, width, flow.title, is_closed=flow.is_closed))
    return "".join(parts)


def _stroke(path: str, mode: str, width: float, title: str = "", *, is_closed: bool = False) -> str:
    dash = "3 4" if is_closed else DASHES.get(mode, "")
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    text = f"<title>{escape(title)}</title>" if title else ""
    drawn = f'<path class="halo" stroke-width="{width + 2:g}" d="{path}"/>' if mode != "air" else ""
    classes = f"flow {mode}{' closed' if is_closed else ''}"
    drawn += f'<path class="{classes}" stroke-width="{width:g}"{dashes} d="{path}">{text}</path>'
    if mode == "rail" and not is_closed:  # a railway looks like one on a printed map: light ties along the line
        drawn += f'<path class="ties" stroke-width="{max(width - 1.4, 0.6):g}" stroke-dasharray="4 6" d="{path}"/>'
    return drawn


def text_width(text: str, size: float) -> float:
    """Estimate a label's width: Chinese is square, Thai marks take no room, Sarabun's letters about half their size."""
    units = 0.0
    for letter in text:
        if unicodedata.combining(letter) or unicodedata.category(letter) == "Mn":
            continue
        units += 1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.53
    return units * size


Box = tuple[float, float, float, float]


def _overlap(a: Box, b: Box) -> float:
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


def _label_box(at: tuple[float, float], side: str, width: float, size: float) -> tuple[Box, tuple[float, float, str]]:
    x, y = at
    gap = size * 0.6
    if side == "e":
        return (x + gap, y - size * 0.6, x + gap + width, y + size * 0.6), (x + gap, y + size * 0.36, "start")
    if side == "w":
        return (x - gap - width, y - size * 0.6, x - gap, y + size * 0.6), (x - gap, y + size * 0.36, "end")
    up = side == "n"
    base = y - gap if up else y + gap + size * 0.8
    box = (x - width / 2, base - size, x + width / 2, base + size * 0.3)
    return box, (x, base, "middle")


def _pins(pins: Sequence[Pin], frame: _Frame, size: float) -> str:
    """Draw pins, and their names where they cover least of each other; ties go to the east, as print does."""
    radius = size * 0.3
    places = [frame.place(pin.at) for pin in pins]
    taken: list[Box] = [(x - radius, y - radius, x + radius, y + radius) for x, y in places]
    marks, labels = [], []
    for pin in sorted(pins, key=lambda pin: (pin.is_minor, not pin.is_strong)):
        x, y = frame.place(pin.at)
        title = f"<title>{escape(pin.title)}</title>" if pin.title else ""
        marks.append(
            f'<circle class="pin {pin.kind}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.2g}" '
            f'stroke-width="{size * 0.12:.2g}">{title}</circle>'
        )
        if pin.label:
            labels.append(_label(pin, (x, y), frame, size, taken))
    return "".join(marks) + "".join(labels)


def _label(pin: Pin, at: tuple[float, float], frame: _Frame, size: float, taken: list[Box]) -> str:
    width = text_width(pin.label, size)

    def cost(side: str) -> float:
        box, _ = _label_box(at, side, width, size)
        outside = sum(max(0.0, over) for over in (-box[0], -box[1], box[2] - frame.width, box[3] - frame.height))
        return sum(_overlap(box, other) for other in taken) + outside * size * 4 + "ewns".index(side) * 0.5

    box, (x, y, anchor) = _label_box(at, min("ewns", key=cost), width, size)
    taken.append(box)
    text = (
        f'<text class="lab{" up" if pin.is_strong else ""}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" '
        f'font-size="{size:g}" stroke-width="{size * 0.28:.3g}">{escape(pin.label)}</text>'
    )
    return f'<a href="{escape(pin.href)}">{text}</a>' if pin.href else text


def _near(pins: Sequence[Pin]) -> list[Pin]:
    """Return the pins that a narrow screen shows, with their short names."""
    return [replace(pin, label=pin.short or pin.label) for pin in pins if not pin.is_minor]


def corridor_map(
    label: str,
    *,
    view: View = CORRIDOR,
    choropleth: Choropleth | None = None,
    flows: Sequence[Flow] = (),
    pins: Sequence[Pin] = (),
    outlines: Outlines = "corridor",
) -> SafeString:
    """Draw the map as SVG; `label` is what someone hears who does not see it. The same map is drawn once."""
    return _drawn(label, view, choropleth, tuple(flows), tuple(pins), outlines)


@lru_cache(maxsize=DRAWN_KEPT)
def _drawn(
    label: str,
    view: View,
    choropleth: Choropleth | None,
    flows: tuple[Flow, ...],
    pins: tuple[Pin, ...],
    outlines: Outlines,
) -> SafeString:
    frame = _Frame(view)
    size = round(frame.width / 46, 1)
    has_links = bool(choropleth and choropleth.hrefs) or any(pin.href for pin in pins)
    svg = (
        f'<svg class="map" viewBox="0 0 {frame.width:g} {frame.height:g}" role="{"group" if has_links else "img"}" '
        f'aria-label="{escape(label)}">{_graticule(frame)}'
        f'<g transform="{frame.transform}">{_base(outlines)}{_provinces(choropleth)}</g>'
        f'{_flows(flows, frame)}<g class="far">{_pins(pins, frame, size)}</g>'
        f'<g class="near">{_pins(_near(pins), frame, size * NARROW)}</g></svg>'
    )
    return mark_safe(svg)  # noqa: S308 - every text in it went through escape()


def flow_key(names: Mapping[str, str]) -> SafeString:
    """Draw the key of the modes that a map shows: mode to its name, in the order given."""
    items = "".join(
        f'<li><svg viewBox="0 0 26 10" aria-hidden="true">{_stroke("M1,5L25,5", mode, 2.6)}</svg>{escape(name)}</li>'
        for mode, name in names.items()
    )
    return mark_safe(f'<ul class="key">{items}</ul>')  # noqa: S308 - names are escaped


def choropleth_key(shown: Choropleth, *, unit: str = "", none_label: str = "") -> SafeString:
    """Draw the key of the classes, the unit named once; `none_label` names provinces of which nothing is known."""
    items = [(name, f"{above:,.12g}–{up_to:,.12g}" if up_to else "0") for name, above, up_to in shown.bounds()]
    if items and unit:
        items[-1] = (items[-1][0], f"{items[-1][1]} {unit}")
    if none_label:
        items.append(("none", none_label))
    drawn = "".join(
        f'<li><svg viewBox="0 0 26 10" aria-hidden="true"><rect class="prov {name}" x=".5" y="-1" width="25" '
        f'height="12" rx="2"/></svg>{escape(words)}</li>'
        for name, words in items
    )
    return mark_safe(f'<ul class="key">{drawn}</ul>')  # noqa: S308 - words are escaped
