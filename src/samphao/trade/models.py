from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from samphao.trade.types import ADVANCE_PERCENT, CLAIM_HOURS, TOLERANCE_PCT


class TradeMode(models.TextChoices):
    """Who imports, and which rules hold."""

    GENERAL = "general"
    CBEC = "cbec"
    POST = "post"
    DOMESTIC = "domestic"


class CropSeason(models.Model):
    """The share of a good's yearly harvest that a province has in a month."""

    good = models.CharField(max_length=40)
    province_iso = models.CharField(max_length=6)
    month = models.PositiveSmallIntegerField()
    share = models.DecimalField(max_digits=6, decimal_places=4)
    source = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["good", "province_iso", "month"], name="crop_season_once")]


class Listing(models.Model):
    """What a producer offers: one good of one kind, in three languages; its harvests are lots."""

    code = models.CharField(max_length=40, unique=True)
    producer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    good = models.CharField(max_length=40, db_index=True)
    variety = models.CharField(max_length=40, blank=True)
    grade = models.CharField(max_length=20, blank=True)
    title_en = models.CharField(max_length=200)
    title_th = models.CharField(max_length=200, blank=True)
    title_zh = models.CharField(max_length=200, blank=True)
    attributes = models.JSONField(default=dict, db_default={}, help_text="what `trade.phrases` makes words of")
    title_is_made = models.BooleanField(
        default=False, db_default=False, help_text="made of the attributes: it follows them"
    )
    description_en = models.TextField(max_length=2000, blank=True, default="", db_default="")
    description_th = models.TextField(max_length=2000, blank=True, default="", db_default="")
    description_zh = models.TextField(max_length=2000, blank=True, default="", db_default="")
    monthly_capacity = models.PositiveBigIntegerField(
        null=True, help_text="units that its producer can make in a month"
    )
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.code


class PayoutTerms(models.TextChoices):
    """The 2018 terms: at least a fifth when sold, and delivery within seven days of the harvest."""

    STANDARD = "standard"
    TERMS_2018 = "terms_2018"


