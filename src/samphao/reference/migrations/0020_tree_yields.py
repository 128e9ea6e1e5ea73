from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reference', '0016_revision'),
    ]

    operations = [
        migrations.CreateModel(
            name='TreeYield',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(help_text='empty: the source gives no date, and pages say undated', null=True)),
                ('valid_to', models.DateField(null=True)),
                ('source', models.CharField(max_length=600)),
                ('checked_on', models.DateField(help_text='the day on which somebody looked, never the day of import', null=True)),
                ('good', models.CharField(max_length=40)),
                ('kg_per_tree', models.DecimalField(decimal_places=2, max_digits=8)),
                ('trees_per_rai_max', models.PositiveIntegerField()),
                ('confidence', models.CharField(max_length=20)),
                ('note', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('good', 'valid_from'), name='tree_yield_once')],
            },
        ),
        migrations.RunSQL(
            "CREATE TRIGGER treeyield_revised AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON reference_treeyield FOR EACH STATEMENT EXECUTE FUNCTION core_revised();",
            "DROP TRIGGER treeyield_revised ON reference_treeyield;",
        ),
    ]
