from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_double_entry")]
    operations = [migrations.AlterModelOptions("entry", {"verbose_name_plural": "entries"})]
