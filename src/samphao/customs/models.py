from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class ImporterTerms(models.Model):
    """For which destination an importer of record works, and its fee."""

    importer = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    destination = models.CharField(max_length=20)
    fee_minor_per_kg = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    source = models.CharField(max_length=300)

    class Meta:
        verbose_name = verbose_name_plural = "importer's terms"
        constraints = [models.UniqueConstraint(fields=["importer", "destination"], name="importer_terms_once")]


class Permit(models.Model):
    """A quarantine permit of an importer: good, port of entry, kilograms; what is drawn never exceeds it."""

    importer = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    number = models.CharField(max_length=60, unique=True)
    good = models.CharField(max_length=40)
    port = models.CharField(max_length=10)
    granted_kg = models.PositiveBigIntegerField()
    drawn_kg = models.PositiveBigIntegerField(default=0)
    valid_from = models.DateField()
    valid_to = models.DateField()
    source = models.CharField(max_length=300)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(granted_kg__gte=F("drawn_kg")), name="permit_not_overdrawn")]
        indexes = [models.Index(fields=["good", "port"])]

    def __str__(self) -> str:
        return self.number

    @property
    def left_kg(self) -> int:
        return self.granted_kg - self.drawn_kg

    @property
    def drawn_share(self) -> float:
        return self.drawn_kg / self.granted_kg if self.granted_kg else 0.0


class CustomsOffice(models.Model):
    """A place where goods are declared; `lanes` are the lines that it has."""

    code = models.CharField(max_length=20, unique=True)
    name_en = models.CharField(max_length=120)
    name_th = models.CharField(max_length=120, blank=True)
    name_zh = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=2)
    node = models.CharField(max_length=10, blank=True, help_text="node of the freight network; empty: anywhere else")
    lanes = models.JSONField()
    source = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["country", "node"], name="customs_office_once_a_place")]

    def __str__(self) -> str:
        return self.code


class EntrySampling(models.Model):
    """How often and how long the simulator of another country's customs looks; an empty port or category is any."""

    country = models.CharField(max_length=2)
    port = models.CharField(max_length=10, blank=True)
    category = models.CharField(max_length=40, blank=True)
    sampled_share = models.DecimalField(max_digits=5, decimal_places=4)
    days = models.DecimalField(max_digits=4, decimal_places=1)
    days_sampled = models.DecimalField(max_digits=4, decimal_places=1)
    finding_share = models.DecimalField(max_digits=5, decimal_places=4, help_text="of the sampled")
    source = models.CharField(max_length=300)

    class Meta:
        verbose_name, verbose_name_plural = "rate of entry sampling", "rates of entry sampling"
        constraints = [
            models.UniqueConstraint(fields=["country", "port", "category"], name="entry_sampling_once"),
            models.CheckConstraint(
                condition=Q(sampled_share__range=(0, 1), finding_share__range=(0, 1)), name="entry_sampling_shares"
            ),
        ]


class RiskRule(models.Model):
    """A rule of the lane as data: names for people, a weight, and whether it alone means the red line."""

    code = models.CharField(max_length=40, primary_key=True)
    weight = models.PositiveSmallIntegerField()
    is_hard = models.BooleanField()
    name_en = models.CharField(max_length=120)
    name_th = models.CharField(max_length=120)
    name_zh = models.CharField(max_length=120)
    source = models.CharField(max_length=300)


class Declaration(models.Model):
    """A customs declaration: one exporter, one importer, one consignment; its rows are goods items."""

    class Kind(models.TextChoices):
        EXPORT = "export"
        IMPORT = "import"

    class State(models.TextChoices):
        DRAFT = "draft"
        SUBMITTED = "submitted"
        ACCEPTED = "accepted"
        DOCUMENTS_ASKED = "documents_asked"
        CONTROL = "control"
        RELEASED = "released"
        HELD = "held"
        REJECTED = "rejected"
        CLEARED = "cleared"
        WITHDRAWN = "withdrawn"

        @classmethod
        def ended(cls) -> tuple[str, str]:
            """Return the states in which nothing of a declaration goes anywhere."""
            return cls.REJECTED.value, cls.WITHDRAWN.value

    class Lane(models.TextChoices):
        NONE = ""
        GREEN = "green"
        RED = "red"

    code = models.CharField(max_length=14, unique=True)
    kind = models.CharField(max_length=6, choices=Kind)
    consignment_code = models.CharField(max_length=14)
    load_code = models.CharField(max_length=20, db_index=True)
    exporter = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    importer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    office = models.ForeignKey(CustomsOffice, on_delete=models.PROTECT, related_name="+")
    customs_value_minor = models.BigIntegerField()
    fob_value_minor = models.BigIntegerField(help_text="in satang")
    currency = models.CharField(max_length=3, help_text="of the customs value, duty and VAT")
    duty_minor = models.BigIntegerField(null=True)
    vat_minor = models.BigIntegerField(null=True)
    origin_country = models.CharField(max_length=2)
    destination_country = models.CharField(max_length=2)
    destination = models.CharField(max_length=20)
    entry_node = models.CharField(max_length=10, blank=True)
    transport_mode = models.CharField(max_length=10)
    transport_means = models.CharField(max_length=120)
    container_number = models.CharField(max_length=11, blank=True)
    seal_number = models.CharField(max_length=20, blank=True)
    departs_at = models.DateTimeField()
    enters_at = models.DateTimeField()
    state = models.CharField(max_length=16, choices=State)
    lane = models.CharField(max_length=5, choices=Lane, blank=True)
    is_random = models.BooleanField(default=False)
    score = models.PositiveSmallIntegerField(default=0)
    reasons = models.JSONField(default=list, help_text="each rule that spoke, with what was found and its source")
    submitted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=80, blank=True)
    decision_reason = models.TextField(blank=True)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "consignment_code"], name="declaration_once_a_consignment"),
            models.CheckConstraint(
                condition=Q(customs_value_minor__gte=0, fob_value_minor__gte=0)
                & (Q(duty_minor=None) | Q(duty_minor__gte=0))
                & (Q(vat_minor=None) | Q(vat_minor__gte=0)),
                name="declaration_values_not_negative",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("documents_asked", "released", "held", "rejected", "cleared", "withdrawn"))
                | (Q(decided_at__isnull=False) & ~Q(decided_by="") & ~Q(decision_reason="")),
                name="declaration_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "withdrawn")) | Q(submitted_at__isnull=False),
                name="declaration_submitted_when",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "submitted", "withdrawn")) | ~Q(lane=""), name="declaration_has_a_lane"
            ),
            models.CheckConstraint(
                condition=Q(kind="export") | Q(duty_minor__isnull=False, vat_minor__isnull=False),
                name="import_has_duty_and_vat",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "state", "submitted_at"]),
            models.Index(fields=["importer", "kind"]),
            models.Index(fields=["exporter", "kind"]),
        ]

    def __str__(self) -> str:
        return self.code


