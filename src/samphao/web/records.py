"""Where a record's page is, by the code that people read aloud."""

from __future__ import annotations

from django.urls import reverse

PAGES = {
    "SO": "order",
    "LD": "load",
    "DX": "declaration",
    "DM": "declaration",
    "CL": "claim",
    "RT": "claim",
    "RV": "review",
    "SC": "surplus_ask",
    "RQ": "rfq",
    "QT": "quote",
    "CT": "contract",
    "SU": "suspension",
}


def record_url(code: str) -> str:
    """Return the page of a reference code, or nothing where it has none."""
    page = PAGES.get(code.partition("-")[0])
    return reverse(page, args=[code]) if page and "-" in code else ""
