import django.db.models.deletion
from django.db import migrations, models

# What was decided stands; and no first share is paid of a lot that waits for a decision, whoever asks.
GUARDS = """
CREATE FUNCTION trade_mass_stop_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.outcome <> '' OR (NEW.lot_id, NEW.gap_number, NEW.limit_kg, NEW.reached_kg, NEW.made_at)
     IS DISTINCT FROM (OLD.lot_id, OLD.gap_number, OLD.limit_kg, OLD.reached_kg, OLD.made_at) THEN
    RAISE EXCEPTION 'a stop of the mass balance is decided once, and not rewritten' USING ERRCODE = 'check_violation', CONSTRAINT = 'mass_stop_stands';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER mass_stop_stands BEFORE UPDATE OR DELETE ON trade_massstop FOR EACH ROW EXECUTE FUNCTION trade_mass_stop_stands();

CREATE FUNCTION trade_advance_waits_for_stop() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM trade_massstop m WHERE m.lot_id = NEW.lot_id AND m.outcome <> 'allowed') THEN
    RAISE EXCEPTION 'the lot of order % is stopped by the mass balance', NEW.code USING ERRCODE = 'check_violation', CONSTRAINT = 'advance_waits_for_stop';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER advance_waits_for_stop BEFORE UPDATE OF advanced_at ON trade_order FOR EACH ROW
  WHEN (OLD.advanced_at IS NULL AND NEW.advanced_at IS NOT NULL) EXECUTE FUNCTION trade_advance_waits_for_stop();
"""
UNDO = """
DROP TRIGGER advance_waits_for_stop ON trade_order; DROP FUNCTION trade_advance_waits_for_stop();
DROP TRIGGER mass_stop_stands ON trade_massstop; DROP FUNCTION trade_mass_stop_stands();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('trade', '0050_tickets'),
    ]

    operations = [
        migrations.CreateModel(
            name='MassStop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gap_number', models.CharField(max_length=60)),
                ('limit_kg', models.DecimalField(decimal_places=3, max_digits=14)),
                ('reached_kg', models.DecimalField(decimal_places=3, help_text="cut under the number up to this lot's ticket", max_digits=14)),
                ('made_at', models.DateTimeField()),
                ('outcome', models.CharField(blank=True, choices=[('', 'Waits'), ('allowed', 'Allowed'), ('refused', 'Refused')], default='', max_length=10)),
                ('reason', models.TextField(blank=True)),
                ('decided_by', models.CharField(blank=True, max_length=150)),
                ('decided_at', models.DateTimeField(null=True)),
                ('lot', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='mass_stop', to='trade.lot')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('outcome', '')), fields=['made_at'], name='mass_stop_waits')],
                'constraints': [models.CheckConstraint(condition=models.Q(('reached_kg__gt', models.F('limit_kg'))), name='mass_stop_passes_its_limit'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', ''), ('outcome', ''), ('reason', '')), models.Q(('decided_at__isnull', False), models.Q(('outcome', ''), _negated=True), models.Q(('reason', ''), _negated=True), models.Q(('decided_by', ''), _negated=True)), _connector='OR'), name='mass_stop_decided_with_reason')],
            },
        ),
        migrations.RunSQL(GUARDS, UNDO),
    ]
