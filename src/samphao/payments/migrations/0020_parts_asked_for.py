from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("payments", "0013_credit_notes"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="paymentrequest",
            name="payment_request_once",
        ),
        migrations.AddField(
            model_name="paymentrequest",
            name="part",
            field=models.CharField(blank=True, db_default="", default="", help_text="deposit or balance with its amount; empty: the whole price", max_length=30),
        ),
        migrations.AddConstraint(
            model_name="paymentrequest",
            constraint=models.UniqueConstraint(fields=("order_code", "method", "part"), name="payment_request_once"),
        ),
    ]
