import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import samphao.core.clock
import samphao.trade.search_models

# Whatever writes a lot, there is a row to find it by: its good and place at once, its words with the next refresh.
# Orders change only `held` and `sold`, which wake none of this.
TRIGGERS = """
ALTER TABLE trade_searchrow ALTER COLUMN words SET STATISTICS 1000;  -- so that a word that few lots have is known to be rare
ALTER TABLE trade_searchrow ADD CONSTRAINT search_points_add_up CHECK (
  cardinality(signals) = 5 AND points = signals[1] + signals[2] + signals[3] + signals[4] + signals[5]);

CREATE FUNCTION trade_search_new_lots() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO trade_searchrow (lot_id, good, province_iso)
  SELECT f.id, l.good, o.province_iso FROM fresh f JOIN trade_listing l ON l.id = f.listing_id JOIN accounts_organisation o ON o.id = l.producer_id
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER search_new_lots AFTER INSERT ON trade_lot REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION trade_search_new_lots();

-- Locked before it is looked at, in one order for all: a row that is being written from what was true before is marked once that is done.
-- A row that is due already is left alone: every mark writes all its indexes.
CREATE FUNCTION trade_search_again(lots bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM trade_searchrow WHERE lot_id = ANY(lots) ORDER BY lot_id FOR UPDATE;
  UPDATE trade_searchrow SET due_at = core_now() WHERE lot_id = ANY(lots) AND (due_at IS NULL OR due_at > core_now());
END $$;

CREATE FUNCTION trade_search_lot_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM trade_search_again(ARRAY[NEW.id]);
  RETURN NULL;
END $$;
CREATE TRIGGER search_lot_changed AFTER UPDATE OF code, listing_id, orchard_code, packing_house_id, opens_at, closes_at, harvest_from, harvest_to ON trade_lot
FOR EACH ROW WHEN ((OLD.code, OLD.listing_id, OLD.orchard_code, OLD.packing_house_id, OLD.opens_at, OLD.closes_at, OLD.harvest_from, OLD.harvest_to)
  IS DISTINCT FROM (NEW.code, NEW.listing_id, NEW.orchard_code, NEW.packing_house_id, NEW.opens_at, NEW.closes_at, NEW.harvest_from, NEW.harvest_to))
EXECUTE FUNCTION trade_search_lot_changed();

CREATE FUNCTION trade_search_listing_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE trade_searchrow s SET due_at = core_now(), good = NEW.good FROM trade_lot l WHERE l.listing_id = NEW.id AND s.lot_id = l.id;
  RETURN NULL;
END $$;
CREATE TRIGGER search_listing_changed AFTER UPDATE OF good, variety, grade, producer_id, title_en, title_th, title_zh ON trade_listing
FOR EACH ROW WHEN ((OLD.good, OLD.variety, OLD.grade, OLD.producer_id, OLD.title_en, OLD.title_th, OLD.title_zh)
  IS DISTINCT FROM (NEW.good, NEW.variety, NEW.grade, NEW.producer_id, NEW.title_en, NEW.title_th, NEW.title_zh))
EXECUTE FUNCTION trade_search_listing_changed();

-- What stands behind lots: gates that open or shut, certificates, plots and places of their producers and packing houses.
CREATE FUNCTION trade_search_gate_turned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM trade_search_again(ARRAY[coalesce(NEW.lot_id, OLD.lot_id)]);
  RETURN NULL;
END $$;
CREATE TRIGGER search_gate_turned AFTER UPDATE OF is_open ON trade_gatestate
FOR EACH ROW WHEN (NEW.gate = 'to_list' AND OLD.is_open IS DISTINCT FROM NEW.is_open) EXECUTE FUNCTION trade_search_gate_turned();
CREATE TRIGGER search_gate_opened AFTER INSERT ON trade_gatestate
FOR EACH ROW WHEN (NEW.gate = 'to_list' AND NEW.is_open) EXECUTE FUNCTION trade_search_gate_turned();
CREATE TRIGGER search_gate_gone AFTER DELETE ON trade_gatestate
FOR EACH ROW WHEN (OLD.gate = 'to_list' AND OLD.is_open) EXECUTE FUNCTION trade_search_gate_turned();

CREATE FUNCTION trade_search_party_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE parties bigint[];
BEGIN
  IF TG_TABLE_NAME = 'accounts_organisation' THEN parties := ARRAY[NEW.id];
  ELSIF TG_OP = 'INSERT' THEN parties := ARRAY[NEW.organisation_id];
  ELSIF TG_OP = 'DELETE' THEN parties := ARRAY[OLD.organisation_id];
  ELSE parties := ARRAY[OLD.organisation_id, NEW.organisation_id];
  END IF;
  PERFORM trade_search_again(ARRAY(SELECT t.id FROM trade_lot t JOIN trade_listing l ON l.id = t.listing_id WHERE l.producer_id = ANY(parties)
    UNION SELECT id FROM trade_lot WHERE packing_house_id = ANY(parties)));
  RETURN NULL;
END $$;
CREATE TRIGGER search_registration_changed AFTER INSERT OR UPDATE OR DELETE ON accounts_registration
FOR EACH ROW EXECUTE FUNCTION trade_search_party_changed();
CREATE TRIGGER search_producer_moved AFTER UPDATE OF province_iso ON accounts_organisation
FOR EACH ROW WHEN (OLD.province_iso IS DISTINCT FROM NEW.province_iso) EXECUTE FUNCTION trade_search_party_changed();

CREATE FUNCTION trade_search_orchard_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM trade_search_again(ARRAY(SELECT id FROM trade_lot WHERE orchard_code IN (NEW.code, OLD.code)));
  RETURN NULL;
END $$;
CREATE TRIGGER search_orchard_changed AFTER INSERT OR UPDATE OF code, gap_number, gap_valid_from, gap_valid_to OR DELETE ON accounts_orchard
FOR EACH ROW EXECUTE FUNCTION trade_search_orchard_changed();

INSERT INTO trade_searchrow (lot_id, good, province_iso)
SELECT t.id, l.good, o.province_iso FROM trade_lot t JOIN trade_listing l ON l.id = t.listing_id JOIN accounts_organisation o ON o.id = l.producer_id;
"""
UNDO = """
DROP TRIGGER search_orchard_changed ON accounts_orchard;
DROP FUNCTION trade_search_orchard_changed();
DROP TRIGGER search_producer_moved ON accounts_organisation;
DROP TRIGGER search_registration_changed ON accounts_registration;
DROP FUNCTION trade_search_party_changed();
DROP TRIGGER search_gate_gone ON trade_gatestate;
DROP TRIGGER search_gate_opened ON trade_gatestate;
DROP TRIGGER search_gate_turned ON trade_gatestate;
DROP FUNCTION trade_search_gate_turned();
DROP TRIGGER search_listing_changed ON trade_listing;
DROP TRIGGER search_lot_changed ON trade_lot;
DROP TRIGGER search_new_lots ON trade_lot;
DROP FUNCTION trade_search_listing_changed();
DROP FUNCTION trade_search_lot_changed();
DROP FUNCTION trade_search_new_lots();
DROP FUNCTION trade_search_again(bigint[]);
"""
WORDS = ("CREATE INDEX search_words ON trade_searchrow USING gin (words)", "DROP INDEX search_words")


