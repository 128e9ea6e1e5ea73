from django.db import migrations

SQL = """
-- What is drawn from a permit is the sum of its draws: the database adds it up and refuses to go beyond what was granted.
CREATE FUNCTION customs_draw_permits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM customs_permit WHERE id IN (SELECT permit_id FROM drawn) ORDER BY id FOR NO KEY UPDATE;
  UPDATE customs_permit p SET drawn_kg = p.drawn_kg + d.kg
    FROM (SELECT permit_id, sum(kg) AS kg FROM drawn GROUP BY permit_id) d WHERE p.id = d.permit_id;
  RETURN NULL;
END $$;
CREATE TRIGGER permits_follow AFTER INSERT ON customs_permitdraw
  REFERENCING NEW TABLE AS drawn FOR EACH STATEMENT EXECUTE FUNCTION customs_draw_permits();

CREATE FUNCTION customs_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what was drawn from a permit is never changed or deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER draw_stays BEFORE UPDATE OR DELETE ON customs_permitdraw
  FOR EACH ROW EXECUTE FUNCTION customs_refuse_change();
"""

UNDO = """
DROP TRIGGER draw_stays ON customs_permitdraw;
DROP TRIGGER permits_follow ON customs_permitdraw;
DROP FUNCTION customs_draw_permits();
DROP FUNCTION customs_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("customs", "0002_declarations")]

    operations = [migrations.RunSQL(SQL, UNDO)]
