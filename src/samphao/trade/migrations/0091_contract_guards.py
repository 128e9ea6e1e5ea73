from django.db import migrations

SQL = """
-- Terms stay as they were put, steps as they were taken: a counter-offer is another version.
CREATE FUNCTION trade_keep_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER quote_version_stays BEFORE UPDATE OR DELETE ON trade_quoteversion FOR EACH ROW EXECUTE FUNCTION trade_keep_terms();
CREATE TRIGGER contract_step_stays BEFORE UPDATE OR DELETE ON trade_contractstep FOR EACH ROW EXECUTE FUNCTION trade_keep_terms();

-- A contract is of its own request's quote, for an order of this buyer from this seller's lot, through the contract's own offer.
CREATE FUNCTION trade_check_contract() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM trade_quoteversion v JOIN trade_quote q ON q.id = v.quote_id JOIN trade_rfq r ON r.id = q.rfq_id
    JOIN trade_order o ON o.id = NEW.order_id
    WHERE v.id = NEW.version_id AND r.id = NEW.rfq_id AND r.buyer_id = NEW.buyer_id AND q.seller_id = NEW.seller_id
      AND o.buyer_id = NEW.buyer_id AND o.lot_id = q.lot_id AND o.offer_id = NEW.offer_id AND o.has_contract) THEN
    RAISE EXCEPTION 'contract % does not fit its quote and order', NEW.code USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER contract_fits BEFORE INSERT OR UPDATE OF rfq_id, version_id, order_id, offer_id, buyer_id, seller_id ON trade_contract
  FOR EACH ROW EXECUTE FUNCTION trade_check_contract();

-- The parts of a contract are all of it.
CREATE FUNCTION trade_check_milestones() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT sum(percent) FROM trade_milestone WHERE contract_id = NEW.contract_id) <> 100 THEN
    RAISE EXCEPTION 'milestones of contract % are not all of it', NEW.contract_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER milestones_are_all AFTER INSERT OR UPDATE OF percent ON trade_milestone
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION trade_check_milestones();

-- Nothing is released on hope: the contract's money was paid in and has not gone back, and no dispute waits. What was released stays so.
CREATE FUNCTION trade_check_release() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE sale record;
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.state = 'released' AND (NEW.state, NEW.released_minor, NEW.percent) IS DISTINCT FROM (OLD.state, OLD.released_minor, OLD.percent) THEN
    RAISE EXCEPTION 'what milestone % released stays released', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.state = 'released' AND (TG_OP = 'INSERT' OR OLD.state <> 'released') THEN
    SELECT o.state, o.amount_minor, c.state AS contract INTO sale FROM trade_contract c JOIN trade_order o ON o.id = c.order_id WHERE c.id = NEW.contract_id;
    IF sale.state NOT IN ('paid', 'shipped', 'delivered', 'settled') OR sale.contract NOT IN ('running', 'fulfilled')
       OR NEW.released_minor < 0
       OR NEW.released_minor + (SELECT coalesce(sum(released_minor), 0) FROM trade_milestone WHERE contract_id = NEW.contract_id AND id <> NEW.id) > sale.amount_minor THEN
      RAISE EXCEPTION 'milestone % cannot be released: no money is held for it', NEW.id USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER release_of_held_money BEFORE INSERT OR UPDATE ON trade_milestone FOR EACH ROW EXECUTE FUNCTION trade_check_release();
"""

UNDO = """
DROP TRIGGER release_of_held_money ON trade_milestone;
DROP FUNCTION trade_check_release();
DROP TRIGGER milestones_are_all ON trade_milestone;
DROP FUNCTION trade_check_milestones();
DROP TRIGGER contract_fits ON trade_contract;
DROP FUNCTION trade_check_contract();
DROP TRIGGER contract_step_stays ON trade_contractstep;
DROP TRIGGER quote_version_stays ON trade_quoteversion;
DROP FUNCTION trade_keep_terms();
"""


class Migration(migrations.Migration):
    dependencies = [("trade", "0090_requests")]
    operations = [migrations.RunSQL(SQL, UNDO)]
