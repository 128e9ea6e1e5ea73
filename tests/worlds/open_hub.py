"""A hub that is set up: called Samphao, in three languages, selling to every country of the tests, paid by the simulator."""

from __future__ import annotations

from samphao.core import clock
from samphao.core.models import HubSettings

CORRIDORS = ["CN", "JP", "KH", "LA", "MM", "SG", "TH", "VN"]


def make() -> None:
    if not HubSettings.objects.filter(finished_at__isnull=False).exists():
        HubSettings.objects.update_or_create(
            id=1,
            defaults={
                "name": "Samphao", "languages": ["th", "zh-hans", "en"], "corridors": CORRIDORS, "payment": "simulator",
                "finished_at": clock.now(),
            },
        )  # fmt: skip
