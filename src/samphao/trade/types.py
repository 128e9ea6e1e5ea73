"""What crosses trade's boundary: plain values, no Django."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from functools import lru_cache
from typing import Any

from samphao.core.codes import decode, encode

HOLD = timedelta(minutes=15)
WAITING_HOLD = timedelta(hours=1)
"""Whoever waited is not at his screen when his turn comes."""
PASS_LIVES_S = 600
# What a lot pays when, unless its own payout schedule says otherwise.
ADVANCE_PERCENT = 60  # of the grower's money at the signed ticket
CLAIM_HOURS = 48
CLAIM_WINDOW = timedelta(hours=CLAIM_HOURS)
TOLERANCE_PCT = Decimal("3.0")
KEY_LENGTH_MAX = 80


class Placement(IntEnum):
    """What the order counter's statement decided (`trade/migrations/0007_own_hold.py`, `0010_corridors.py`)."""

    PLACED = 0
    REPEATED = 1
    KEY_REUSED = 2
    UNKNOWN_OFFER = 3
    NOT_OPEN_YET = 4
    CLOSED = 5
    GATE_SHUT = 6
    SOLD_OUT = 7
    OVER_LIMIT = 8
    BAD_QUANTITY = 9
    PRICE_EXPIRED = 10
    OVER_YEAR_LIMIT = 11
    NO_CORRIDOR = 12
    NOT_IN_TURN = 13
    """Said before the statement: the lot is sold in a campaign, and this buyer has not been let through its queue."""


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """One buyer's wish for `quantity` selling units of an offer; `key` makes a retry harmless."""

    buyer: int
    key: str
    offer: int
    quantity: int

    @property
    def fingerprint(self) -> str:
        return hashlib.blake2b(f"{self.offer}/{self.quantity}".encode(), digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True)
class OrderAnswer:
    placement: Placement
    order: str
    amount_minor: int
    currency: str
    units_left: int
    hold_expires_at: datetime

    @property
    def is_order(self) -> bool:
        return self.placement in (Placement.PLACED, Placement.REPEATED)


def order_code(number: int) -> str:
    return encode("SO", number)


def offer_code(offer: int) -> str:
    return encode("OF", offer)


@lru_cache(maxsize=20_000)
def offer_id(code: str) -> int | None:
    return decode("OF", code)


@dataclass(frozen=True, slots=True)
class CropShare:
    """The share of a good's harvest that a province has in a month."""

    good: str
    province_iso: str
    month: int
    share: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class LotSpec:
    """A harvest lot as a producer declares it; money in satang per unit at the packing house gate."""

    code: str
    producer: str
    orchard: str
    packing_house: str
    exporter: str
    good: str
    variety: str
    grade: str
    harvest_from: date
    harvest_to: date
    unit: str
    unit_mass_g: int
    carton_units: int
    quantity: int
    price_minor: int
    currency: str
    dry_matter_pct: Decimal | None
    lab_by2: str
    lab_cadmium_mg_kg: Decimal | None
    lab_on: date | None
    laboratory: str
    title_en: str
    title_th: str
    title_zh: str
    is_hot: bool


@dataclass(frozen=True, slots=True)
class SaleWindow:
    """When lots are on sale, and how many units of a hot lot one buyer may order."""

    opens_at: datetime
    closes_at: datetime
    hot_buyer_limit: int | None = None


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """What one gate said of a lot for a destination; each finding is a rule with what was found, source and date."""

    lot: str
    destination: str
    gate: str
    is_open: bool
    findings: tuple[dict[str, str | bool | None], ...]
    next_due_on: date | None = None
    trade_mode: str = "general"
    passed_on: date | None = None


@dataclass(frozen=True, slots=True)
class JudgedLot:
    """What the gates ask of a lot itself; `cut_on` is the day on its ticket, whose dry matter goes before the grower's."""

    code: str
    good: str
    variety: str
    orchard: str
    packing_house: str
    exporter: str
    harvest_from: date
    harvest_to: date
    closes_at: datetime
    dry_matter_pct: Decimal | None
    basic_yellow_2: str
    cadmium_mg_kg: Decimal | None
    tested_on: date | None
    laboratory: str
    cut_on: date | None


