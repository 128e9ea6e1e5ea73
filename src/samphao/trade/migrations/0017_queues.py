from importlib import import_module

from django.db import migrations

# The counter's statement again (0010): a batch in which a buyer stands twice is refused, for each look at what he has would miss the
# other; and units that came back while somebody waits for them are sold to nobody else.
BEFORE_0010 = import_module("samphao.trade.migrations.0007_own_hold").SQL
CORRIDORS = import_module("samphao.trade.migrations.0010_corridors")
BEFORE = CORRIDORS.changed(BEFORE_0010)
CHANGES = (
    (
        "BEGIN\n  -- A yearly limit counts",
        """BEGIN
  IF (SELECT count(DISTINCT b) < count(*) FROM unnest(p_buyer) b) THEN
    RAISE check_violation USING MESSAGE = 'a buyer stands in a batch once';
  END IF;
  -- A yearly limit counts""",
    ),
    ("array_agg(l.quantity - l.held - l.sold)", "array_agg(CASE WHEN l.keeps_for_waiting THEN 0 ELSE l.quantity - l.held - l.sold END)"),
    ("FROM (SELECT id, quantity, held, sold FROM trade_lot\n", "FROM (SELECT id, quantity, held, sold, keeps_for_waiting FROM trade_lot\n"),
)

# Whatever brings units back (a hold that ran out, an order that was given up, a larger harvest), they are for those who wait.
KEEP = """
CREATE FUNCTION trade_keep_for_waiting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.keeps_for_waiting := NEW.keeps_for_waiting OR EXISTS (SELECT 1 FROM trade_waitingplace WHERE lot_id = NEW.id AND state = 'waiting');
  RETURN NEW;
END $$;
CREATE TRIGGER lot_keeps_for_waiting BEFORE UPDATE ON trade_lot FOR EACH ROW
WHEN (NEW.quantity - NEW.held - NEW.sold > OLD.quantity - OLD.held - OLD.sold) EXECUTE FUNCTION trade_keep_for_waiting();
"""
KEEP_NOT = "DROP TRIGGER lot_keeps_for_waiting ON trade_lot; DROP FUNCTION trade_keep_for_waiting();"

# All who came since the queue last moved are drawn at once, so a millisecond is worth nothing; who came before the start came together.
# `p_share` is what the counter can take just now, from 0 to 1. A pause of more than a second lets in no more than a second's worth.
ADVANCE = """
CREATE FUNCTION trade_advance_queues(p_share double precision) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  c record;
  moment timestamptz := clock_timestamp();
  fresh integer;
  wait integer;
  room integer;
  moved integer := 0;
BEGIN
  FOR c IN SELECT id, numbered, admitted, admit_per_s, advanced_at FROM trade_campaign
           WHERE starts_at <= core_now() AND ends_at > core_now() ORDER BY id FOR NO KEY UPDATE SKIP LOCKED LOOP
    UPDATE trade_queueticket t SET number = c.numbered + x.n
    FROM (SELECT id, row_number() OVER (ORDER BY draw, id) AS n FROM trade_queueticket WHERE campaign_id = c.id AND number IS NULL) x
    WHERE t.id = x.id;
    GET DIAGNOSTICS fresh = ROW_COUNT;
    wait := c.numbered + fresh - c.admitted;
    CONTINUE WHEN wait = 0;
    room := least(wait, floor(c.admit_per_s * p_share * least(1, coalesce(extract(epoch FROM moment - c.advanced_at), 1))));
    CONTINUE WHEN room <= 0 AND fresh = 0 AND p_share > 0;
    UPDATE trade_campaign SET numbered = numbered + fresh, admitted = admitted + greatest(0, room),
      advanced_at = CASE WHEN room > 0 OR p_share = 0 THEN moment ELSE advanced_at END WHERE id = c.id;
    moved := moved + greatest(0, room);
  END LOOP;
  RETURN moved;
END $$;
"""


def changed(statement: str) -> str:
    for old, new in CHANGES:
        if statement.count(old) != 1:
            raise ValueError(f"the statement of 0010 has no single `{old.strip()}`")
        statement = statement.replace(old, new)
    return statement


class Migration(migrations.Migration):
    dependencies = [("trade", "0016_campaigns"), ("core", "0003_hub_settings")]
    operations = [
        migrations.RunSQL(changed(BEFORE), BEFORE),
        migrations.RunSQL(KEEP, KEEP_NOT),
        migrations.RunSQL(ADVANCE, "DROP FUNCTION trade_advance_queues(double precision);"),
    ]
