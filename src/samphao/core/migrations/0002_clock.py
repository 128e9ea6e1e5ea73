from django.db import migrations

SQL = """
CREATE FUNCTION core_now() RETURNS timestamptz LANGUAGE sql STABLE AS
  $$ SELECT clock_timestamp() + coalesce((SELECT shift FROM core_clock), interval '0') $$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [migrations.RunSQL(SQL, "DROP FUNCTION core_now();")]
