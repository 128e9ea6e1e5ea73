import samphao.core.clock
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0005_stored_files'),
    ]

    operations = [
        migrations.CreateModel(
            name='LimitUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40)),
                ('key', models.CharField(help_text='digest of whom it counts', max_length=64)),
                ('used_until', models.DateTimeField(help_text="real time, not the hub's clock")),
            ],
        ),
        migrations.AlterModelOptions(
            name='auditentry',
            options={'verbose_name_plural': 'audit entries'},
        ),
        migrations.AlterField(
            model_name='auditentry',
            name='at',
            field=models.DateTimeField(db_default=samphao.core.clock.HubNow()),
        ),
        migrations.AddIndex(
            model_name='storedfile',
            index=models.Index(fields=['thumbnail_sha256'], name='core_stored_thumbna_15a8fd_idx'),
        ),
        migrations.AddIndex(
            model_name='limituse',
            index=models.Index(fields=['used_until'], name='core_limitu_used_un_dcd84f_idx'),
        ),
        migrations.AddConstraint(
            model_name='limituse',
            constraint=models.UniqueConstraint(fields=('name', 'key'), name='limit_use_once'),
        ),
    ]
