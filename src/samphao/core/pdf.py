"""Papers as PDF: a template of ours and the data that it prints.

What people wrote reaches the template as data, never as source: a name that looks like markup is printed as it stands. Only the
two typefaces that the hub installs are used, so that a paper looks the same on every machine.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import typst

TEMPLATES = Path(__file__).parent / "documents"
FONTS = ("fontpkg_sarabun", "noto_cjk_sans_otc")  # Thai and Latin; Chinese


def render(template_name: str, data: Mapping[str, Any]) -> bytes:
    """Return the PDF that a template of `core/documents` makes of `data`: texts, numbers, lists and mappings of them; the same data, the same bytes."""
    written: bytes = typst.compile(
        TEMPLATES / f"{template_name}.typ", root=TEMPLATES, font_paths=_fonts(), ignore_system_fonts=True, format="pdf",
        sys_inputs={"data": orjson.dumps(data, default=str).decode()}, timestamp=0,
    )  # fmt: skip
    return written


@cache
def _fonts() -> typst.Fonts:
    """Find the typefaces in their packages, which are data alone and need no import; read once, for reading them costs most."""
    folders = []
    for name in FONTS:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise RuntimeError(f"the typeface package {name} is not installed: make venv")
        folders.append(Path(spec.origin).parent)
    return typst.Fonts(include_system_fonts=False, font_paths=folders)
