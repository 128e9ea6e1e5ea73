"""Make the web fonts anew: Sarabun for Latin and Thai, cut to what the pages use, as woff2.

Needs fontTools, brotli and the package fontpkg-sarabun (The Sarabun Project Authors, SIL Open Font License 1.1):

    python scripts/make_fonts.py src/samphao/web/static/web/fonts
"""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path

from fontTools import subset

WEIGHTS = ("Regular", "Bold")
RANGES = (
    (0x0020, 0x007E),  # ASCII
    (0x00A0, 0x00FF),  # Latin-1: ¥ · × ° and the accents of names
    (0x0100, 0x017F),  # Latin Extended-A: pinyin and transcriptions
    (0x0E01, 0x0E3A),  # Thai
    (0x0E3F, 0x0E5B),  # ฿, vowels, marks, digits
    (0x2010, 0x2015),  # hyphens and dashes
    (0x2018, 0x201F),  # quotes
)
# Invisible spaces, list marks, primes, signs of money, arrows, comparisons, the circle that carries a lone Thai mark.
SINGLE = (
    "\u200b\u2009\u202f\u2020\u2022\u2026\u2030\u2032\u2033\u2039\u203a\u20ab\u20ad\u20ac\u2116\u2122"
    "\u2190\u2191\u2192\u2193\u2197\u2212\u2260\u2264\u2265\u25cc"
)


def source_folder() -> Path:
    spec = importlib.util.find_spec("fontpkg_sarabun")
    if spec is None or spec.origin is None:
        raise SystemExit("fontpkg-sarabun is not installed: python -m pip install fontpkg-sarabun fonttools brotli")
    return Path(spec.origin).parent


def make(weight: str, source: Path, target: Path) -> int:
    options = subset.Options()
    options.flavor = "woff2"
    options.layout_features = ["kern", "liga", "mark", "mkmk", "ccmp", "locl", "tnum", "lnum"]
    options.hinting = False
    options.drop_tables += ["DSIG"]
    font = subset.load_font(str(source / f"Sarabun-{weight}.ttf"), options)
    subsetter = subset.Subsetter(options)
    wanted = {point for first, last in RANGES for point in range(first, last + 1)} | {ord(letter) for letter in SINGLE}
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    path = target / f"sarabun-{weight.lower()}.woff2"
    subset.save_font(font, str(path), options)
    return path.stat().st_size


def main(target: Path) -> None:
    folder = source_folder()
    target.mkdir(parents=True, exist_ok=True)
    for weight in WEIGHTS:
        print(f"sarabun-{weight.lower()}.woff2  {make(weight, folder / 'files', target):,} bytes")
    shutil.copyfile(folder / "LICENSE", target / "OFL.txt")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
