import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

# A signed ticket is history: grading again is a claim. Its parts are written with it, in one transaction, and are checked when that commits.
SIGNED = """
CREATE FUNCTION trade_ticket_is_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a signed ticket is not changed: grading again needs a claim' USING ERRCODE = 'check_violation', CONSTRAINT = 'ticket_is_signed';
END $$;
CREATE TRIGGER ticket_is_signed BEFORE UPDATE OR DELETE ON trade_ticket FOR EACH ROW EXECUTE FUNCTION trade_ticket_is_signed();
CREATE TRIGGER ticket_is_signed BEFORE UPDATE OR DELETE ON trade_ticketgrade FOR EACH ROW EXECUTE FUNCTION trade_ticket_is_signed();
CREATE TRIGGER ticket_is_signed BEFORE UPDATE OR DELETE ON trade_ticketsignature FOR EACH ROW EXECUTE FUNCTION trade_ticket_is_signed();

CREATE FUNCTION trade_ticket_is_whole(p_ticket bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  t trade_ticket;
  sides bigint;
  graded numeric;
BEGIN
  SELECT * INTO t FROM trade_ticket WHERE id = p_ticket;
  SELECT count(*) INTO sides FROM trade_ticketsignature WHERE ticket_id = p_ticket;
  SELECT sum(kg) INTO graded FROM trade_ticketgrade WHERE ticket_id = p_ticket;
  IF (t.signed_through = 'page' AND sides <> 2) OR coalesce(graded, CASE WHEN t.signed_through = 'page' THEN 0 ELSE t.accepted_kg END) <> t.accepted_kg THEN
    RAISE EXCEPTION 'ticket % has % signatures, and grades of % kg for % kg accepted', t.code, sides, graded, t.accepted_kg
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ticket_is_whole';
  END IF;
END $$;
CREATE FUNCTION trade_ticket_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM trade_ticket_is_whole(NEW.id); RETURN NULL; END $$;
CREATE FUNCTION trade_ticket_part_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM trade_ticket_is_whole(NEW.ticket_id); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER ticket_is_whole AFTER INSERT ON trade_ticket DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION trade_ticket_whole();
CREATE CONSTRAINT TRIGGER ticket_is_whole AFTER INSERT ON trade_ticketgrade DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION trade_ticket_part_whole();
CREATE CONSTRAINT TRIGGER ticket_is_whole AFTER INSERT ON trade_ticketsignature DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION trade_ticket_part_whole();

-- More labels than fruit is how other orchards' fruit gets this one's number. Whoever writes cartons has locked their lot.
CREATE FUNCTION trade_cartons_fit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  over text;
BEGIN
  SELECT min(l.code) INTO over FROM trade_lot l LEFT JOIN trade_ticket t ON t.lot_id = l.id
  WHERE l.id IN (SELECT lot_id FROM new_rows)
    AND (SELECT sum(c.net_mass_g) FROM trade_carton c WHERE c.lot_id = l.id) > coalesce(t.accepted_kg, 0) * 1000;
  IF over IS NOT NULL THEN
    RAISE EXCEPTION 'the cartons of lot % hold more than its ticket accepted', over
      USING ERRCODE = 'check_violation', CONSTRAINT = 'cartons_hold_what_was_accepted';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER cartons_fit_on_insert AFTER INSERT ON trade_carton REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION trade_cartons_fit();
CREATE TRIGGER cartons_fit_on_update AFTER UPDATE ON trade_carton REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION trade_cartons_fit();
CREATE SEQUENCE trade_carton_serial AS bigint;
"""
UNDO = """
DROP SEQUENCE trade_carton_serial;
DROP TRIGGER cartons_fit_on_update ON trade_carton; DROP TRIGGER cartons_fit_on_insert ON trade_carton; DROP FUNCTION trade_cartons_fit();
DROP TRIGGER ticket_is_whole ON trade_ticketsignature; DROP TRIGGER ticket_is_whole ON trade_ticketgrade; DROP TRIGGER ticket_is_whole ON trade_ticket;
DROP FUNCTION trade_ticket_part_whole(); DROP FUNCTION trade_ticket_whole(); DROP FUNCTION trade_ticket_is_whole(bigint);
DROP TRIGGER ticket_is_signed ON trade_ticketsignature; DROP TRIGGER ticket_is_signed ON trade_ticketgrade; DROP TRIGGER ticket_is_signed ON trade_ticket;
DROP FUNCTION trade_ticket_is_signed();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('trade', '0031_draft_mends_a_note'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='ticket',
            name='accepted_units',
            field=models.BigIntegerField(help_text='whole units of the lot that the accepted mass makes', null=True),
        ),
        migrations.AddField(
            model_name='ticket',
            name='fingerprint',
            field=models.CharField(blank=True, db_default='', default='', max_length=40),
        ),
        migrations.AddField(
            model_name='ticket',
            name='idempotency_key',
            field=models.CharField(blank=True, db_default='', default='', help_text='of the form on the telephone', max_length=80),
        ),
        migrations.AddField(
            model_name='ticket',
            name='made_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=150),
        ),
        migrations.AddField(
            model_name='ticket',
            name='sold_units',
            field=models.BigIntegerField(help_text="held or sold when it was signed; empty for a simulator's", null=True),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.UniqueConstraint(
                condition=models.Q(('idempotency_key', ''), _negated=True), fields=('idempotency_key',), name='ticket_key_once'
            ),
        ),
        migrations.CreateModel(
            name='Carton',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('destination', models.CharField(max_length=20)),
                ('sscc', models.CharField(max_length=18, unique=True)),
                ('net_mass_g', models.PositiveIntegerField()),
                ('packed_on', models.DateField()),
                ('printed_at', models.DateTimeField()),
                ('printed_by', models.CharField(max_length=150)),
                ('lot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cartons', to='trade.lot')),
            ],
            options={
                'indexes': [models.Index(fields=['lot', 'destination'], name='trade_carto_lot_id_55e79b_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('net_mass_g__gt', 0)), name='carton_holds_something')],
            },
        ),
        migrations.CreateModel(
            name='TicketGrade',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('grade', models.CharField(max_length=20)),
                ('kg', models.DecimalField(decimal_places=3, max_digits=12)),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grades', to='trade.ticket')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('ticket', 'grade'), name='ticket_grade_once'), models.CheckConstraint(condition=models.Q(('kg__gt', 0)), name='ticket_grade_weighs')],
            },
        ),
        migrations.CreateModel(
            name='TicketSignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('grower', 'Grower'), ('house', 'House')], max_length=10)),
                ('name', models.CharField(help_text='the log-in, or how somebody without one is called', max_length=150)),
                ('method', models.CharField(choices=[('drawn', 'Drawn'), ('password', 'Password')], max_length=10)),
                ('path', models.TextField(blank=True, help_text='the strokes as an SVG path, in a field of 600 by 200')),
                ('signed_at', models.DateTimeField()),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='trade.ticket')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('ticket', 'side'), name='ticket_signed_once_a_side'), models.UniqueConstraint(fields=('ticket', 'user'), name='ticket_two_log_ins'), models.UniqueConstraint(models.F('ticket'), django.db.models.functions.text.Lower('name'), name='ticket_two_names'), models.UniqueConstraint(condition=models.Q(('path', ''), _negated=True), fields=('ticket', 'path'), name='ticket_two_drawings'), models.CheckConstraint(condition=models.Q(('method', 'drawn'), ('path', ''), _connector='XOR'), name='ticket_drawn_has_strokes'), models.CheckConstraint(condition=models.Q(models.Q(('method', 'password'), _negated=True), ('user__isnull', False), _connector='OR'), name='ticket_password_has_log_in'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='ticket_signature_has_a_name')],
            },
        ),
        migrations.RunSQL(SIGNED, UNDO),
    ]
