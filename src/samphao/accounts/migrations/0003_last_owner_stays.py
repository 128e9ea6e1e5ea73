from django.db import migrations

SQL = """
-- An organisation that has an owner keeps one: looked at when the transaction commits, with the organisation locked, so that two
-- owners who go at once see each other. Organisations that never had one (an office of officers) are left alone.
CREATE FUNCTION accounts_keep_an_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM accounts_organisation WHERE id = OLD.organisation_id FOR NO KEY UPDATE;
  IF FOUND AND NOT EXISTS (SELECT 1 FROM accounts_membership WHERE organisation_id = OLD.organisation_id AND role = 'owner') THEN
    RAISE EXCEPTION 'organisation % would be left without an owner', OLD.organisation_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER last_owner_stays AFTER UPDATE OF role, organisation_id OR DELETE ON accounts_membership
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.role = 'owner') EXECUTE FUNCTION accounts_keep_an_owner();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_people_and_post")]
    operations = [
        migrations.RunSQL(
            SQL, "DROP TRIGGER last_owner_stays ON accounts_membership; DROP FUNCTION accounts_keep_an_owner();"
        )
    ]