@dataclass(frozen=True, slots=True)
class ModeAnswer:
    """Whether a lot is sold to a destination in a trade mode; `findings` are the rules that refuse it."""

    lot: str
    destination: str
    trade_mode: str
    is_open: bool
    findings: tuple[dict[str, str | bool | None], ...]


@dataclass(frozen=True, slots=True)
class PricedOffer:
    """One selling unit of a lot to the door of a destination; `lines` sum to `price_minor`."""

    lot: str
    destination: str
    kind: str
    trade_mode: str
    importer: str
    entry_node: str
    incoterm: str
    incoterm_place: str
    lot_units: int
    price_minor: int
    currency: str
    lines: tuple[dict[str, object], ...]
    quantity_min: int
    quantity_max: int
    promised_days: int
    carrier_service: str = ""
    buyer_year_g: int | None = None
    buyer_year_minor: int | None = None


@dataclass(frozen=True, slots=True)
class OfferForSale:
    """An offer as a buyer sees it in a rush: what is left of its lot, and whether everybody wants it."""

    id: int
    kind: str
    destination: str
    lot: str
    good: str
    lot_units: int
    unit_mass_g: int
    units_left: int
    is_hot: bool
    trade_mode: str = "general"
    quantity_max: int = 500


@dataclass(frozen=True, slots=True)
class PaidOrder:
    """A paid order as carriage sees it."""

    number: int
    code: str
    lot: str
    good: str
    producer: str
    producer_province: str
    packing_house: str | None
    packing_house_province: str | None
    exporter: str | None
    importer: str | None
    destination: str
    units: int
    unit_mass_g: int
    cut_on: date
    trade_mode: str
    carrier_service: str


@dataclass(frozen=True, slots=True)
class TicketSpec:
    """What was weighed and graded of a lot."""

    lot: str
    cut_on: date
    accepted_kg: Decimal
    rejected_kg: Decimal
    dry_matter_pct: Decimal | None
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class LotSale:
    """What was sold of a lot through one offer: whole selling units, with the price lines of one; of them, those advanced."""

    lot: str
    good: str
    producer: str
    packing_house: str | None
    importer: str | None
    destination: str
    currency: str
    quantity: int
    advanced_quantity: int
    priced_on: date
    lines: list[dict[str, Any]]
    mass_g: int
    cut_on: date
    dry_matter_pct: Decimal | None
    at: datetime | None = None
    """When these orders got the mark that was asked for; None where none was."""
    deposited_quantity: int = 0
    deposit_percent: int = 0
    ticket_percent: int = ADVANCE_PERCENT
    claim_window: timedelta = CLAIM_WINDOW


@dataclass(frozen=True, slots=True)
class UnpaidSales:
    """Orders whose sellers are due for money, by the currency and day with which their prices were made."""

    currency: str
    priced_on: date
    orders: int
    lots: int
    first_lot: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class LotFacts:
    """What a declaration takes from a lot."""

    price_minor: int
    unit_mass_g: int
    carton_units: int
    laboratory: str
    packing_house: str


@dataclass(frozen=True, slots=True)
class OrdersBehind:
    """The orders for which an importer is importer of record in one destination."""

    destination: str
    currency: str
    orders: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class OrderParties:
    """Whose order it is, and of whose lot."""

    order: str
    buyer: int
    producer: int
    lot: str
    amount_minor: int
    currency: str
    delivered_at: datetime | None
    is_paid: bool
    claim_hours: int = CLAIM_HOURS


@dataclass(frozen=True, slots=True)
class TestResult:
    """What a laboratory found in a lot; `basic_yellow_2` is detected or not_detected."""

    __test__ = False  # no test of pytest's

    lot: str
    laboratory: str
    tested_on: date
    basic_yellow_2: str
    cadmium_mg_kg: Decimal


@dataclass(frozen=True, slots=True)
class SurplusFound:
    """What of a good ripens beyond what buyers take, from one Monday to before another; worth in satang at the sellers' prices."""

    good: str
    kind: str
    from_week: date
    until: date
    surplus_kg: Decimal
    worth_minor: int


