"""What the market is searched by: a row for each lot, and what was looked for in vain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models

from samphao.core.clock import HubNow

if TYPE_CHECKING:
    TextField = models.Field[str, str]
    NumbersField = models.Field[list[int], list[int]]
else:
    TextField = NumbersField = models.Field


class Words(TextField):
    """A text search vector: words and marks such as `certificate:gap`, without their places."""

    def db_type(self, connection: object) -> str:  # noqa: ARG002 Django's signature
        return "tsvector"


class Signals(NumbersField):
    """Hundredths of points, in the order of `engines.text.ranking.SIGNALS`."""

    def db_type(self, connection: object) -> str:  # noqa: ARG002 Django's signature
        return "smallint[]"


class SearchRow(models.Model):
    """A lot as it is searched: written by `search_index`; the database makes a bare one for a lot that comes another way.

    The indexes hold each good's, place's and kind's lots in the order of their points, so that the first page of a
    common good is read and not sorted.
    """

    lot = models.OneToOneField("trade.Lot", on_delete=models.CASCADE, primary_key=True, related_name="search_row")
    good = models.CharField(max_length=40)
    variety = models.CharField(max_length=80, blank=True, default="", db_default="")
    province_iso = models.CharField(max_length=6, blank=True)
    words = Words(db_default="")
    signals = Signals(db_default=models.Value("{0,0,0,0,0}"))
    points = models.IntegerField(default=0, db_default=0)
    due_at = models.DateTimeField(
        null=True, default=None, db_default=HubNow(), help_text="when time alone changes the points, or what the row holds is not known yet"
    )  # fmt: skip

    class Meta:
        indexes = [
            models.Index(fields=["good", "-points", "lot"], name="search_good"),
            models.Index(fields=["province_iso", "-points", "lot"], name="search_province"),
            models.Index(fields=["good", "province_iso", "-points", "lot"], name="search_good_province"),
            models.Index(
                fields=["variety", "good", "-points", "lot"], name="search_variety", condition=~models.Q(variety="")
            ),
            models.Index(
                fields=["variety", "good", "province_iso", "-points", "lot"],
                name="search_variety_place",
                condition=~models.Q(variety=""),
            ),
            models.Index(fields=["-points", "lot"], name="search_all"),
            models.Index(fields=["due_at"], name="search_due", condition=models.Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.good} {self.province_iso}"


class FruitlessSearch(models.Model):
    """What was looked for on a day and not found, how often, and which goods were meant: no address, no person."""

    day = models.DateField()
    text = models.CharField(max_length=80)
    goods = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    count = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "fruitless searches"
        constraints = [models.UniqueConstraint(fields=["day", "text"], name="fruitless_search_once")]

    def __str__(self) -> str:
        return self.text
