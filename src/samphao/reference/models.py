"""Published reference rows: each with the time it holds, its source, and the day on which somebody looked."""

from __future__ import annotations

from django.db import models


class Dated(models.Model):
    valid_from = models.DateField(null=True, help_text="empty: the source gives no date, and pages say undated")
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=600)
    checked_on = models.DateField(null=True, help_text="the day on which somebody looked, never the day of import")

    class Meta:
        abstract = True


class Source(models.Model):
    """What a row's `source` keys stand for, in words."""

    key = models.CharField(max_length=60, primary_key=True)
    kind = models.CharField(max_length=30)
    title = models.CharField(max_length=600)
    note = models.CharField(max_length=600, blank=True)


class Province(Dated):
    code_iso = models.CharField(max_length=6, primary_key=True)
    name_en = models.CharField(max_length=80)
    name_th = models.CharField(max_length=80)
    name_zh = models.CharField(max_length=80)
    region = models.CharField(max_length=60)
    is_eec = models.BooleanField()
    lat = models.FloatField()
    lon = models.FloatField()
    products_en = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["code_iso"]

    def __str__(self) -> str:
        return self.name_en


class Good(Dated):
    code = models.CharField(max_length=40, primary_key=True)
    hs6 = models.CharField(max_length=6)
    tariff_line_cn = models.CharField(max_length=10, blank=True)
    name_en = models.CharField(max_length=120)
    name_th = models.CharField(max_length=120)
    name_zh = models.CharField(max_length=120)
    description = models.CharField(max_length=300)
    category = models.CharField(max_length=40)
    unit = models.CharField(max_length=10)
    carton_net_g = models.PositiveIntegerField(null=True)
    temperature_class = models.CharField(max_length=20)
    temperature_min_c = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    temperature_max_c = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    is_fresh_fruit = models.BooleanField()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Destination(models.Model):
    """A city that the hub sells to, with the freight node that serves it."""

    code = models.CharField(max_length=20, primary_key=True)
    node = models.CharField(max_length=10)
    city_en = models.CharField(max_length=80)
    city_th = models.CharField(max_length=80, blank=True)
    city_zh = models.CharField(max_length=80, blank=True)
    country = models.CharField(max_length=2)
    currency = models.CharField(max_length=3)
    source = models.CharField(max_length=300)

    class Meta:
        ordering = ["country", "code"]

    def __str__(self) -> str:
        return self.code


class Variety(Dated):
    good = models.CharField(max_length=40)
    code = models.CharField(max_length=40)
    name_en = models.CharField(max_length=80)
    name_th = models.CharField(max_length=80)
    name_zh = models.CharField(max_length=80)
    dry_matter_min_pct = models.DecimalField(max_digits=5, decimal_places=2, null=True)

    class Meta:
        verbose_name_plural = "varieties"
        constraints = [models.UniqueConstraint(fields=["good", "code"], name="variety_once")]


class TariffRate(Dated):
    """A duty of a destination on a good under a regime; what a source does not say is `unknown`, never zero."""

    destination_country = models.CharField(max_length=2)
    good = models.CharField(max_length=40)
    hs6 = models.CharField(max_length=6)
    tariff_line = models.CharField(max_length=12, blank=True)
    regime = models.CharField(max_length=20)
    kind = models.CharField(max_length=30)
    rate_pct = models.DecimalField(max_digits=8, decimal_places=4, null=True)
    amount_minor_per_kg = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    amount_currency = models.CharField(max_length=3, blank=True)
    combine = models.CharField(max_length=20, blank=True)
    threshold_minor_per_kg = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    rate_below_pct = models.DecimalField(max_digits=8, decimal_places=4, null=True)
    amount_above_minor_per_kg = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    condition_key = models.CharField(max_length=40, blank=True)
    condition_text = models.CharField(max_length=300, blank=True)
    confidence = models.CharField(max_length=20)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["destination_country", "good"])]


class Tax(Dated):
    country = models.CharField(max_length=2)
    tax = models.CharField(max_length=40)
    kind = models.CharField(max_length=30)
    rate_pct = models.DecimalField(max_digits=8, decimal_places=4, null=True)
    threshold_minor = models.BigIntegerField(null=True, help_text="a limit, in minor units of threshold_currency")
    threshold_currency = models.CharField(max_length=3, blank=True)
    threshold_unit = models.CharField(
        max_length=20, blank=True, help_text="what the limit counts for: order, year, ..."
    )
    base = models.CharField(max_length=40, blank=True)
    applies_to = models.CharField(max_length=60, blank=True)
    confidence = models.CharField(max_length=20)
    conflict = models.BooleanField()
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "taxes"


class TaxCategory(Dated):
    """Which rate of a tax a good falls under; sources that disagree stand side by side."""

    country = models.CharField(max_length=2)
    tax = models.CharField(max_length=40)
    good = models.CharField(max_length=40)
    category = models.CharField(max_length=40)
    confidence = models.CharField(max_length=20)
    conflict = models.BooleanField()
    conflict_note = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "tax categories"


