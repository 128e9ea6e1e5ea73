from django.db import migrations

SQL = """
-- Tax invoices are numbered 1, 2, 3 in each series: a number is given once, follows the one before and is never taken back.
CREATE FUNCTION payments_guard_fee_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'tax invoices are never deleted: order %', OLD.order_code USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.number IS NOT NULL AND to_jsonb(NEW) <> to_jsonb(OLD) THEN
    RAISE EXCEPTION 'a numbered tax invoice is never changed: order %', OLD.order_code USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER fee_invoice_stays BEFORE UPDATE OR DELETE ON payments_feeinvoice
  FOR EACH ROW EXECUTE FUNCTION payments_guard_fee_invoice();

CREATE FUNCTION payments_check_invoice_numbers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE gap record;
BEGIN
  SELECT n.series, n.number INTO gap FROM numbered n
    WHERE n.number > 1 AND NOT EXISTS (SELECT 1 FROM payments_feeinvoice f WHERE f.series = n.series AND f.number = n.number - 1) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'tax invoice % of % leaves a gap', gap.number, gap.series USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER fee_invoices_without_gaps AFTER UPDATE ON payments_feeinvoice
  REFERENCING NEW TABLE AS numbered FOR EACH STATEMENT EXECUTE FUNCTION payments_check_invoice_numbers();
CREATE TRIGGER fee_invoices_inserted_without_gaps AFTER INSERT ON payments_feeinvoice
  REFERENCING NEW TABLE AS numbered FOR EACH STATEMENT EXECUTE FUNCTION payments_check_invoice_numbers();

-- What a partner told once stays as it was told; what is decided about it may change.
CREATE FUNCTION payments_guard_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.method, NEW.reference, NEW.at, NEW.amount_minor, NEW.currency)
                         IS DISTINCT FROM (OLD.method, OLD.reference, OLD.at, OLD.amount_minor, OLD.currency) THEN
    RAISE EXCEPTION 'line % of a statement stays as it was told', OLD.reference USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER statement_line_stays BEFORE UPDATE OR DELETE ON payments_statementline
  FOR EACH ROW EXECUTE FUNCTION payments_guard_line();
"""

UNDO = """
DROP TRIGGER statement_line_stays ON payments_statementline;
DROP FUNCTION payments_guard_line();
DROP TRIGGER fee_invoices_inserted_without_gaps ON payments_feeinvoice;
DROP TRIGGER fee_invoices_without_gaps ON payments_feeinvoice;
DROP FUNCTION payments_check_invoice_numbers();
DROP TRIGGER fee_invoice_stays ON payments_feeinvoice;
DROP FUNCTION payments_guard_fee_invoice();
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0011_methods")]
    operations = [migrations.RunSQL(SQL, UNDO)]
