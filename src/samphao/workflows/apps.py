from __future__ import annotations

from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    """Subscribes handlers to events: the one place to read what follows from what."""

    name = "samphao.workflows"
    label = "workflows"

    def ready(self) -> None:
        from samphao.core.events import subscribe
        from samphao.payments.events import PaymentsReceived
        from samphao.workflows import payment

        subscribe(PaymentsReceived, payment.payments_received)