@dataclass(frozen=True, slots=True)
class CampaignSpec:
    """A campaign as the hub announces it: lots by code, `buyer_limit` units of each for one buyer."""

    name_en: str
    name_th: str
    name_zh: str
    starts_at: datetime
    ends_at: datetime
    buyer_limit: int
    lots: tuple[str, ...]
    admit_per_s: int = 1000


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """Where a buyer stands before the counter; without a number until the places are drawn."""

    campaign: str
    buyer: int
    number: int | None
    admitted: int
    admit_per_s: int
    sale: int
    is_running: bool

    @property
    def is_admitted(self) -> bool:
        return self.is_running and self.number is not None and self.number <= self.admitted

    @property
    def ahead(self) -> int | None:
        """How many are let through before him; None while nobody can say."""
        return None if self.number is None else max(0, self.number - self.admitted - 1)

    @property
    def again_s(self) -> int:
        """When to look again: about when his turn comes, at least every half minute."""
        return 2 if self.ahead is None else min(30, 1 + self.ahead // self.admit_per_s)


@dataclass(frozen=True, slots=True)
class AfterSaleTerms:
    """What buyers and sellers were told before they agreed: windows and clocks. Those of bad goods are each lot's own."""

    answer: timedelta = timedelta(hours=48)
    """For the seller's answer, the buyer's reply and an appeal."""
    decision: timedelta = timedelta(hours=72)
    """For the hub's people."""
    return_window: timedelta = timedelta(days=7)
    send_back: timedelta = timedelta(days=14)
    comes_back: timedelta = timedelta(days=21)
    post_cancel: timedelta = timedelta(hours=24)
    """After the payment, for what waits for no cutting day."""
    note_due: timedelta = timedelta(days=30)


AFTER_SALE = AfterSaleTerms()
SPOILS = frozenset({"mouldy", "unripe", "crushed"})
"""What may be bad within the tolerance; what is short, of another grade or late is not."""
REASON_LENGTH_MIN = 10


@dataclass(frozen=True, slots=True)
class ClaimSpec:
    """What a buyer reports of a delivered order; `bad_units` are units of its lot."""

    order: str
    wrong: str
    bad_units: int
    wants: str = "refund"
    said: str = ""

    @property
    def kind(self) -> str:
        return "return" if self.wrong == "not_wanted" else "bad_goods"


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """What a side or the hub says to a claim; what an answer lacks is refused by the service."""

    answer: str
    amount_minor: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ClaimToPay:
    """A claim whose refund is agreed, with whom its notices are for."""

    code: str
    kind: str
    wrong: str
    order: str
    lot: str
    buyer: int
    producer: int
    amount_minor: int
    currency: str
    is_settled: bool


@dataclass(frozen=True, slots=True)
class Stars:
    """What a buyer gives, 1 to 5 each, with his words."""

    goods: int
    as_described: int
    packing: int
    delivery: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class StarAverages:
    """The mean of each aspect over the reviews that are shown, and how many they are."""

    count: int
    goods: Decimal | None
    as_described: Decimal | None
    packing: Decimal | None
    delivery: Decimal | None


@dataclass(frozen=True, slots=True)
class DecisionsWaiting:
    """How many of a kind (`dispute`, `review`) the hub's people have to decide; the first was due, or asked for, at `first_at`."""

    kind: str
    count: int
    first_at: datetime


@dataclass(frozen=True, slots=True)
class NoteSpec:
    """Something for a producer to mend; `source` makes it one however often it is told."""

    source: str
    kind: str
    lot: str
    bad: Decimal
    of: Decimal
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class OrderDue:
    """What an order costs, how it stands, and the day whose rates its price was made with."""

    code: str
    state: str
    amount_minor: int
    currency: str
    lot: str
    buyer_id: int
    buyer: str
    priced_at: datetime
    hold_expires_at: datetime
    deposit_minor: int = 0
    """What is paid when it is ordered, where the rest is due later; zero where all of it is paid at once."""
    is_deposit_paid: bool = False
    is_closed: bool = False
    """Its balance was paid too, or it ended and what came of its deposit is settled."""

    @property
    def has_consequence(self) -> bool:
        """It ended after its deposit was paid, and what comes of that waits to be settled."""
        return self.has_ended and self.is_deposit_paid and not self.is_closed

    @property
    def waits(self) -> bool:
        return self.state == "held"

    @property
    def has_ended(self) -> bool:
        return self.state in ("expired", "cancelled")


@dataclass(frozen=True, slots=True)
class OrderFee:
    """The hub's fee in an order, in the currency of its price."""

    code: str
    buyer: str
    delivered_at: datetime
    currency: str
    priced_on: date
    fee_minor: int


@dataclass(frozen=True, slots=True)
class OrderMark:
    """When an order was advanced, and when it was delivered."""

    code: str
    lot: str
    currency: str
    advanced_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class PayoutSchedule:
    """When the grower has which share of his money: told before he lists, kept with the lot. The rest is due after the claim window."""

    terms: str = "standard"
    deposit_percent: int = 0
    ticket_percent: int = ADVANCE_PERCENT
    claim_hours: int = CLAIM_HOURS
    tolerance_pct: Decimal = TOLERANCE_PCT
    delivery_days: int | None = None

    @property
    def rest_percent(self) -> int:
        return 100 - self.deposit_percent - self.ticket_percent


DEPOSIT_2018, DELIVERY_2018 = 20, 7
TERMS_2018 = PayoutSchedule("terms_2018", DEPOSIT_2018, ADVANCE_PERCENT, delivery_days=DELIVERY_2018)
"""What was agreed for durian in 2018: at least a fifth in advance for each lot, delivery within seven days of the harvest."""


@dataclass(frozen=True, slots=True)
class OwnLot:
    """A lot as its seller offers it: what the pages ask and a file's row says. Money in satang, amounts in units of the lot."""

    good: str
    attributes: dict[str, str]
    harvest_from: date
    harvest_to: date
    closes_on: date
    unit: str
    unit_mass_g: int
    carton_units: int
    quantity: int
    price_minor: int
    minimum_units: int = 1
    steps: tuple[tuple[int, int], ...] = ()
    monthly_capacity: int | None = None
    orchard: str = ""
    packing_house: str = ""
    exporter: str = ""
    title: tuple[str, str, str] = ("", "", "")
    """In the seller's own words, en th zh; what is empty is made of the attributes."""
    description: tuple[str, str, str] = ("", "", "")
    flowering_on: date | None = None
    trees: int | None = None
    schedule: PayoutSchedule = PayoutSchedule()


@dataclass(frozen=True, slots=True)
class LotFault:
    """What is wrong with an answer: the field, and a sentence marked by gettext_noop with the values of its placeholders."""

    field: str
    text: str
    values: dict[str, str | int]

    @property
    def said(self) -> str:
        return self.text % self.values


@dataclass(frozen=True, slots=True)
class CycleTerms:
    """What buyers of a cycle's lots read before they order; shares in per cent."""

    opens_at: datetime
    closes_at: datetime
    delivery_on: tuple[date, ...]
    safety_pct: int
    deposit_pct: int
    balance_due_at: datetime
    lapse_keeps_pct: int
    shortfall: str

    def deposit_minor(self, amount_minor: int) -> int:
        """Return what of an order's price is paid when it is ordered, rounded up; zero where all of it is."""
        return deposit_of(amount_minor, self.deposit_pct)

    def kept_minor(self, amount_minor: int) -> int:
        """Return what the producer keeps if the balance is not paid, rounded down."""
        return self.deposit_minor(amount_minor) * self.lapse_keeps_pct // 100


def deposit_of(amount_minor: int, deposit_pct: int | None) -> int:
    """Return a deposit, rounded up to a whole coin; zero where the price is paid at once."""
    return -(-amount_minor * deposit_pct // 100) if deposit_pct and deposit_pct < 100 else 0


@dataclass(frozen=True, slots=True)
class DepositHeld:
    """A pre-order whose deposit was paid: `keeps_minor` of it is the producer's if the buyer lets the order end, or has let it."""

    order: str
    lot: str
    buyer: int
    producer: int
    producer_code: str
    currency: str
    priced_on: date
    deposit_minor: int
    keeps_minor: int
    is_lapsed: bool
    """Its buyer let it end: he gave it up, or did not pay."""
    is_overdue: bool
    balance_due_at: datetime


@dataclass(frozen=True, slots=True)
class CutOrder:
    """What a short harvest took from an order."""

    order: str
    lot: str
    buyer: int
    currency: str
    quantity_from: int
    quantity_to: int
    amount_from_minor: int
    amount_to_minor: int
    refund_minor: int
    was_deposited: bool
    was_advanced: bool

    @property
    def quantity(self) -> int:
        return self.quantity_from - self.quantity_to
