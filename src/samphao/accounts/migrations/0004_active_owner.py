from importlib import import_module

import samphao.core.clock
from django.db import migrations, models

# An owner whose log-in was shut decides nothing: the trigger of 0003 counts active owners only, and shutting a log-in is looked at
# as leaving is. An organisation that has none already is left alone until somebody touches its owners.
SQL = """
CREATE OR REPLACE FUNCTION accounts_keep_an_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM accounts_organisation WHERE id = OLD.organisation_id FOR NO KEY UPDATE;
  IF FOUND AND NOT EXISTS (SELECT 1 FROM accounts_membership m JOIN accounts_user u ON u.id = m.user_id
                           WHERE m.organisation_id = OLD.organisation_id AND m.role = 'owner' AND u.is_active) THEN
    RAISE EXCEPTION 'organisation % would be left without an owner', OLD.organisation_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION accounts_keep_an_active_owner() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  owned bigint;
BEGIN
  FOR owned IN SELECT organisation_id FROM accounts_membership WHERE user_id = OLD.id AND role = 'owner' ORDER BY 1 LOOP
    PERFORM 1 FROM accounts_organisation WHERE id = owned FOR NO KEY UPDATE;
    IF NOT EXISTS (SELECT 1 FROM accounts_membership m JOIN accounts_user u ON u.id = m.user_id
                   WHERE m.organisation_id = owned AND m.role = 'owner' AND u.is_active) THEN
      RAISE EXCEPTION 'organisation % would be left without an owner', owned USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER last_active_owner_stays AFTER UPDATE OF is_active ON accounts_user
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.is_active AND NOT NEW.is_active) EXECUTE FUNCTION accounts_keep_an_active_owner();
"""
FIRST = import_module("samphao.accounts.migrations.0003_last_owner_stays").SQL
UNDO = (
    "DROP TRIGGER last_active_owner_stays ON accounts_user; DROP FUNCTION accounts_keep_an_active_owner();"
    + FIRST[FIRST.index("CREATE FUNCTION") : FIRST.index("CREATE CONSTRAINT")].replace("CREATE", "CREATE OR REPLACE", 1)
)
NOW = samphao.core.clock.HubNow()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_last_owner_stays"), ("core", "0002_clock")]
    operations = [
        migrations.RunSQL(SQL, UNDO),
        migrations.RunSQL("UPDATE accounts_letter SET text = '' WHERE state <> 'waiting'", ""),
        migrations.AddConstraint(
            "letter", models.CheckConstraint(condition=models.Q(state="waiting") | models.Q(text=""), name="letter_keeps_no_text")
        ),
        migrations.RemoveIndex("letter", "accounts_le_address_277498_idx"),
        migrations.AlterField("letter", "written_at", models.DateTimeField(db_default=NOW)),
        migrations.AlterField("membership", "since", models.DateTimeField(db_default=NOW)),
        migrations.AlterField("notice", "created_at", models.DateTimeField(db_default=NOW)),
        migrations.AlterField("organisation", "created_at", models.DateTimeField(db_default=NOW)),
    ]
