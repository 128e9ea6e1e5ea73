"""Charts drawn on the server as SVG: bars from zero, lines with a band, a bar of shares.

No script, no style attribute: colours and the dark mode are the stylesheet's tokens. Text keeps its size at every width, as
places are percentages and only the drawing stretches. Every text given by callers is escaped. A table with the same
numbers goes beside every chart (components/chart_figure.html).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

# The stylesheet's tokens by which series are told apart, and the ones that are dark enough for their names. Lines have dashes too.
FILLS = ("sea", "leaf", "rice", "sail", "edge")
STROKES = (("sea", ""), ("leaf", "8 4"), ("road", "3 3"), ("sail", "10 3 2 3"), ("edge", ""))
NAMES = ("sea", "leaf", "rice-deep", "sail", "ink-soft")
LEFT, ROOM = 11.0, 87.0  # hundredths of a line chart's width: for the scale's numbers, for the lines
ROW = 46  # height of a bar with its label above, in px


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `text` is its value in words and unit (฿ 1,584.00); `note` says what kind of number it is; bad news is red."""

    label: str
    value: float
    text: str
    note: str = ""
    is_bad: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """One line over common places on the axis; None leaves a gap. `low` and `high` draw its interval."""

    label: str
    values: Sequence[float | None]
    low: Sequence[float] = ()
    high: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a whole, with its value in words."""

    label: str
    value: float
    text: str


def _svg(body: str, height: float, label: str) -> SafeString:
    opening = f'<svg class="chart" width="100%" height="{height:g}" role="img" aria-label="{escape(label)}">'
    return mark_safe(f"{opening}{body}</svg>")  # noqa: S308 - every text in the body went through escape()


def bar_chart(bars: Sequence[Bar], *, label: str, top: float | None = None) -> SafeString:
    """Draw horizontal bars from zero, each with its name above and its value at the end of the line.

    `top` is the value of a full bar (the largest one unless given). Values below zero are refused: a share of a bar
    cannot show them honestly. Raises ValueError for them.
    """
    if any(bar.value < 0 for bar in bars):
        raise ValueError("a bar chart from zero cannot show a value below zero")
    most = top or max((bar.value for bar in bars), default=0.0) or 1.0
    rows = []
    for n, bar in enumerate(bars):
        y = n * ROW
        share = min(bar.value / most, 1.0) * 100
        note = f' <tspan class="soft">{escape(bar.note)}</tspan>' if bar.note else ""
        rows.append(
            f'<text x="0" y="{y + 16}">{escape(bar.label)}{note}</text>'
            f'<text class="strong" x="100%" y="{y + 16}" text-anchor="end">{escape(bar.text)}</text>'
            f'<rect fill="var(--edge)" opacity=".22" x="0" y="{y + 24}" width="100%" height="10" rx="2"/>'
            f'<rect fill="var(--{"sail" if bar.is_bad else "sea"})" x="0" y="{y + 24}" width="{share:.2f}%" height="10" rx="2"/>'
        )
    return _svg("".join(rows), max(len(bars) * ROW - 6, 1), label)


def share_bar(parts: Sequence[Part], *, label: str) -> SafeString:
    """Draw one bar cut into its parts, largest values as they come, and name each part below with its share.

    A colour stands for one part: for more parts than colours, and for values below zero, ValueError is raised.
    """
    if len(parts) > len(FILLS):
        raise ValueError(f"{len(parts)} parts cannot be told apart by {len(FILLS)} colours: draw a bar chart")
    if any(part.value < 0 for part in parts):
        raise ValueError("a share of a whole cannot be below zero")
    whole = sum(part.value for part in parts) or 1.0
    drawn, names, at = [], [], 0.0
    for n, part in enumerate(parts):
        share = part.value / whole * 100
        drawn.append(
            f'<rect class="cut" fill="var(--{FILLS[n]})" x="{at:.2f}%" y="0" width="{share:.2f}%" height="28">'
            f"<title>{escape(part.label)}: {escape(part.text)}</title></rect>"
        )
        y = 52 + n * 24
        names.append(
            f'<rect fill="var(--{FILLS[n]})" x="0" y="{y - 11}" width="12" height="12" rx="2"/>'
            f'<text x="20" y="{y}">{escape(part.label)} <tspan class="soft">{share:.1f}\u00a0%</tspan></text>'
            f'<text class="strong" x="100%" y="{y}" text-anchor="end">{escape(part.text)}</text>'
        )
        at += share
    return _svg("".join(drawn) + "".join(names), 36 + len(parts) * 24, label)


def nice_step(span: float, count: int = 4) -> float:
    """Return a round distance between grid lines, about `count` of them over `span`."""
    if span <= 0:
        return 1.0
    rough = span / count
    scale = 10.0 ** math.floor(math.log10(rough))
    return float(next(factor * scale for factor in (1, 2, 2.5, 5, 10) if factor * scale >= rough * 0.999999))


@dataclass(frozen=True, slots=True)
class _Axis:
    low: float
    high: float
    step: float

    def share(self, value: float) -> float:
        """Return how far down the drawing a value lies, in hundredths."""
        return 100 - (value - self.low) / (self.high - self.low) * 100

    def ticks(self) -> list[float]:
        count = round((self.high - self.low) / self.step)
        return [self.low + n * self.step for n in range(count + 1)]


def _axis(series: Sequence[Series], *, from_zero: bool) -> _Axis:
    values = [value for line in series for value in (*line.values, *line.low, *line.high) if value is not None]
    low, high = min(values, default=0.0), max(values, default=1.0)
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    step = nice_step(high - low or abs(high) or 1.0)
    low, high = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    return _Axis(low, high if high > low else low + step, step)


def _points(values: Sequence[float | None], axis: _Axis) -> list[list[str]]:
    """Return runs of points without gaps, in hundredths of the drawing."""
    last = max(len(values) - 1, 1)
    runs: list[list[str]] = [[]]
    for n, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(f"{n / last * 100:.2f},{axis.share(value):.2f}")
    return [run for run in runs if run]


def _line(n: int, line: Series, axis: _Axis) -> str:
    drawn = ""
    if line.low and line.high:
        low, high = _points(list(line.low), axis)[0], _points(list(line.high), axis)[0]
        drawn += f'<polygon class="band" points="{" ".join(high + low[::-1])}"/>'
    token, dash = STROKES[n % len(STROKES)]
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    for run in _points(line.values, axis):
        drawn += f'<polyline class="stroke" stroke="var(--{token})"{dashes} points="{" ".join(run)}"/>'
    return drawn


def line_chart(
    series: Sequence[Series],
    *,
    places: Sequence[str],
    label: str,
    unit: str = "",
    height: int = 220,
    from_zero: bool = True,
) -> SafeString:
    """Draw lines over `places` (the names along the axis, of which as many are written as there is room for).

    Each line is named at its last value rather than in a legend.
    """
    axis = _axis(series, from_zero=from_zero)
    top, bottom = 24, 28
    inner = height - top - bottom
    grid, scale = [], []
    decimals = max(0, -math.floor(math.log10(axis.step) + 1e-9)) if axis.step < 1 else 0
    for tick in axis.ticks():
        y = top + axis.share(tick) / 100 * inner
        kind = "zero" if abs(tick) < axis.step / 1e6 else "rule"
        grid.append(f'<line class="{kind}" x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>')
        scale.append(f'<text class="soft" x="0" y="{y - 4:.1f}">{tick:,.{decimals}f}</text>')
    if scale and unit:
        scale[-1] = scale[-1].replace("</text>", f" {escape(unit)}</text>")
    drawing = "".join(_line(n, line, axis) for n, line in enumerate(series))
    plot = (
        f'<svg x="{LEFT}%" y="{top}" width="{ROOM}%" height="{inner}" viewBox="0 0 100 100" preserveAspectRatio="none" '
        f'overflow="visible">{drawing}</svg>'
        f'<svg y="{top}" width="100%" height="{inner}" overflow="visible">'
        f"{_ends(series, axis, inner)}{_places(places, inner)}</svg>"
    )
    return _svg("".join(grid) + "".join(scale) + plot, height, label)


def _across(n: int, count: int) -> tuple[float, str]:
    """Return where the n-th of `count` places lies across the whole drawing, and how its text is anchored there."""
    share = n / max(count - 1, 1)
    return LEFT + share * ROOM, "start" if share < 0.05 else "end" if share > 0.8 else "middle"


def _ends(series: Sequence[Series], axis: _Axis, inner: float) -> str:
    """Name each line at its last value; names that would touch are moved apart."""
    drawn = []
    taken: list[tuple[float, float]] = []
    for colour, line in enumerate(series):
        known = [n for n, value in enumerate(line.values) if value is not None]
        if not known:
            continue
        value = line.values[known[-1]] or 0.0
        x, anchor = _across(known[-1], len(line.values))
        before = line.values[known[-2]] if len(known) > 1 else None
        # The name stands where its own line does not run: below the end of one that falls.
        is_falling = before is not None and before > value
        y = axis.share(value) / 100 * inner + (20 if is_falling else -12)
        while any(abs(x - other_x) < 30 and abs(y - other_y) < 18 for other_x, other_y in taken):
            y -= 18
        taken.append((x, y))
        drawn.append(
            f'<text class="end strong" fill="var(--{NAMES[colour % len(NAMES)]})" x="{x:.2f}%" y="{y:.1f}" text-anchor="{anchor}">'
            f"{escape(line.label)}</text>"
        )
    return "".join(drawn)


def _places(places: Sequence[str], inner: float) -> str:
    every = max(1, math.ceil(len(places) / 5))
    drawn = []
    for n, name in enumerate(places):
        if n % every == 0:
            x, anchor = _across(n, len(places))
            drawn.append(
                f'<text class="soft" x="{x:.2f}%" y="{inner + 20:.1f}" text-anchor="{anchor}">{escape(name)}</text>'
            )
    return "".join(drawn)
