from __future__ import annotations

from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    """Subscribes handlers to events: the one place to read what follows from what."""

    name = "samphao.workflows"
    label = "workflows"

    def ready(self) -> None:
        from samphao.accounts.events import EvidenceChanged
        from samphao.core.events import pass_over, subscribe
        from samphao.customs.events import DeclarationsReleased, DeclarationsStopped
        from samphao.freight.events import LoadsAtEntry, LoadsSealed, PlanMade
        from samphao.payments.events import PaymentsReceived
        from samphao.trade.events import (
            DepositsTaken,
            HoldsExpired,
            LotsDelisted,
            LotsListed,
            LotsOffered,
            LotsTested,
            LotTurnedAway,
            OrdersCancelled,
            OrdersDelivered,
            OrdersLeftBehind,
            OrdersPaid,
            OrdersPlaced,
            OrdersShort,
            OrdersShortened,
            PlacesClosed,
            PlacesOffered,
            TicketsSigned,
        )
        from samphao.workflows import (
            balances,
            cancelling,
            judging,
            listing,
            notices,
            payment,
            payout,
            product_notes,
            releasing,
            shortening,
            turning_away,
            waiting_notices,
        )

        pass_over(OrdersPlaced)
        subscribe(PaymentsReceived, payment.payments_received)
        subscribe(PlacesOffered, waiting_notices.places_offered)
        subscribe(PlacesClosed, waiting_notices.places_closed)
        subscribe(HoldsExpired, payment.holds_expired, notices.holds_expired)
        subscribe(OrdersPaid, notices.orders_paid, payout.orders_paid)
        subscribe(PlanMade, notices.plan_made)
        subscribe(LotsOffered, listing.lots_offered)
        subscribe(LotsListed, notices.lots_listed)
        subscribe(LotsDelisted, notices.lots_delisted)
        subscribe(LotTurnedAway, turning_away.lot_turned_away)
        subscribe(OrdersShort, turning_away.orders_short)
        subscribe(OrdersLeftBehind, turning_away.orders_left_behind, judging.orders_left_behind)
        subscribe(EvidenceChanged, judging.evidence_changed)
        subscribe(LotsTested, judging.lots_tested, turning_away.lots_tested)
        subscribe(
            TicketsSigned,
            judging.tickets_signed,
            turning_away.tickets_signed,
            payout.tickets_signed,
            product_notes.tickets_signed,
        )
        subscribe(DeclarationsReleased, releasing.declarations_released, judging.declarations_decided)
        subscribe(
            DeclarationsStopped,
            releasing.declarations_stopped,
            judging.declarations_decided,
            notices.declarations_stopped,
        )
        subscribe(LoadsSealed, judging.loads_sealed, product_notes.loads_sealed)
        subscribe(LoadsAtEntry, notices.loads_at_entry)
        subscribe(OrdersDelivered, notices.orders_delivered)
        subscribe(OrdersCancelled, cancelling.orders_cancelled)
        subscribe(DepositsTaken, balances.deposits_taken)
        subscribe(OrdersShortened, shortening.orders_shortened)
