from importlib import import_module

from django.db import migrations, models

# The counter's statement again (0005): an order that is repeated is answered with the end of its own hold, not with that of a new one, so
# that `expires_at` is now one of each order. Its lots and buyers have indexes that begin with them already: two fewer to write.
DROP = "DROP FUNCTION trade_place_orders(text[], text[], text[], bigint[], bigint[], integer[], interval);"
SQL = """
CREATE FUNCTION trade_place_orders(
  p_code text[], p_key text[], p_fingerprint text[], p_buyer bigint[], p_offer bigint[], p_quantity integer[], p_hold interval,
  OUT status smallint[], OUT code text[], OUT amount bigint[], OUT currency text[], OUT units_left bigint[], OUT expires_at timestamptz[])
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
  year_g numeric;
  year_minor numeric;
BEGIN
  -- A yearly limit counts a buyer's orders of many lots: one batch at a time may look at a buyer who has one.
  IF EXISTS (SELECT 1 FROM trade_offer WHERE id = ANY (p_offer) AND (buyer_year_g IS NOT NULL OR buyer_year_minor IS NOT NULL)) THEN
    PERFORM pg_advisory_xact_lock(20190101, x.buyer::integer)
    FROM (SELECT DISTINCT r.buyer FROM unnest(p_buyer, p_offer) AS r (buyer, offer) JOIN trade_offer o ON o.id = r.offer
          WHERE o.buyer_year_g IS NOT NULL OR o.buyer_year_minor IS NOT NULL ORDER BY 1) x;
  END IF;
  -- Lots are locked in the order of their ids, so that two batches never wait for each other in a circle.
  SELECT array_agg(l.id), array_agg(l.quantity - l.held - l.sold), array_agg(0::bigint) INTO lot_ids, lot_left, lot_taken
  FROM (SELECT id, quantity, held, sold FROM trade_lot
        WHERE id IN (SELECT lot_id FROM trade_offer WHERE id = ANY (p_offer)) ORDER BY id FOR NO KEY UPDATE) l;
  moment := core_now();
  expires_at := array_fill(moment + p_hold, ARRAY[size]);
  status := array_fill(3::smallint, ARRAY[size]);
  code := p_code;
  amount := array_fill(0::bigint, ARRAY[size]);
  currency := array_fill(''::text, ARRAY[size]);
  units_left := array_fill(0::bigint, ARRAY[size]);

  FOR request IN
    SELECT r.n, r.quantity, r.fingerprint, o.id AS offer, o.lot_id, o.lot_units, o.price_minor, o.currency, o.quantity_min, o.quantity_max,
           o.valid_to, l.opens_at, l.closes_at, l.buyer_limit, g.is_open, o.buyer_year_g, o.buyer_year_minor, l.unit_mass_g,
           o.trade_mode, l.listing_id,
           before.code AS before_code, before.fingerprint AS before_fingerprint, before.amount_minor AS before_amount,
           before.currency AS before_currency, before.hold_expires_at AS before_expires_at,
           CASE WHEN l.buyer_limit IS NULL THEN 0 ELSE
             (SELECT coalesce(sum(x.lot_units), 0) FROM trade_order x
              WHERE x.lot_id = o.lot_id AND x.buyer_id = r.buyer AND x.state NOT IN ('expired', 'cancelled')) END AS has
    FROM unnest(p_key, p_fingerprint, p_buyer, p_offer, p_quantity) WITH ORDINALITY AS r (key, fingerprint, buyer, offer, quantity, n)
    LEFT JOIN trade_offer o ON o.id = r.offer
    LEFT JOIN trade_lot l ON l.id = o.lot_id
    LEFT JOIN trade_gatestate g ON g.lot_id = o.lot_id AND g.destination = o.destination AND g.trade_mode = o.trade_mode AND g.gate = 'to_list'
    LEFT JOIN trade_order before ON before.buyer_id = r.buyer AND before.idempotency_key = r.key
    ORDER BY r.n
  LOOP
    IF request.before_code IS NOT NULL THEN
      IF request.before_fingerprint = request.fingerprint THEN
        status[request.n] := 1;
        code[request.n] := request.before_code;
        amount[request.n] := request.before_amount;
        currency[request.n] := request.before_currency;
        expires_at[request.n] := request.before_expires_at;
      ELSE
        status[request.n] := 2;
      END IF;
      CONTINUE;
    END IF;
    CONTINUE WHEN request.offer IS NULL;
    IF request.buyer_year_g IS NOT NULL OR request.buyer_year_minor IS NOT NULL THEN
      SELECT coalesce(sum(x.lot_units * xl.unit_mass_g) FILTER (WHERE xg.good = (SELECT good FROM trade_listing WHERE id = request.listing_id)), 0),
             coalesce(sum(x.amount_minor), 0) INTO year_g, year_minor
      FROM trade_order x JOIN trade_offer xo ON xo.id = x.offer_id JOIN trade_lot xl ON xl.id = x.lot_id JOIN trade_listing xg ON xg.id = xl.listing_id
      WHERE x.buyer_id = p_buyer[request.n] AND xo.trade_mode = request.trade_mode AND x.state NOT IN ('expired', 'cancelled')
        AND x.placed_at >= date_trunc('year', moment AT TIME ZONE 'Asia/Shanghai') AT TIME ZONE 'Asia/Shanghai';
    END IF;
    need := request.quantity::bigint * request.lot_units;
    at := array_position(lot_ids, request.lot_id);
    decided := CASE
      WHEN request.quantity < request.quantity_min OR request.quantity > request.quantity_max THEN 9
      WHEN moment < request.opens_at THEN 4
      WHEN moment >= request.closes_at THEN 5
      WHEN request.is_open IS NOT TRUE THEN 6
      WHEN moment >= request.valid_to THEN 10
      WHEN request.buyer_limit IS NOT NULL AND request.has + need > request.buyer_limit THEN 8
      WHEN year_g + need * request.unit_mass_g > request.buyer_year_g THEN 11
      WHEN year_minor + request.price_minor * request.quantity > request.buyer_year_minor THEN 11
      WHEN need > lot_left[at] THEN 7
      ELSE 0 END;
    status[request.n] := decided;
    IF decided = 8 THEN
      units_left[request.n] := greatest(0, request.buyer_limit - request.has);
    ELSIF decided = 11 THEN
      units_left[request.n] := greatest(0, least(
        floor((request.buyer_year_g - year_g) / request.unit_mass_g),
        floor((request.buyer_year_minor - year_minor) / request.price_minor) * request.lot_units));
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
           amount[n], o.currency, 'held', moment, expires_at[n]
    FROM unnest(placed) AS n JOIN trade_offer o ON o.id = p_offer[n];
    UPDATE trade_lot l SET held = l.held + t.taken
    FROM unnest(lot_ids, lot_taken) AS t (id, taken) WHERE l.id = t.id AND t.taken > 0;
    INSERT INTO core_event (name, aggregate, payload)
    VALUES ('OrdersPlaced', 'orders', jsonb_build_object('orders', (SELECT jsonb_agg(p_code[n]) FROM unnest(placed) AS n)));
    PERFORM pg_notify('samphao_events', '');
  END IF;
END $$;
"""

BEFORE = import_module("samphao.trade.migrations.0005_year_limits").SQL


class Migration(migrations.Migration):
    dependencies = [("trade", "0006_settlement_marks")]
    operations = [
        migrations.RunSQL(DROP + SQL, DROP + BEFORE),
        migrations.AlterField("order", "lot", models.ForeignKey("trade.lot", models.PROTECT, related_name="orders", db_index=False)),
        migrations.AlterField(
            "order", "buyer", models.ForeignKey("accounts.organisation", models.PROTECT, related_name="+", db_index=False)
        ),
    ]