class ExchangeRate(Dated):
    base_currency = models.CharField(max_length=3)
    quote_currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=18, decimal_places=8)
    kind = models.CharField(max_length=20)


class PriceRule(Dated):
    """A fee or share that is agreed or estimated, not levied by law."""

    code = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    value = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    amount_minor_per_kg = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    currency = models.CharField(max_length=3, blank=True)
    base = models.CharField(max_length=40)
    good = models.CharField(max_length=40, blank=True)
    destinations = models.CharField(max_length=60, blank=True)
    note = models.CharField(max_length=300, blank=True)


class GateRule(Dated):
    """One condition of one of the four gates."""

    code = models.CharField(max_length=60)
    gate = models.CharField(max_length=10)
    subject = models.CharField(max_length=30)
    good = models.CharField(max_length=40, blank=True)
    category = models.CharField(max_length=40, blank=True)
    destination = models.CharField(max_length=10)
    variety = models.CharField(max_length=40, blank=True)
    trade_mode = models.CharField(max_length=40, help_text="modes parted by semicolons, or * for all")
    either = models.CharField(
        max_length=40, blank=True, help_text="rules of one name are alternatives: one of them is enough"
    )
    measure = models.CharField(max_length=60)
    comparator = models.CharField(max_length=20)
    threshold = models.CharField(max_length=60, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    name_en = models.CharField(max_length=200)
    name_th = models.CharField(max_length=200)
    name_zh = models.CharField(max_length=200)
    confidence = models.CharField(max_length=20)
    note = models.CharField(max_length=300, blank=True)


class Document(Dated):
    """A paper that a good needs on its way to a destination: at which step, from whom, and why."""

    code = models.CharField(max_length=40)
    good = models.CharField(max_length=40, blank=True)
    category = models.CharField(max_length=40, blank=True)
    destination = models.CharField(max_length=60, help_text="countries parted by semicolons, or * for all")
    trade_mode = models.CharField(max_length=10)
    transport = models.CharField(max_length=20, blank=True, help_text="modes parted by semicolons; empty is any")
    step = models.CharField(max_length=10)
    name_en = models.CharField(max_length=120)
    name_th = models.CharField(max_length=120, blank=True)
    name_zh = models.CharField(max_length=120, blank=True)
    issuer = models.CharField(max_length=120)
    needed = models.CharField(max_length=20)
    condition_key = models.CharField(max_length=40, blank=True)
    condition = models.CharField(max_length=300, blank=True)
    confidence = models.CharField(max_length=20)


class TradeModeRule(Dated):
    """One condition of a trade mode: what a sale must be, or must not be, to be made in it."""

    mode = models.CharField(max_length=10)
    code = models.CharField(max_length=60)
    good = models.CharField(max_length=40, blank=True)
    category = models.CharField(max_length=40, blank=True)
    destination = models.CharField(max_length=60, help_text="countries parted by semicolons, or * for all")
    buyer_kind = models.CharField(max_length=10, blank=True)
    either = models.CharField(max_length=40, blank=True)
    measure = models.CharField(max_length=40)
    comparator = models.CharField(max_length=20)
    threshold = models.CharField(max_length=60, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    name_en = models.CharField(max_length=200)
    name_th = models.CharField(max_length=200)
    name_zh = models.CharField(max_length=200)
    refusal_en = models.CharField(max_length=300, blank=True, help_text="what is missing and what can be done")
    refusal_th = models.CharField(max_length=300, blank=True)
    refusal_zh = models.CharField(max_length=300, blank=True)
    confidence = models.CharField(max_length=20)
    note = models.CharField(max_length=300, blank=True)


class CbecGood(Dated):
    """What is known of a good on China's list for cross-border e-commerce; not known is not listed."""

    good = models.CharField(max_length=40, unique=True)
    tariff_line = models.CharField(max_length=12, blank=True)
    status = models.CharField(max_length=20)
    remark_key = models.CharField(max_length=40, blank=True)
    limit_g_per_person_year = models.PositiveIntegerField(null=True)
    confidence = models.CharField(max_length=20)

    class Meta:
        verbose_name = "CBEC good"


class PostRate(Dated):
    """A step of a postal tariff: no public rate card is known, so the rows are the user's own (`post_tariff.csv`)."""

    product = models.CharField(max_length=30)
    name = models.CharField(max_length=60)
    indicator = models.CharField(max_length=2, help_text="service indicator of the item's number (UPU S10)")
    country = models.CharField(max_length=2)
    mass_max_g = models.PositiveIntegerField(help_text="of the packed item")
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    days_min = models.PositiveSmallIntegerField()
    days_max = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "country", "mass_max_g", "valid_from"], name="post_rate_once")
        ]


class TreeYield(Dated):
    """What a full-grown tree (or plant) of a good bears in a season at most, and how many stand on a rai at most: the mass balance's ceiling."""

    good = models.CharField(max_length=40)
    kg_per_tree = models.DecimalField(max_digits=8, decimal_places=2)
    trees_per_rai_max = models.PositiveIntegerField()
    confidence = models.CharField(max_length=20)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["good", "valid_from"], name="tree_yield_once")]

    def __str__(self) -> str:
        return self.good
