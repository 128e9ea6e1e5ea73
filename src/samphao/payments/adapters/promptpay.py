"""PromptPay bill payment: the buyer's banking application, or a foreign wallet linked to it, scans a code with two references.

The money comes to the partner's account in baht. It is known by the statement, or by a message of the partner; nothing here talks to a
bank by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from samphao.engines.emv_qr import BillPayment, bill_payment_code
from samphao.payments.types import Posting

METHOD = "promptpay"


class PromptPay:
    method, currency, returns_at_once = METHOD, "THB", False

    def missing(self) -> tuple[str, ...]:
        return () if settings.PROMPTPAY_BILLER else ("SAMPHAO_PROMPTPAY_BILLER",)

    def instruct(self, postings: Sequence[Posting]) -> None:
        """Nothing: refunds and payouts leave by the bank file, which people upload."""


def code_of(ref1: str, ref2: str, amount_minor: int, *, biller: str | None = None) -> str:
    """Return the text of the code for one request, to the hub's own biller or another."""
    return bill_payment_code(
        BillPayment(
            biller or settings.PROMPTPAY_BILLER,
            ref1,
            ref2,
            amount_minor,
            settings.PROMPTPAY_NAME,
            settings.PROMPTPAY_CITY,
        )
    )
