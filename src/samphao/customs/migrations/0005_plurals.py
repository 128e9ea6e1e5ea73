from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("customs", "0004_withdrawn")]
    operations = [
        migrations.AlterModelOptions(
            "entrysampling", {"verbose_name": "rate of entry sampling", "verbose_name_plural": "rates of entry sampling"}
        ),
        migrations.AlterModelOptions(
            "importerterms", {"verbose_name": "importer's terms", "verbose_name_plural": "importer's terms"}
        ),
    ]
