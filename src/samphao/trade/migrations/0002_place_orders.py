from django.db import migrations

# One statement decides a whole batch of orders: price, gate, hold and stock, and the event, or nothing.
# Statuses: 0 placed, 1 the same request again, 2 key used with another body, 3 unknown offer, 4 not open yet, 5 closed,
# 6 gate shut, 7 sold out (left says what remains), 8 over the buyer's limit (left says what he may still order),
# 9 quantity outside the offer's bounds, 10 price no longer valid.
SQL = """
CREATE SEQUENCE trade_order_number AS bigint;

CREATE FUNCTION trade_place_orders(
  p_code text[], p_key text[], p_fingerprint text[], p_buyer bigint[], p_offer bigint[], p_quantity integer[], p_hold interval,
  OUT status smallint[], OUT code text[], OUT amount bigint[], OUT currency text[], OUT units_left bigint[], OUT expires_at timestamptz)
LANGUAGE plpgsql
-- A plan made while the tables were small would read them whole once they have grown: only index lookups are wanted here.
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
  moment timestamptz;
  request record;
  lot_ids bigint[];
  lot_left bigint[];
  lot_taken bigint[];
  at integer;
  need bigint;
  size integer := coalesce(cardinality(p_offer), 0);
  placed integer[] := '{}';
  decided smallint;
BEGIN
  -- Lots are locked in the order of their ids, so that two batches never wait for each other in a circle.
  SELECT array_agg(l.id), array_agg(l.quantity - l.held - l.sold), array_agg(0::bigint) INTO lot_ids, lot_left, lot_taken
  FROM (SELECT id, quantity, held, sold FROM trade_lot
        WHERE id IN (SELECT lot_id FROM trade_offer WHERE id = ANY (p_offer)) ORDER BY id FOR NO KEY UPDATE) l;
  moment := core_now();
  expires_at := moment + p_hold;
  status := array_fill(3::smallint, ARRAY[size]);
  code := p_code;
  amount := array_fill(0::bigint, ARRAY[size]);
  currency := array_fill(''::text, ARRAY[size]);
  units_left := array_fill(0::bigint, ARRAY[size]);

  FOR request IN
    SELECT r.n, r.quantity, r.fingerprint, o.id AS offer, o.lot_id, o.lot_units, o.price_minor, o.currency, o.quantity_min, o.quantity_max,
           o.valid_to, l.opens_at, l.closes_at, l.buyer_limit, g.is_open,
           before.code AS before_code, before.fingerprint AS before_fingerprint, before.amount_minor AS before_amount,
           before.currency AS before_currency,
           CASE WHEN l.buyer_limit IS NULL THEN 0 ELSE
             (SELECT coalesce(sum(x.lot_units), 0) FROM trade_order x
              WHERE x.lot_id = o.lot_id AND x.buyer_id = r.buyer AND x.state NOT IN ('expired', 'cancelled')) END AS has
    FROM unnest(p_key, p_fingerprint, p_buyer, p_offer, p_quantity) WITH ORDINALITY AS r (key, fingerprint, buyer, offer, quantity, n)
    LEFT JOIN trade_offer o ON o.id = r.offer
    LEFT JOIN trade_lot l ON l.id = o.lot_id
    LEFT JOIN trade_gatestate g ON g.lot_id = o.lot_id AND g.destination = o.destination AND g.gate = 'to_list'
    LEFT JOIN trade_order before ON before.buyer_id = r.buyer AND before.idempotency_key = r.key
    ORDER BY r.n
  LOOP
    IF request.before_code IS NOT NULL THEN
      IF request.before_fingerprint = request.fingerprint THEN
        status[request.n] := 1;
        code[request.n] := request.before_code;
        amount[request.n] := request.before_amount;
        currency[request.n] := request.before_currency;
      ELSE
        status[request.n] := 2;
      END IF;
      CONTINUE;
    END IF;
    CONTINUE WHEN request.offer IS NULL;
    need := request.quantity::bigint * request.lot_units;
    at := array_position(lot_ids, request.lot_id);
    decided := CASE
      WHEN request.quantity < request.quantity_min OR request.quantity > request.quantity_max THEN 9
      WHEN moment < request.opens_at THEN 4
      WHEN moment >= request.closes_at THEN 5
      WHEN request.is_open IS NOT TRUE THEN 6
      WHEN moment >= request.valid_to THEN 10
      WHEN request.buyer_limit IS NOT NULL AND request.has + need > request.buyer_limit THEN 8
      WHEN need > lot_left[at] THEN 7
      ELSE 0 END;
    status[request.n] := decided;
    IF decided = 8 THEN
      units_left[request.n] := greatest(0, request.buyer_limit - request.has);
    ELSE
      units_left[request.n] := lot_left[at];
    END IF;
    IF decided = 0 THEN
      lot_left[at] := lot_left[at] - need;
      lot_taken[at] := lot_taken[at] + need;
      amount[request.n] := request.price_minor * request.quantity;
      currency[request.n] := request.currency;
      placed := placed || request.n::integer;
    END IF;
  END LOOP;

  IF cardinality(placed) > 0 THEN
    INSERT INTO trade_order (code, offer_id, lot_id, buyer_id, idempotency_key, fingerprint, quantity, lot_units, amount_minor,
                             currency, state, placed_at, hold_expires_at)
    SELECT p_code[n], o.id, o.lot_id, p_buyer[n], p_key[n], p_fingerprint[n], p_quantity[n], p_quantity[n] * o.lot_units,
           amount[n], o.currency, 'held', moment, expires_at
    FROM unnest(placed) AS n JOIN trade_offer o ON o.id = p_offer[n];
    UPDATE trade_lot l SET held = l.held + t.taken
    FROM unnest(lot_ids, lot_taken) AS t (id, taken) WHERE l.id = t.id AND t.taken > 0;
    INSERT INTO core_event (name, aggregate, payload)
    VALUES ('OrdersPlaced', 'orders', jsonb_build_object('orders', (SELECT jsonb_agg(p_code[n]) FROM unnest(placed) AS n)));
    PERFORM pg_notify('samphao_events', '');
  END IF;
END $$;
"""

UNDO = """
DROP FUNCTION trade_place_orders(text[], text[], text[], bigint[], bigint[], integer[], interval);
DROP SEQUENCE trade_order_number;
"""


class Migration(migrations.Migration):
    dependencies = [("trade", "0001_initial"), ("core", "0002_clock")]
    operations = [migrations.RunSQL(SQL, UNDO)]
