"""Where organisations are paid."""

from __future__ import annotations

from django.db import transaction

from samphao.core import clock
from samphao.core.models import AuditEntry
from samphao.payments.models import PayeeAccount


def set_payee_account(owner: str, *, bank: str, number: str, holder: str, by: str) -> None:
    """Keep where an organisation is paid; the audit keeps who changed it, and the last digits of the account before. Who may is decided by the caller."""
    with transaction.atomic():
        before = PayeeAccount.objects.select_for_update().filter(owner=owner).first()
        PayeeAccount.objects.update_or_create(
            owner=owner, defaults={"bank": bank, "number": number, "holder": holder, "changed_by": by, "changed_at": clock.now()}
        )  # fmt: skip
        detail = {"before": before.number[-4:] if before else "", "after": number[-4:]}
        AuditEntry.objects.create(at=clock.now(), actor=by, action="payee-account.change", subject=owner, detail=detail)
