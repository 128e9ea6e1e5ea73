import django.db.models.deletion
from django.db import migrations, models

# A statement of reasons stands as it was given: only the appeal and the end are written later.
STANDS = """
CREATE FUNCTION accounts_suspension_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.code, NEW.organisation_id, NEW.orchard_id, NEW.scope, NEW.reasons, NEW.source, NEW.from_on, NEW.until_on, NEW.made_by, NEW.made_at)
     IS DISTINCT FROM (OLD.code, OLD.organisation_id, OLD.orchard_id, OLD.scope, OLD.reasons, OLD.source, OLD.from_on, OLD.until_on, OLD.made_by, OLD.made_at) THEN
    RAISE EXCEPTION 'a suspension is not rewritten: lift it, with its reason' USING ERRCODE = 'check_violation', CONSTRAINT = 'suspension_stands';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER suspension_stands BEFORE UPDATE OR DELETE ON accounts_suspension FOR EACH ROW EXECUTE FUNCTION accounts_suspension_stands();
"""
UNDO = "DROP TRIGGER suspension_stands ON accounts_suspension; DROP FUNCTION accounts_suspension_stands();"


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_onboarding'),
    ]

    operations = [
        migrations.CreateModel(
            name='Suspension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=14, unique=True)),
                ('scope', models.CharField(choices=[('everywhere', 'Everywhere'), ('CN', 'China')], max_length=10)),
                ('reasons', models.TextField(help_text='what was found, and which rule it breaks')),
                ('source', models.CharField(help_text='on whose word: a notice, a report, a letter, with its number', max_length=300)),
                ('from_on', models.DateField()),
                ('until_on', models.DateField(help_text='its last day; empty: until it is lifted', null=True)),
                ('made_by', models.CharField(max_length=150)),
                ('made_at', models.DateTimeField()),
                ('touched', models.JSONField(default=dict, help_text='lots, orders and money that it touched when it was made')),
                ('appeal_until', models.DateTimeField()),
                ('appeal', models.TextField(blank=True)),
                ('appealed_by', models.CharField(blank=True, max_length=150)),
                ('appealed_at', models.DateTimeField(null=True)),
                ('decide_until', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, choices=[('upheld', 'Upheld'), ('dismissed', 'Dismissed')], max_length=10)),
                ('decided_by', models.CharField(blank=True, max_length=150)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decision', models.TextField(blank=True, help_text='why the appeal was upheld or dismissed')),
                ('lifted_by', models.CharField(blank=True, max_length=150)),
                ('lifted_at', models.DateTimeField(null=True)),
                ('lifted_because', models.TextField(blank=True)),
                ('orchard', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='suspensions', to='accounts.orchard')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='suspensions', to='accounts.organisation')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('lifted_at', None)), fields=['organisation'], name='suspension_of_party'), models.Index(condition=models.Q(('lifted_at', None)), fields=['orchard'], name='suspension_of_orchard')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('orchard__isnull', False), ('organisation', None)), models.Q(('orchard', None), ('organisation__isnull', False)), _connector='OR'), name='suspension_of_one'), models.CheckConstraint(condition=models.Q(models.Q(('reasons', ''), _negated=True), models.Q(('source', ''), _negated=True)), name='suspension_says_why'), models.CheckConstraint(condition=models.Q(('until_on', None), ('until_on__gte', models.F('from_on')), _connector='OR'), name='suspension_ends_after_it_begins'), models.CheckConstraint(condition=models.Q(models.Q(('lifted_at', None), ('lifted_because', ''), ('lifted_by', '')), models.Q(('lifted_at__isnull', False), models.Q(('lifted_by', ''), _negated=True), models.Q(('lifted_because', ''), _negated=True)), _connector='OR'), name='suspension_lifted_with_reason'), models.CheckConstraint(condition=models.Q(models.Q(('appeal', ''), ('appealed_at', None), ('appealed_by', ''), ('decide_until', None)), models.Q(('appealed_at__isnull', False), ('appealed_at__lte', models.F('appeal_until')), ('decide_until__isnull', False), models.Q(('appeal', ''), _negated=True), models.Q(('appealed_by', ''), _negated=True)), _connector='OR'), name='suspension_appealed_in_time'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', ''), ('decision', ''), ('outcome', '')), models.Q(('appealed_at__isnull', False), ('decided_at__isnull', False), models.Q(('outcome', ''), _negated=True), models.Q(('decided_by', ''), _negated=True), models.Q(('decision', ''), _negated=True)), _connector='OR'), name='suspension_decided_with_reason'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'dismissed'), _negated=True), models.Q(('decided_by', models.F('made_by')), _negated=True), _connector='OR'), name='suspension_appeal_heard_by_another'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'upheld'), _negated=True), ('lifted_at__isnull', False), _connector='OR'), name='suspension_upheld_is_lifted')],
            },
        ),
        migrations.RunSQL(STANDS, UNDO),
    ]