class Lot(models.Model):
    """An identifiable quantity of one good, one origin, one harvest. `held + sold <= quantity` is the database's word."""

    class Unit(models.TextChoices):
        FRUIT = "fruit"
        KG = "kg"
        PIECE = "pc"
        METRE = "m"

    code = models.CharField(max_length=40, unique=True)
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="lots")
    orchard_code = models.CharField(max_length=40, blank=True)
    packing_house = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+", null=True)
    exporter = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+", null=True)
    harvest_from = models.DateField()
    harvest_to = models.DateField()
    cut_on = models.DateField(
        null=True, help_text="the day on which its packing house means to cut it, within its harvest"
    )
    unit = models.CharField(max_length=6, choices=Unit)
    unit_mass_g = models.PositiveIntegerField()
    carton_units = models.PositiveIntegerField()
    price_minor = models.BigIntegerField(help_text="per unit at the packing house or workshop (FCA)")
    currency = models.CharField(max_length=3, default="THB")
    quantity = models.BigIntegerField()
    held = models.BigIntegerField(default=0)
    sold = models.BigIntegerField(default=0)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    buyer_limit = models.PositiveIntegerField(null=True, help_text="units that one buyer may order of this lot")
    dry_matter_pct = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    basic_yellow_2 = models.CharField(max_length=20, blank=True)
    cadmium_mg_kg = models.DecimalField(max_digits=6, decimal_places=4, null=True)
    tested_on = models.DateField(null=True)
    laboratory_code = models.CharField(max_length=40, blank=True)
    keeps_for_waiting = models.BooleanField(
        default=False,
        db_default=False,
        help_text="units came back while somebody waits for them: nobody else may order (the database sets it)",
    )
    is_demo = models.BooleanField(default=False)
    minimum_units = models.PositiveIntegerField(default=1, db_default=1, help_text="the least that one order takes")
    flowering_on = models.DateField(null=True)
    trees = models.PositiveIntegerField(null=True, help_text="that bear this harvest")
    forecast_low = models.PositiveBigIntegerField(null=True, help_text="units; an estimate (engines.harvest)")
    forecast_high = models.PositiveBigIntegerField(null=True)
    confirmed_at = models.DateTimeField(null=True, help_text="since when the quantity is counted, not forecast")
    withdrawn_at = models.DateTimeField(null=True, help_text="taken from sale by its seller; its orders stay")
    payout_terms = models.CharField(
        max_length=10, choices=PayoutTerms, default=PayoutTerms.STANDARD, db_default=PayoutTerms.STANDARD
    )
    deposit_percent = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="paid when sold")
    ticket_percent = models.PositiveSmallIntegerField(
        default=ADVANCE_PERCENT, db_default=ADVANCE_PERCENT, help_text="paid at the signed ticket"
    )
    claim_hours = models.PositiveSmallIntegerField(
        default=CLAIM_HOURS, db_default=CLAIM_HOURS, help_text="after delivery; then the rest is paid"
    )
    tolerance_pct = models.DecimalField(
        max_digits=4, decimal_places=1, default=TOLERANCE_PCT, db_default=TOLERANCE_PCT,
        help_text="of the goods may be bad before a claim is paid",
    )  # fmt: skip
    delivery_days = models.PositiveSmallIntegerField(null=True, help_text="from the harvest to the buyer, at most")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(held__gte=0, sold__gte=0, quantity__gte=0), name="lot_counts_not_negative"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=F("held") + F("sold")), name="lot_never_oversold"),
            models.CheckConstraint(
                condition=Q(price_minor__gt=0, unit_mass_g__gt=0, carton_units__gt=0), name="lot_measures_positive"
            ),
            models.CheckConstraint(
                condition=Q(cut_on__isnull=True) | Q(cut_on__range=(F("harvest_from"), F("harvest_to"))),
                name="lot_is_cut_in_its_harvest",
            ),
            models.CheckConstraint(
                condition=Q(deposit_percent__lte=100 - F("ticket_percent"), tolerance_pct__range=(0, 100))
                & Q(minimum_units__gte=1),
                name="lot_pays_no_more_than_all",
            ),
            models.CheckConstraint(
                condition=Q(payout_terms="standard")
                | Q(deposit_percent__gte=20, delivery_days__lte=7, delivery_days__isnull=False),
                name="lot_keeps_the_2018_terms",
            ),
            models.CheckConstraint(
                condition=Q(forecast_low__isnull=True, forecast_high__isnull=True)
                | Q(forecast_low__isnull=False, forecast_high__isnull=False, forecast_high__gte=F("forecast_low")),
                name="lot_forecast_is_an_interval",
            ),
        ]
        indexes = [
            models.Index(fields=["opens_at", "closes_at"]),
            models.Index(fields=["id"], condition=Q(keeps_for_waiting=True), name="lot_kept_for_waiting"),
            models.Index(fields=["id"], condition=Q(deposit_percent__gt=0), name="lot_pays_when_sold"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def left(self) -> int:
        return self.quantity - self.held - self.sold

    @property
    def open_left(self) -> int:
        """What anybody may order now: not what came back for those who wait."""
        return 0 if self.keeps_for_waiting else self.left

    @property
    def unit_mass_kg(self) -> float:
        return self.unit_mass_g / 1000

    @property
    def claim_window(self) -> timedelta:
        return timedelta(hours=self.claim_hours)


class GateState(models.Model):
    """What the gates said of a lot for a destination in a trade mode: written by `workflows.gates`, read by the order counter."""

    class Gate(models.TextChoices):
        LIST = "to_list"
        CUT = "to_cut"
        LOAD = "to_load"
        ENTER = "to_enter"

    lot = models.ForeignKey(Lot, on_delete=models.CASCADE, related_name="gates")
    destination = models.CharField(max_length=20)
    trade_mode = models.CharField(
        max_length=10, choices=TradeMode, default=TradeMode.GENERAL, db_default=TradeMode.GENERAL
    )
    gate = models.CharField(max_length=10, choices=Gate)
    is_open = models.BooleanField()
    findings = models.JSONField(default=list, help_text="each rule with what was found, its source and date")
    next_due_on = models.DateField(null=True, help_text="the day on which time alone may change the answer")
    passed_on = models.DateField(
        null=True, help_text="the day on which the lot went through: the answer is history and stays as it is"
    )
    shut_by = models.CharField(
        max_length=60,
        blank=True,
        default="",
        db_default="",
        help_text="the rule by which the lot failed for good: judging again does not open this gate",
    )
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lot", "destination", "trade_mode", "gate"], name="gate_once"),
            models.CheckConstraint(condition=Q(shut_by="") | Q(is_open=False), name="gate_shut_for_good_stays_shut"),
            models.CheckConstraint(condition=Q(passed_on=None) | Q(is_open=True), name="gate_passed_was_open"),
        ]
        indexes = [models.Index(fields=["next_due_on"], condition=Q(next_due_on__isnull=False), name="gate_next_due")]


class ModeState(models.Model):
    """Whether a lot is sold to a destination in a trade mode, and which rules refuse it: written by `workflows`."""

    lot = models.ForeignKey(Lot, on_delete=models.CASCADE, related_name="modes")
    destination = models.CharField(max_length=20)
    trade_mode = models.CharField(max_length=10, choices=TradeMode)
    is_open = models.BooleanField()
    findings = models.JSONField(
        default=list, help_text="the rules that refuse, each with what was found, source and date"
    )
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lot", "destination", "trade_mode"], name="mode_once")]


class Offer(models.Model):
    """A priced offer: one selling unit of a lot to the door of a destination, dated, line by line (`workflows.price_to_door`)."""

    class Kind(models.TextChoices):
        HOUSEHOLD = "household"
        WHOLESALE = "wholesale"

    lot = models.ForeignKey(Lot, on_delete=models.CASCADE, related_name="offers")
    destination = models.CharField(max_length=20)
    kind = models.CharField(max_length=10, choices=Kind)
    trade_mode = models.CharField(max_length=10, choices=TradeMode)
    importer = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    entry_node = models.CharField(max_length=10, blank=True)
    incoterm = models.CharField(max_length=3)
    incoterm_place = models.CharField(max_length=80)
    incoterm_edition = models.PositiveSmallIntegerField(default=2020)
    lot_units = models.PositiveIntegerField(
        help_text="units of the lot in one selling unit: a carton of six fruit is 6"
    )
    price_minor = models.BigIntegerField(help_text="to the door, per selling unit")
    currency = models.CharField(max_length=3)
    lines = models.JSONField(help_text="the lines that sum to price_minor: kind, amount, rule, source, date, receiver")
    quantity_min = models.PositiveIntegerField(default=1)
    quantity_max = models.PositiveIntegerField(default=500)
    priced_at = models.DateTimeField()
    valid_to = models.DateTimeField()
    promised_days = models.PositiveSmallIntegerField()
    carrier_service = models.CharField(
        max_length=30,
        blank=True,
        default="",
        db_default="",
        help_text="the postal product that the price was made with",
    )
    buyer_year_g = models.PositiveBigIntegerField(
        null=True, help_text="grams of the good that one buyer may have in a calendar year in this trade mode"
    )
    buyer_year_minor = models.BigIntegerField(
        null=True, help_text="what one buyer may spend in a calendar year in this trade mode"
    )
    replaced_at = models.DateTimeField(null=True, help_text="a newer price stands in its place; its orders keep it")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "destination", "kind", "trade_mode", "priced_at", "quantity_min"], name="offer_once"
            ),
            models.CheckConstraint(condition=Q(price_minor__gt=0, lot_units__gt=0), name="offer_positive"),
            models.CheckConstraint(condition=Q(quantity_max__gte=F("quantity_min")), name="offer_quantities"),
        ]
        indexes = [
            models.Index(fields=["destination", "kind"]),
            models.Index(fields=["importer", "id"], include=["destination", "currency"], name="offer_of_importer"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.destination} {self.kind}"


class Order(models.Model):
    """The sale of selling units of one offer to one buyer; a basket of several offers makes several orders."""

    class State(models.TextChoices):
        HELD = "held"
        PAID = "paid"
        EXPIRED = "expired"
        CANCELLED = "cancelled"
        SHIPPED = "shipped"
        DELIVERED = "delivered"
        SETTLED = "settled"

    code = models.CharField(max_length=14, unique=True)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="orders", db_index=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="orders", db_index=False)
    buyer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    idempotency_key = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=40)
    quantity = models.PositiveIntegerField()
    lot_units = models.PositiveIntegerField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=State)
    placed_at = models.DateTimeField()
    hold_expires_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    deposited_at = models.DateTimeField(
        null=True, help_text="the grower's share when sold was paid, where his lot has one"
    )
    advanced_at = models.DateTimeField(null=True, help_text="the grower's first share was paid")
    delivered_at = models.DateTimeField(null=True, help_text="the claim window runs from here")
    ended_for = models.CharField(
        max_length=20, blank=True, default="", db_default="", help_text="why it was cancelled; empty while it was not"
    )
    arrival_promised_at = models.DateTimeField(
        null=True, help_text="when the goods come after they missed a departure; empty while nothing has changed"
    )
    cancelled_by = models.CharField(
        max_length=6, blank=True, default="", db_default="", help_text="buyer or seller, where one of them gave it up"
    )
    cancel_reason = models.CharField(max_length=300, blank=True, default="", db_default="", help_text="the seller's")
    is_claimed = models.BooleanField(
        default=False, db_default=False, help_text="a claim on it waits to be decided: nobody is paid for it before"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["buyer", "idempotency_key"], name="order_key_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, lot_units__gt=0, amount_minor__gt=0), name="order_positive"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("delivered", "settled")) | Q(delivered_at__isnull=False),
                name="order_delivered_when",
            ),
            models.CheckConstraint(
                condition=Q(is_claimed=False) | Q(state="delivered"), name="order_settled_after_its_claim"
            ),
        ]
        indexes = [
            models.Index(fields=["lot", "buyer"]),
            models.Index(fields=["offer"], include=["state", "quantity", "amount_minor"], name="order_of_offer"),
            models.Index(
                fields=["lot"], condition=Q(advanced_at=None, state__in=("paid", "shipped")), name="order_to_advance"
            ),
            models.Index(fields=["hold_expires_at"], condition=Q(state="held"), name="order_holds"),
            models.Index(fields=["delivered_at"], condition=Q(state="delivered"), name="order_claim_windows"),
        ]

    def __str__(self) -> str:
        return self.code


