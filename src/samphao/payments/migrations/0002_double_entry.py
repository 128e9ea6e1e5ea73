from django.db import migrations

SQL = """
-- An entry's currency is its account's.
ALTER TABLE payments_entry ADD CONSTRAINT entry_in_the_currency_of_its_account
  FOREIGN KEY (account_id, currency) REFERENCES payments_account (id, currency);

-- Entries of a transfer sum to zero in each currency: looked at when the transaction commits.
CREATE FUNCTION payments_check_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE total numeric;
BEGIN
  SELECT sum(amount_minor) INTO total FROM payments_entry WHERE transfer_id = NEW.transfer_id AND currency = NEW.currency;
  IF total <> 0 THEN
    RAISE EXCEPTION 'entries of transfer % leave % % over', NEW.transfer_id, total, NEW.currency USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER entries_sum_to_zero AFTER INSERT ON payments_entry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_check_entry();

CREATE FUNCTION payments_check_not_empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM payments_entry WHERE transfer_id = NEW.id) THEN
    RAISE EXCEPTION 'transfer % has no entries', NEW.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER transfer_has_entries AFTER INSERT ON payments_transfer
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_check_not_empty();

-- Balances follow in the order of account ids, so that two postings never wait for each other in a circle.
CREATE FUNCTION payments_move_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM payments_account
    WHERE id IN (SELECT account_id FROM posted) AND keeps_balance ORDER BY id FOR NO KEY UPDATE;
  UPDATE payments_account a
    SET balance_minor = balance_minor + CASE a.side WHEN 'debit' THEN s.total ELSE -s.total END
    FROM (SELECT account_id, sum(amount_minor) AS total FROM posted GROUP BY account_id) s
    WHERE a.id = s.account_id AND a.keeps_balance;
  RETURN NULL;
END $$;
CREATE TRIGGER balances_follow AFTER INSERT ON payments_entry
  REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION payments_move_balances();

-- What was posted stays as it was posted: a mistake is mended by a transfer the other way.
CREATE FUNCTION payments_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed or deleted: post a transfer the other way', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER entry_stays BEFORE UPDATE OR DELETE ON payments_entry
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
CREATE TRIGGER transfer_stays BEFORE UPDATE OR DELETE ON payments_transfer
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
CREATE TRIGGER entry_no_truncate BEFORE TRUNCATE ON payments_entry
  FOR EACH STATEMENT EXECUTE FUNCTION payments_refuse_change();

-- A balance is moved by entries alone, and an account keeps its currency and side.
CREATE FUNCTION payments_guard_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.currency, NEW.side, NEW.keeps_balance) IS DISTINCT FROM (OLD.currency, OLD.side, OLD.keeps_balance)
     OR (NEW.balance_minor <> OLD.balance_minor AND pg_trigger_depth() < 2) THEN
    RAISE EXCEPTION 'account % changes by posted entries only', OLD.code USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER account_guard BEFORE UPDATE ON payments_account
  FOR EACH ROW EXECUTE FUNCTION payments_guard_account();
"""

UNDO = """
DROP TRIGGER account_guard ON payments_account;
DROP FUNCTION payments_guard_account();
DROP TRIGGER entry_no_truncate ON payments_entry;
DROP TRIGGER transfer_stays ON payments_transfer;
DROP TRIGGER entry_stays ON payments_entry;
DROP FUNCTION payments_refuse_change();
DROP TRIGGER balances_follow ON payments_entry;
DROP FUNCTION payments_move_balances();
DROP TRIGGER transfer_has_entries ON payments_transfer;
DROP FUNCTION payments_check_not_empty();
DROP TRIGGER entries_sum_to_zero ON payments_entry;
DROP FUNCTION payments_check_entry();
ALTER TABLE payments_entry DROP CONSTRAINT entry_in_the_currency_of_its_account;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]
    operations = [migrations.RunSQL(SQL, UNDO)]
