from __future__ import annotations

from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    """Subscribes handlers to events: the one place to read what follows from what."""

    name = "samphao.workflows"
    label = "workflows"

    def ready(self) -> None:
        from samphao.core.events import subscribe
        from samphao.customs.events import DeclarationsReleased, DeclarationsStopped
        from samphao.payments.events import PaymentsReceived
        from samphao.trade.events import LotTurnedAway, TicketsSigned
        from samphao.workflows import payment, payout, releasing, turning_away

        subscribe(PaymentsReceived, payment.payments_received)
        subscribe(LotTurnedAway, turning_away.lot_turned_away)
        subscribe(TicketsSigned, payout.tickets_signed)
        subscribe(DeclarationsReleased, releasing.declarations_released)
        subscribe(DeclarationsStopped, releasing.declarations_stopped)
