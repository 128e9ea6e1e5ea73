from django.db import migrations

SQL = """
-- A claim is for an order that was delivered, for no more units and no more money than were bought, in its currency.
CREATE FUNCTION trade_check_claim() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE sale record;
BEGIN
  SELECT delivered_at, lot_units, amount_minor, currency INTO sale FROM trade_order WHERE id = NEW.order_id;
  IF sale.delivered_at IS NULL OR NEW.bad_units > sale.lot_units OR NEW.asked_minor > sale.amount_minor OR NEW.currency <> sale.currency THEN
    RAISE EXCEPTION 'claim % does not fit its order', NEW.code USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER claim_fits_its_order BEFORE INSERT OR UPDATE ON trade_claim FOR EACH ROW EXECUTE FUNCTION trade_check_claim();

-- What was said and done stays as it was.
CREATE FUNCTION trade_keep_claim_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'steps of a claim are never changed or deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER claim_step_stays BEFORE UPDATE OR DELETE ON trade_claimstep FOR EACH ROW EXECUTE FUNCTION trade_keep_claim_step();

-- No stars without goods: the order was delivered to this buyer, and is of this listing.
CREATE FUNCTION trade_check_review() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM trade_order o JOIN trade_lot l ON l.id = o.lot_id
                 WHERE o.id = NEW.order_id AND o.delivered_at IS NOT NULL AND o.state IN ('delivered', 'settled')
                   AND o.buyer_id = NEW.buyer_id AND l.listing_id = NEW.listing_id) THEN
    RAISE EXCEPTION 'review % is of no order that was delivered to its buyer', NEW.code USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER review_of_delivered_goods BEFORE INSERT OR UPDATE ON trade_review FOR EACH ROW EXECUTE FUNCTION trade_check_review();
"""

UNDO = """
DROP TRIGGER review_of_delivered_goods ON trade_review;
DROP FUNCTION trade_check_review();
DROP TRIGGER claim_step_stays ON trade_claimstep;
DROP FUNCTION trade_keep_claim_step();
DROP TRIGGER claim_fits_its_order ON trade_claim;
DROP FUNCTION trade_check_claim();
"""


class Migration(migrations.Migration):
    dependencies = [("trade", "0018_claims")]
    operations = [migrations.RunSQL(SQL, UNDO)]
