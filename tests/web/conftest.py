"""Pages are looked at in English unless a test asks for another language: a request leaves its language on the thread."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils.translation import override


@pytest.fixture(autouse=True)
def speaks_english() -> Iterator[None]:
    with override("en"):
        yield
