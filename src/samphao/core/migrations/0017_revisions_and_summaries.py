import samphao.core.clock
from django.db import migrations, models

# One row, without a model: nobody reads or writes it but `core_revised` and the query with which a page begins (`core.page`).
SQL = """
CREATE TABLE core_revision (id smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1), number bigint NOT NULL);
CREATE FUNCTION core_revised() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO core_revision (number) VALUES (extract(epoch FROM clock_timestamp()) * 1000000)
  ON CONFLICT (id) DO UPDATE SET number = greatest(excluded.number, core_revision.number + 1);
  RETURN NULL;
END $$;
"""
UNDO = "DROP FUNCTION core_revised(); DROP TABLE core_revision;"


class Migration(migrations.Migration):
    dependencies = [("core", "0006_limits")]
    operations = [
        migrations.RunSQL(SQL, UNDO),
        migrations.CreateModel(
            name="Summary",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("counted_at", models.DateTimeField(db_default=samphao.core.clock.HubNow(), help_text="by the hub's clock")),
                ("figures", models.JSONField()),
            ],
            options={"verbose_name_plural": "summaries"},
        ),
    ]
