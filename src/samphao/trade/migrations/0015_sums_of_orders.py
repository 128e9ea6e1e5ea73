import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Indexes that hold what pages sum over many orders: they take the place of those on the keys alone."""

    dependencies = [
        ('trade', '0014_ended_for'),
    ]

    operations = [
        migrations.AlterField(
            model_name='order',
            name='offer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='trade.offer'),
        ),
        migrations.AlterField(
            model_name='offer',
            name='importer',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(fields=['importer', 'id'], include=('destination', 'currency'), name='offer_of_importer'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['offer'], include=('state', 'quantity', 'amount_minor'), name='order_of_offer'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('advanced_at', None), ('state__in', ('paid', 'shipped'))), fields=['lot'], name='order_to_advance'),
        ),
    ]
