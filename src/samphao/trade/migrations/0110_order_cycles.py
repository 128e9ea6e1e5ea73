import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.lookups
from django.db import migrations, models

# What buyers read before they ordered stays so; and before a harvest is counted nobody offers more of it than its declared share.
TRIGGERS = """
CREATE FUNCTION trade_cycle_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE check_violation USING MESSAGE = 'the terms of an order cycle stay as buyers read them', CONSTRAINT = 'cycle_stays_as_it_was_read';
END $$;
CREATE TRIGGER cycle_stays_as_it_was_read BEFORE UPDATE ON trade_ordercycle FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
EXECUTE FUNCTION trade_cycle_stays();
CREATE TRIGGER cycle_lot_stays_as_it_was_read BEFORE UPDATE ON trade_cyclelot FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
EXECUTE FUNCTION trade_cycle_stays();

CREATE FUNCTION trade_cycle_lot_has_its_factor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.safety_pct <> (SELECT safety_pct FROM trade_ordercycle WHERE id = NEW.cycle_id) THEN
    RAISE check_violation USING MESSAGE = 'a lot has the safety factor of its cycle', CONSTRAINT = 'cycle_lot_has_its_factor';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER cycle_lot_has_its_factor BEFORE INSERT ON trade_cyclelot FOR EACH ROW EXECUTE FUNCTION trade_cycle_lot_has_its_factor();

CREATE FUNCTION trade_lot_keeps_its_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  c record;
BEGIN
  SELECT x.offered, y.opens_at, y.closes_at INTO c FROM trade_cyclelot x JOIN trade_ordercycle y ON y.id = x.cycle_id WHERE x.lot_id = NEW.id;
  IF FOUND AND ((NEW.confirmed_at IS NULL AND NEW.quantity > c.offered) OR (NEW.withdrawn_at IS NULL AND NEW.opens_at < c.opens_at)
                OR NEW.closes_at > c.closes_at) THEN
    RAISE check_violation USING MESSAGE = 'a lot of a cycle is sold in its window, up to its share of the forecast', CONSTRAINT = 'lot_keeps_its_cycle';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER lot_keeps_its_cycle BEFORE UPDATE OF quantity, opens_at, closes_at ON trade_lot FOR EACH ROW
WHEN (NEW.quantity > OLD.quantity OR NEW.opens_at <> OLD.opens_at OR NEW.closes_at <> OLD.closes_at)
EXECUTE FUNCTION trade_lot_keeps_its_cycle();
"""
GONE = """
DROP TRIGGER lot_keeps_its_cycle ON trade_lot; DROP FUNCTION trade_lot_keeps_its_cycle();
DROP TRIGGER cycle_lot_has_its_factor ON trade_cyclelot; DROP FUNCTION trade_cycle_lot_has_its_factor();
DROP TRIGGER cycle_lot_stays_as_it_was_read ON trade_cyclelot; DROP TRIGGER cycle_stays_as_it_was_read ON trade_ordercycle;
DROP FUNCTION trade_cycle_stays();
"""


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0005_onboarding"),
        ("trade", "0031_draft_mends_a_note"),
    ]

    operations = [
        migrations.CreateModel(
            name="OrderCycle",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=14, unique=True)),
                ("opens_at", models.DateTimeField()),
                ("closes_at", models.DateTimeField()),
                ("delivery_on", django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), help_text="the days on which it is delivered, the first in front", size=None)),
                ("safety_pct", models.PositiveSmallIntegerField(help_text="of the forecast may be pre-ordered")),
                ("deposit_pct", models.PositiveSmallIntegerField(help_text="of the price is paid when ordered; 100: all of it")),
                ("balance_due_at", models.DateTimeField(help_text="the rest is paid before this moment, or the order ends")),
                ("lapse_keeps_pct", models.PositiveSmallIntegerField(help_text="of the deposit stays with the producer if the balance is not paid")),
                ("shortfall", models.CharField(choices=[("pro_rata", "Pro Rata"), ("first_come", "First Come")], max_length=12)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=150)),
                ("coordinator", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organisation")),
            ],
        ),
        migrations.CreateModel(
            name="CycleLot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("forecast_low", models.PositiveBigIntegerField(help_text="units; where no interval was made, both ends are the forecast")),
                ("forecast", models.PositiveBigIntegerField()),
                ("forecast_high", models.PositiveBigIntegerField()),
                ("safety_pct", models.PositiveSmallIntegerField()),
                ("offered", models.PositiveBigIntegerField(help_text="units in whole cartons: forecast x safety")),
                ("lot", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="of_cycle", to="trade.lot")),
                ("cycle", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="lots", to="trade.ordercycle")),
            ],
        ),
        migrations.CreateModel(
            name="PreOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("deposit_minor", models.BigIntegerField()),
                ("balance_due_at", models.DateTimeField()),
                ("lapse_keeps_pct", models.PositiveSmallIntegerField()),
                ("taken_at", models.DateTimeField()),
                ("reminded_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("kept_minor", models.BigIntegerField(db_default=0, default=0, help_text="of the deposit, for the producer, when the balance was not paid")),
                ("order", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="pre_order", to="trade.order")),
            ],
        ),
        migrations.CreateModel(
            name="OrderCut",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quantity_from", models.PositiveIntegerField()),
                ("quantity_to", models.PositiveIntegerField()),
                ("amount_from_minor", models.BigIntegerField()),
                ("amount_to_minor", models.BigIntegerField()),
                ("was_paid", models.BooleanField(help_text="in full: the difference is refunded")),
                ("was_deposited", models.BooleanField(help_text="the grower had his share when sold")),
                ("was_advanced", models.BooleanField(help_text="the grower had his share at the ticket")),
                ("cut_at", models.DateTimeField()),
                ("order", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="cut", to="trade.order")),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("amount_to_minor__gt", 0), ("quantity_to__gt", 0), ("quantity_to__lt", models.F("quantity_from"))), name="order_cut_takes_some_of_it"), models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.expressions.CombinedExpression(models.F("amount_from_minor"), "*", models.F("quantity_to")), django.db.models.expressions.CombinedExpression(models.F("amount_to_minor"), "*", models.F("quantity_from"))), name="order_cut_in_proportion")],
            },
        ),
        migrations.AddIndex(
            model_name="ordercycle",
            index=models.Index(fields=["closes_at", "opens_at"], name="trade_order_closes__ebae3b_idx"),
        ),
        migrations.AddConstraint(
            model_name="ordercycle",
            constraint=models.CheckConstraint(condition=models.Q(("closes_at__gt", models.F("opens_at"))), name="cycle_closes_after_it_opens"),
        ),
        migrations.AddConstraint(
            model_name="ordercycle",
            constraint=models.CheckConstraint(condition=models.Q(("balance_due_at__gte", models.F("closes_at"))), name="cycle_balance_is_due_after_the_close"),
        ),
        migrations.AddConstraint(
            model_name="ordercycle",
            constraint=models.CheckConstraint(condition=models.Q(("deposit_pct__range", (1, 100)), ("lapse_keeps_pct__range", (0, 100)), ("safety_pct__range", (1, 100))), name="cycle_shares_are_shares"),
        ),
        migrations.AddConstraint(
            model_name="ordercycle",
            constraint=models.CheckConstraint(condition=models.Q(("shortfall__in", ("pro_rata", "first_come"))), name="cycle_declares_its_shortfall"),
        ),
        migrations.AddConstraint(
            model_name="ordercycle",
            constraint=models.CheckConstraint(condition=models.Q(("delivery_on__len__gt", 0)), name="cycle_has_a_delivery_day"),
        ),
        migrations.AddConstraint(
            model_name="cyclelot",
            constraint=models.CheckConstraint(condition=models.Q(("forecast__range", (models.F("forecast_low"), models.F("forecast_high"))), ("offered__gt", 0)), name="cycle_lot_forecast_in_its_interval"),
        ),
        migrations.AddConstraint(
            model_name="cyclelot",
            constraint=models.CheckConstraint(condition=models.Q(("offered__lte", django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F("forecast"), "*", models.F("safety_pct")), "/", models.Value(100)))), name="cycle_lot_offers_within_its_factor"),
        ),
        migrations.AddIndex(
            model_name="preorder",
            index=models.Index(condition=models.Q(("reminded_at", None)), fields=["balance_due_at"], name="pre_order_to_remind"),
        ),
        migrations.AddIndex(
            model_name="preorder",
            index=models.Index(condition=models.Q(("closed_at", None)), fields=["id"], name="pre_order_open"),
        ),
        migrations.AddConstraint(
            model_name="preorder",
            constraint=models.CheckConstraint(condition=models.Q(("deposit_minor__gt", 0), ("kept_minor__gte", 0), ("kept_minor__lte", django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F("deposit_minor"), "*", models.F("lapse_keeps_pct")), "/", models.Value(100)))), name="pre_order_keeps_no_more_than_declared"),
        ),
        migrations.AddConstraint(
            model_name="preorder",
            constraint=models.CheckConstraint(condition=models.Q(("kept_minor", 0), ("closed_at__isnull", False), _connector="OR"), name="pre_order_kept_when"),
        ),
        migrations.RunSQL(TRIGGERS, GONE),
    ]