class Ticket(models.Model):
    """The weigh-and-grade ticket (ใบชั่ง / ใบคัดเกรด) of a lot, signed by grower and packing house; it settles quantity."""

    code = models.CharField(max_length=14, unique=True)
    lot = models.OneToOneField(Lot, on_delete=models.PROTECT, related_name="ticket")
    cut_on = models.DateField()
    delivered_kg = models.DecimalField(max_digits=12, decimal_places=3)
    accepted_kg = models.DecimalField(max_digits=12, decimal_places=3)
    rejected_kg = models.DecimalField(max_digits=12, decimal_places=3)
    dry_matter_pct = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    signed_by_grower_at = models.DateTimeField()
    signed_by_house_at = models.DateTimeField(null=True)
    signed_through = models.CharField(max_length=30, help_text="page, or the simulator of a demo")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(delivered_kg=F("accepted_kg") + F("rejected_kg"))
                & Q(accepted_kg__gte=0, rejected_kg__gte=0),
                name="ticket_weighs_up",
            )
        ]

    def __str__(self) -> str:
        return self.code


class SurplusCall(models.Model):
    """Somebody looked for takers of what ripens and is not sold: who was asked, for which weeks, for how much."""

    class Kind(models.TextChoices):
        BUYERS = "buyers"
        PROCESSORS = "processors"

    code = models.CharField(max_length=14, unique=True)
    good = models.CharField(max_length=40, db_index=True)
    kind = models.CharField(max_length=12, choices=Kind)
    from_week = models.DateField(help_text="Monday of the first week")
    until = models.DateField(help_text="Monday after the last week")
    surplus_kg = models.DecimalField(max_digits=14, decimal_places=3)
    worth_minor = models.BigIntegerField(help_text="satang at the sellers' own prices")
    asked = models.PositiveIntegerField(help_text="organisations that were told")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=150)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["good", "kind", "from_week"], name="surplus_call_once_a_week"),
            models.CheckConstraint(
                condition=Q(surplus_kg__gt=0, until__gt=F("from_week")), name="surplus_call_of_something"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Basket(models.Model):
    """What somebody means to buy for one city: a signed-in buyer's, or a visitor's, whom a random token knows again."""

    code = models.CharField(max_length=14, unique=True)
    buyer = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+", null=True)
    visitor = models.CharField(max_length=64, blank=True, help_text="hash of the token in a visitor's session")
    destination = models.CharField(max_length=20)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(buyer__isnull=True) ^ Q(visitor=""), name="basket_is_a_buyers_or_a_visitors"
            ),
        ]
        indexes = [
            models.Index(fields=["buyer"]),
            models.Index(fields=["visitor"], condition=~Q(visitor=""), name="basket_visitors"),
        ]

    def __str__(self) -> str:
        return self.code


