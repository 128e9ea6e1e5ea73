from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrdersPlaced:
    """Written by the order counter's statement itself, one row per merged batch."""

    orders: list[str]

    @property
    def aggregate(self) -> str:
        return "orders"


@dataclass(frozen=True, slots=True)
class OrdersPaid:
    orders: list[str]

    @property
    def aggregate(self) -> str:
        return "orders"


@dataclass(frozen=True, slots=True)
class HoldsExpired:
    orders: list[str]

    @property
    def aggregate(self) -> str:
        return "orders"


@dataclass(frozen=True, slots=True)
class TicketsSigned:
    """Grower and packing house agree on what was weighed: quantity is settled, the first share may be paid."""

    lots: list[str]

    @property
    def aggregate(self) -> str:
        return "tickets"


@dataclass(frozen=True, slots=True)
class LotsTested:
    """A laboratory has told what it found in these lots."""

    lots: list[str]

    @property
    def aggregate(self) -> str:
        return "tests"


@dataclass(frozen=True, slots=True)
class LotsListed:
    """Gates to list have opened: `lots` says for each lot where it may be sold now and could not before."""

    lots: dict[str, list[str]]
    at: str

    @property
    def aggregate(self) -> str:
        return "gates"


@dataclass(frozen=True, slots=True)
class LotsDelisted:
    """Gates to list have closed: `lots` says for each lot where it may no longer be sold in any trade mode."""

    lots: dict[str, list[str]]
    at: str

    @property
    def aggregate(self) -> str:
        return "gates"


@dataclass(frozen=True, slots=True)
class LotTurnedAway:
    """A lot may not go to a destination after all; `rule` is the gate's rule that it failed, `orders` are cancelled."""

    lot: str
    destination: str
    rule: str
    orders: list[str]

    @property
    def aggregate(self) -> str:
        return f"lot {self.lot}"


@dataclass(frozen=True, slots=True)
class OrdersLeftBehind:
    """No carrier brings these orders in time any more: they are cancelled. `reason` says why, `load` where their goods were."""

    load: str
    reason: str
    orders: list[str]

    @property
    def aggregate(self) -> str:
        return f"load {self.load}"


@dataclass(frozen=True, slots=True)
class OrdersShort:
    """A lot's ticket leaves nothing for these orders: they are cancelled. A lot is weighed once."""

    lot: str
    orders: list[str]

    @property
    def aggregate(self) -> str:
        return f"lot {self.lot}"


@dataclass(frozen=True, slots=True)
class OrdersDelivered:
    """Goods came to their buyers; the claim window runs."""

    orders: list[str]

    @property
    def aggregate(self) -> str:
        return "orders"


@dataclass(frozen=True, slots=True)
class PlacesOffered:
    """Units came back to a lot, and these orders hold them for those who waited longest."""

    orders: list[str]

    @property
    def aggregate(self) -> str:
        return "waiting"


@dataclass(frozen=True, slots=True)
class PlacesClosed:
    """These places in the line for a lot have ended without an order: the sale is over, or the buyer may have no more."""

    places: list[int]

    @property
    def aggregate(self) -> str:
        return "waiting"


@dataclass(frozen=True, slots=True)
class OrdersCancelled:
    """A buyer or a seller gave orders up before their goods left; `reason` is the seller's."""

    side: str
    reason: str
    orders: list[str]

    @property
    def aggregate(self) -> str:
        return "orders"


@dataclass(frozen=True, slots=True)
class LotsOffered:
    """Sellers put lots on sale, or changed what they ask for them: gates are to be judged and prices worked out."""

    lots: list[str]

    @property
    def aggregate(self) -> str:
        return "offers"


@dataclass(frozen=True, slots=True)
class DepositsTaken:
    """The deposits of these pre-orders came in time: their units are held until the balance is due."""

    orders: list[str]

    @property
    def aggregate(self) -> str:
        return "orders"


@dataclass(frozen=True, slots=True)
class OrdersShortened:
    """A lot's ticket leaves these orders a part of what they wanted. A lot is weighed once, an order is shortened once."""

    lot: str
    orders: list[str]

    @property
    def aggregate(self) -> str:
        return f"lot {self.lot}"
