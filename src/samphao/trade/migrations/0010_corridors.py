from importlib import import_module

from django.db import migrations

# The counter's statement again (0007): status 12 is a destination in a country that the hub does not sell to. The countries are looked
# up once for a batch; a hub whose setup is not finished has none, and a destination that reference does not know is none's business.
BEFORE = import_module("samphao.trade.migrations.0007_own_hold").SQL
CHANGES = (
    ("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
    ("  year_minor numeric;\n", "  year_minor numeric;\n  closed text[];\n"),
    (
        "  moment := core_now();\n",
        """  moment := core_now();
  SELECT coalesce(array_agg(d.code), '{}') INTO closed FROM core_hubsettings h JOIN reference_destination d ON NOT h.corridors ? d.country
  WHERE h.finished_at IS NOT NULL;
""",
    ),
    ("           o.trade_mode, l.listing_id,\n", "           o.trade_mode, o.destination, l.listing_id,\n"),
    (
        "      WHEN moment < request.opens_at THEN 4\n",
        "      WHEN request.destination = ANY (closed) THEN 12\n      WHEN moment < request.opens_at THEN 4\n",
    ),
)


def changed(statement: str) -> str:
    for old, new in CHANGES:
        if statement.count(old) != 1:
            raise ValueError(f"the statement of 0007 has no single `{old.strip()}`")
        statement = statement.replace(old, new)
    return statement


class Migration(migrations.Migration):
    dependencies = [("trade", "0009_gates_in_time"), ("core", "0003_hub_settings"), ("reference", "0001_initial")]
    operations = [migrations.RunSQL(changed(BEFORE), BEFORE.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))]