class GoodsItem(models.Model):
    """A row of a declaration: one good, with its HS code, masses and value."""

    declaration = models.ForeignKey(Declaration, on_delete=models.CASCADE, related_name="items")
    number = models.PositiveSmallIntegerField()
    good = models.CharField(max_length=40)
    hs6 = models.CharField(max_length=6)
    tariff_line = models.CharField(max_length=12, blank=True, help_text="national extension; empty: not known")
    description_en = models.CharField(max_length=200)
    description_th = models.CharField(max_length=200)
    description_zh = models.CharField(max_length=200)
    packages = models.PositiveIntegerField()
    net_mass_kg = models.DecimalField(max_digits=12, decimal_places=3)
    gross_mass_kg = models.DecimalField(max_digits=12, decimal_places=3)
    value_minor = models.BigIntegerField(help_text="statistical value, in the declaration's currency")
    currency = models.CharField(max_length=3)
    duty_minor = models.BigIntegerField(null=True)
    vat_minor = models.BigIntegerField(null=True)
    preference = models.CharField(max_length=20, blank=True, help_text="the paper by which a lower duty is claimed")
    lot_codes = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["declaration", "number"], name="goods_item_once"),
            models.UniqueConstraint(fields=["declaration", "good"], name="goods_item_one_good"),
            models.CheckConstraint(
                condition=Q(value_minor__gte=0, net_mass_kg__gt=0, gross_mass_kg__gte=F("net_mass_kg"), packages__gt=0),
                name="goods_item_measures",
            ),
        ]
        ordering = ["number"]


class RequiredDocument(models.Model):
    """A paper that a declaration's goods need, why, and its number when it is there."""

    declaration = models.ForeignKey(Declaration, on_delete=models.CASCADE, related_name="documents")
    code = models.CharField(max_length=40)
    name_en = models.CharField(max_length=120)
    name_th = models.CharField(max_length=120, blank=True)
    name_zh = models.CharField(max_length=120, blank=True)
    step = models.CharField(max_length=10)
    issuer = models.CharField(max_length=160)
    needed_because = models.CharField(max_length=300)
    source = models.CharField(max_length=600)
    number = models.CharField(max_length=200, blank=True)
    is_present = models.BooleanField()
    missing_because = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["declaration", "code"], name="required_document_once"),
            models.CheckConstraint(condition=Q(is_present=False) | ~Q(number=""), name="present_document_has_a_number"),
        ]
        ordering = ["is_present", "id"]


class EntryInspection(models.Model):
    """What the customs of the other country did with an import declaration; by a simulator that is named."""

    declaration = models.OneToOneField(Declaration, on_delete=models.CASCADE, related_name="inspection")
    inspector = models.CharField(max_length=80)
    is_sampled = models.BooleanField()
    finding = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    source = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ended_at__gte=F("started_at")), name="entry_inspection_times"),
            models.CheckConstraint(condition=Q(finding="") | Q(is_sampled=True), name="finding_needs_a_sample"),
        ]


class PermitDraw(models.Model):
    """Kilograms that an import drew from a permit: `permit.drawn_kg` follows in the database itself."""

    permit = models.ForeignKey(Permit, on_delete=models.PROTECT, related_name="draws")
    declaration = models.ForeignKey(Declaration, on_delete=models.PROTECT, related_name="draws")
    kg = models.PositiveBigIntegerField()
    drawn_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["permit", "declaration"], name="permit_draw_once"),
            models.CheckConstraint(condition=Q(kg__gt=0), name="permit_draw_positive"),
        ]
