from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reference", "0003_trade_modes")]

    operations = [
        migrations.AddField(
            model_name="trademoderule",
            name="refusal_en",
            field=models.CharField(blank=True, default="", help_text="what is missing and what can be done", max_length=300),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="trademoderule",
            name="refusal_th",
            field=models.CharField(blank=True, default="", max_length=300),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="trademoderule",
            name="refusal_zh",
            field=models.CharField(blank=True, default="", max_length=300),
            preserve_default=False,
        ),
    ]