class BasketLine(models.Model):
    """So many selling units of an offer; the same offer again adds to its line."""

    basket = models.ForeignKey(Basket, on_delete=models.CASCADE, related_name="lines")
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["basket", "offer"], name="basket_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="basket_line_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.offer_id}"


class Purchase(models.Model):
    """The orders that one basket became, an order for each seller's offer, with the address to which they go."""

    code = models.CharField(max_length=14, unique=True)
    basket = models.OneToOneField(Basket, on_delete=models.PROTECT, related_name="purchase")
    buyer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    address = models.JSONField(help_text="name, phone, country, the parts of the address as that country writes them")
    email = models.EmailField(blank=True, help_text="of a visitor: where the way back to these orders was sent")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField(help_text="what its orders cost to the door together")
    placed_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="purchase_positive")]

    def __str__(self) -> str:
        return self.code


class PurchaseLine(models.Model):
    purchase = models.ForeignKey(Purchase, on_delete=models.PROTECT, related_name="lines")
    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="purchase_line")

    def __str__(self) -> str:
        return str(self.order)


import samphao.trade.after_sale  # noqa: E402, F401 the tables of what follows a delivery
from samphao.trade.campaign_models import Campaign, CampaignLot, QueueTicket, WaitingPlace  # noqa: E402, F401 Django finds models here
from samphao.trade.cycle_models import CycleLot as CycleLot  # noqa: E402 pre-orders of a harvest
from samphao.trade.cycle_models import OrderCut as OrderCut  # noqa: E402
from samphao.trade.cycle_models import OrderCycle as OrderCycle  # noqa: E402
from samphao.trade.cycle_models import PreOrder as PreOrder  # noqa: E402
from samphao.trade.listing_models import ListingDraft as ListingDraft  # noqa: E402 what becomes a listing and its lots
from samphao.trade.listing_models import ListingImport as ListingImport  # noqa: E402
from samphao.trade.listing_models import PriceStep as PriceStep  # noqa: E402
