"""A plain transfer to the partner's account: the buyer writes the order's code, may show the slip, and the statement tells that it came."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from samphao.payments.types import Posting

METHOD = "bank_transfer"


class BankTransfer:
    method, currency, returns_at_once = METHOD, "THB", False

    def missing(self) -> tuple[str, ...]:
        return () if settings.BANK_ACCOUNT else ("SAMPHAO_BANK_ACCOUNT",)

    def instruct(self, postings: Sequence[Posting]) -> None:
        """Nothing: refunds and payouts leave by the bank file, which people upload."""
