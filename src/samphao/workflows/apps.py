from __future__ import annotations

from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    """Subscribes handlers to events: the one place to read what follows from what."""

    name = "samphao.workflows"
    label = "workflows"

    def ready(self) -> None:
        from samphao.core.events import pass_over, subscribe
        from samphao.customs.events import DeclarationsReleased, DeclarationsStopped
        from samphao.freight.events import LoadsAtEntry, PlanMade
        from samphao.payments.events import PaymentsReceived
        from samphao.trade.events import (
            HoldsExpired,
            LotTurnedAway,
            OrdersDelivered,
            OrdersLeftBehind,
            OrdersPaid,
            OrdersPlaced,
            TicketsSigned,
        )
        from samphao.workflows import notices, payment, payout, releasing, turning_away

        pass_over(OrdersPlaced)
        subscribe(PaymentsReceived, payment.payments_received)
        subscribe(HoldsExpired, notices.holds_expired)
        subscribe(OrdersPaid, notices.orders_paid)
        subscribe(PlanMade, notices.plan_made)
        subscribe(LotTurnedAway, turning_away.lot_turned_away)
        subscribe(OrdersLeftBehind, turning_away.orders_left_behind)
        subscribe(TicketsSigned, payout.tickets_signed)
        subscribe(DeclarationsReleased, releasing.declarations_released)
        subscribe(DeclarationsStopped, releasing.declarations_stopped, notices.declarations_stopped)
        subscribe(LoadsAtEntry, notices.loads_at_entry)
        subscribe(OrdersDelivered, notices.orders_delivered)
