import django.db.models.deletion
import samphao.core.clock
from django.conf import settings
from django.db import migrations, models

# What the services refuse the database refuses too: nobody's number holds before the organisation was let in, and only a
# producer and an exporter that may act agree that one sells for the other.
SQL = """
CREATE FUNCTION accounts_confirm_of_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM accounts_organisation WHERE id = NEW.organisation_id AND standing <> 'open') THEN
    RAISE EXCEPTION 'organisation % is not let in: its numbers are not confirmed', NEW.organisation_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER registration_confirmed_of_open BEFORE INSERT OR UPDATE OF status, organisation_id ON accounts_registration
  FOR EACH ROW WHEN (NEW.status = 'valid') EXECUTE FUNCTION accounts_confirm_of_open();

CREATE FUNCTION accounts_delegate_between() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM accounts_organisation p, accounts_organisation e
                 WHERE p.id = NEW.producer_id AND p.kind = 'producer' AND p.standing = 'open'
                 AND e.id = NEW.exporter_id AND e.kind = 'exporter' AND e.standing = 'open') THEN
    RAISE EXCEPTION 'delegation % is not between a producer and an exporter that may act', NEW.code USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER delegation_between_sides BEFORE INSERT OR UPDATE ON accounts_delegation
  FOR EACH ROW WHEN (NEW.state IN ('asked', 'accepted')) EXECUTE FUNCTION accounts_delegate_between();
"""
UNDO = """
DROP TRIGGER registration_confirmed_of_open ON accounts_registration; DROP FUNCTION accounts_confirm_of_open();
DROP TRIGGER delegation_between_sides ON accounts_delegation; DROP FUNCTION accounts_delegate_between();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_active_owner'),
    ]

    operations = [
        migrations.AddField(
            model_name='organisation',
            name='standing',
            field=models.CharField(choices=[('open', 'Open'), ('review', 'Review'), ('refused', 'Refused')], db_default='open', default='open', max_length=10),
        ),
        migrations.CreateModel(
            name='Application',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=14, unique=True)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('waiting', 'Waiting'), ('asked', 'Asked'), ('approved', 'Approved'), ('refused', 'Refused')], default='draft', max_length=10)),
                ('language', models.CharField(max_length=10)),
                ('kind', models.CharField(blank=True, max_length=20)),
                ('country', models.CharField(blank=True, max_length=2)),
                ('legal_form', models.CharField(blank=True, max_length=30)),
                ('name_th', models.CharField(blank=True, max_length=200)),
                ('name_en', models.CharField(blank=True, max_length=200)),
                ('name_zh', models.CharField(blank=True, max_length=200)),
                ('about', models.CharField(blank=True, help_text='what it grows, makes, sells or buys', max_length=300)),
                ('has_named_schemes', models.BooleanField(default=False, help_text='said which numbers it has, be it none')),
                ('province_iso', models.CharField(blank=True, max_length=6)),
                ('district_code', models.CharField(blank=True, max_length=10)),
                ('subdistrict_code', models.CharField(blank=True, max_length=10)),
                ('post_code', models.CharField(blank=True, max_length=10)),
                ('street', models.CharField(blank=True, help_text='house, village, road; abroad the whole address', max_length=200)),
                ('contact_name', models.CharField(blank=True, max_length=120)),
                ('contact_phone', models.CharField(blank=True, max_length=30)),
                ('has_seen_documents', models.BooleanField(default=False)),
                ('question', models.CharField(blank=True, help_text="what the hub's people ask", max_length=1000)),
                ('reason', models.CharField(blank=True, help_text='why it was refused', max_length=1000)),
                ('begun_at', models.DateTimeField(db_default=samphao.core.clock.HubNow())),
                ('touched_at', models.DateTimeField(db_default=samphao.core.clock.HubNow())),
                ('sent_at', models.DateTimeField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.CharField(blank=True, max_length=150)),
                ('applicant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='accounts.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='ApplicationEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('actor', models.CharField(max_length=150)),
                ('what', models.CharField(choices=[('sent', 'Sent'), ('answered', 'Answered'), ('asked', 'Asked'), ('approved', 'Approved'), ('refused', 'Refused'), ('confirmed', 'Confirmed')], max_length=10)),
                ('text', models.CharField(blank=True, max_length=1000)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='accounts.application')),
            ],
            options={
                'verbose_name_plural': 'application entries',
                'ordering': ['at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ApplicationNumber',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scheme', models.CharField(max_length=40)),
                ('number', models.CharField(blank=True, max_length=60)),
                ('valid_from', models.DateField(null=True)),
                ('valid_to', models.DateField(null=True)),
                ('area_rai', models.DecimalField(decimal_places=2, max_digits=8, null=True)),
                ('trees', models.PositiveIntegerField(null=True)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='numbers', to='accounts.application')),
            ],
        ),
        migrations.CreateModel(
            name='Delegation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=14, unique=True)),
                ('goods', models.JSONField(default=list, help_text='codes of goods')),
                ('month_kg_max', models.PositiveIntegerField(null=True)),
                ('month_amount_max_minor', models.BigIntegerField(null=True)),
                ('currency', models.CharField(default='THB', max_length=3)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField()),
                ('state', models.CharField(choices=[('asked', 'Asked'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn'), ('revoked', 'Revoked'), ('replaced', 'Replaced')], default='asked', max_length=10)),
                ('asked_by_side', models.CharField(choices=[('producer', 'Producer'), ('exporter', 'Exporter')], max_length=10)),
                ('asked_by', models.CharField(max_length=150)),
                ('asked_at', models.DateTimeField(db_default=samphao.core.clock.HubNow())),
                ('accepted_by', models.CharField(blank=True, max_length=150)),
                ('accepted_at', models.DateTimeField(null=True)),
                ('ended_by', models.CharField(blank=True, max_length=150)),
                ('ended_at', models.DateTimeField(null=True)),
                ('exporter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations_held', to='accounts.organisation')),
                ('producer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations_given', to='accounts.organisation')),
            ],
        ),
        migrations.AddIndex(
            model_name='application',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['sent_at'], name='application_waiting'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('draft', 'waiting', 'asked'))), fields=('applicant',), name='application_one_undecided_each'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('organisation', None), ('sent_at', None), ('state', 'draft')), models.Q(models.Q(('state', 'draft'), ('kind', ''), ('country', ''), ('legal_form', ''), models.Q(('name_en', ''), ('name_th', ''), ('name_zh', '')), ('contact_name', ''), ('contact_phone', ''), ('street', ''), ('organisation', None), ('sent_at', None), _connector='OR'), _negated=True), _connector='OR'), name='application_sent_is_complete'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', False), ('decided_by__gt', ''), ('state__in', ('approved', 'refused'))), models.Q(('decided_at', None), ('decided_by', ''), ('state__in', ('draft', 'waiting', 'asked'))), _connector='OR'), name='application_decided_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), ('state', 'refused'), _negated=True), name='application_refused_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('question', ''), ('state', 'asked'), _negated=True), name='application_asked_something'),
        ),
        migrations.AddConstraint(
            model_name='applicationnumber',
            constraint=models.UniqueConstraint(fields=('application', 'scheme'), name='application_number_once'),
        ),
        migrations.AddConstraint(
            model_name='applicationnumber',
            constraint=models.CheckConstraint(condition=models.Q(('valid_from', None), ('valid_to', None), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='application_number_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='applicationnumber',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('scheme', 'gap'), _negated=True), ('number', ''), models.Q(('area_rai__gt', 0), ('trees__gt', 0)), _connector='OR'), name='application_orchard_has_a_size'),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'accepted')), fields=('producer', 'exporter'), name='delegation_accepted_once'),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('producer', 'exporter'), name='delegation_asked_once'),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.CheckConstraint(condition=models.Q(('producer', models.F('exporter')), _negated=True), name='delegation_to_somebody_else'),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__gte', models.F('valid_from'))), name='delegation_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.CheckConstraint(condition=models.Q(('goods', []), _negated=True), name='delegation_names_goods'),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('month_kg_max__gt', 0), ('month_kg_max', None), _connector='OR'), models.Q(('month_amount_max_minor__gt', 0), ('month_amount_max_minor', None), _connector='OR'), models.Q(('month_amount_max_minor', None), ('month_kg_max', None), _negated=True)), name='delegation_has_a_limit'),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('accepted_at', None), ('ended_at', None), ('state', 'asked')), models.Q(('accepted_at__isnull', False), ('ended_at', None), ('state', 'accepted')), models.Q(('accepted_at', None), ('ended_at__isnull', False), ('state__in', ('declined', 'withdrawn'))), models.Q(('accepted_at__isnull', False), ('ended_at__isnull', False), ('state__in', ('revoked', 'replaced'))), _connector='OR'), name='delegation_dates_fit_its_state'),
        ),
        migrations.AddIndex(
            model_name='organisation',
            index=models.Index(condition=models.Q(('tax_id', ''), _negated=True), fields=['tax_id'], name='organisation_by_tax_id'),
        ),
        migrations.AddIndex(
            model_name='registration',
            index=models.Index(fields=['number'], name='accounts_re_number_fe3f0d_idx'),
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
