from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reference", "0004_refusals_in_plain_words")]
    operations = [
        migrations.AlterModelOptions("cbecgood", {"verbose_name": "CBEC good"}),
        migrations.AlterModelOptions("tax", {"verbose_name_plural": "taxes"}),
        migrations.AlterModelOptions("taxcategory", {"verbose_name_plural": "tax categories"}),
        migrations.AlterModelOptions("variety", {"verbose_name_plural": "varieties"}),
    ]