class Migration(migrations.Migration):
    dependencies = [("trade", "0052_order_weights"), ("accounts", "0005_onboarding"), ("core", "0002_clock")]

    operations = [
        migrations.CreateModel(
            name="FruitlessSearch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("text", models.CharField(max_length=80)),
                ("goods", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None)),
                ("count", models.PositiveIntegerField(default=1)),
            ],
            options={
                "verbose_name_plural": "fruitless searches",
                "constraints": [models.UniqueConstraint(fields=("day", "text"), name="fruitless_search_once")],
            },
        ),
        migrations.CreateModel(
            name="SearchRow",
            fields=[
                ("lot", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="search_row", serialize=False, to="trade.lot")),
                ("good", models.CharField(max_length=40)),
                ("variety", models.CharField(blank=True, db_default="", default="", max_length=80)),
                ("province_iso", models.CharField(blank=True, max_length=6)),
                ("words", samphao.trade.search_models.Words(db_default="")),
                ("signals", samphao.trade.search_models.Signals(db_default=models.Value("{0,0,0,0,0}"))),
                ("points", models.IntegerField(db_default=0, default=0)),
                ("due_at", models.DateTimeField(db_default=samphao.core.clock.HubNow(), default=None, help_text="when time alone changes the points, or what the row holds is not known yet", null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["good", "-points", "lot"], name="search_good"),
                    models.Index(fields=["province_iso", "-points", "lot"], name="search_province"),
                    models.Index(fields=["good", "province_iso", "-points", "lot"], name="search_good_province"),
                    models.Index(condition=models.Q(("variety", ""), _negated=True), fields=["variety", "good", "-points", "lot"], name="search_variety"),
                    models.Index(condition=models.Q(("variety", ""), _negated=True), fields=["variety", "good", "province_iso", "-points", "lot"], name="search_variety_place"),
                    models.Index(fields=["-points", "lot"], name="search_all"),
                    models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="search_due"),
                ],
            },
        ),
        migrations.RunSQL(*WORDS),
        migrations.RunSQL(TRIGGERS, UNDO),
    ]
