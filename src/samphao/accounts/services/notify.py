"""Messages to the people of organisations."""

from __future__ import annotations

from collections.abc import Sequence

from samphao.accounts.models import Notice


def notify(
    organisation_ids: Sequence[int], *, subject: str, key: str, text_en: str, text_th: str, text_zh: str
) -> None:
    """Put a message before the people of organisations, once per key."""
    Notice.objects.bulk_create(
        [
            Notice(
                organisation_id=organisation, subject=subject, key=f"{key}:{organisation}", text_en=text_en, text_th=text_th, text_zh=text_zh,
                deliveries=[{"channel": "page"}],
            )
            for organisation in organisation_ids
        ],
        ignore_conflicts=True,
    )  # fmt: skip
