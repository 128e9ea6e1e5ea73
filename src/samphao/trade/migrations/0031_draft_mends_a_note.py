import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("trade", "0030_listing_from_a_page")]

    operations = [
        migrations.AddField(
            model_name="listingdraft",
            name="mends",
            field=models.ForeignKey(
                help_text="the task that its lot does, once it is listed", null=True, on_delete=django.db.models.deletion.SET_NULL,
                related_name="+", to="trade.productnote",
            ),
        ),
    ]  # fmt: skip
