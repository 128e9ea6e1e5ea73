from django.db import migrations

TABLES = (
    "source", "province", "good", "destination", "variety", "tariffrate", "tax", "taxcategory", "exchangerate", "pricerule", "gaterule", "document",
    "trademoderule", "cbecgood", "postrate",
)
TRIGGER = """
CREATE TRIGGER {table}_revised AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON reference_{table}
FOR EACH STATEMENT EXECUTE FUNCTION core_revised();
"""


class Migration(migrations.Migration):
    """What pages keep of reference rows (`core.revisions`) is forgotten when a row changes, whoever changes it."""

    dependencies = [("reference", "0005_plurals"), ("core", "0017_revisions_and_summaries")]
    operations = [
        migrations.RunSQL(
            "".join(TRIGGER.format(table=table) for table in TABLES),
            "".join(f"DROP TRIGGER {table}_revised ON reference_{table};" for table in TABLES),
        )
    ]
