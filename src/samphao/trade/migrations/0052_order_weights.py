import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

# A carton is of its order's lot, and an order that was settled by weight gets no other. What goes back is price per gram times what is missing, half
# a coin rounded up, and what is kept of the shares is as much: whoever writes it. It stands as it was written.
GUARDS = """
CREATE FUNCTION trade_carton_of_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.lot_id <> (SELECT lot_id FROM trade_order WHERE id = NEW.order_id) OR EXISTS (SELECT 1 FROM trade_orderweight WHERE order_id = NEW.order_id) THEN
    RAISE EXCEPTION 'carton % is of another lot than its order, or the order is settled by weight', NEW.sscc
      USING ERRCODE = 'check_violation', CONSTRAINT = 'carton_of_its_order';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER carton_of_its_order BEFORE INSERT OR UPDATE ON trade_carton FOR EACH ROW WHEN (NEW.order_id IS NOT NULL)
  EXECUTE FUNCTION trade_carton_of_order();

CREATE FUNCTION trade_order_weight_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  ordered bigint;
  price bigint;
  packed bigint;
  kept bigint;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    RAISE EXCEPTION 'an order is settled by weight once' USING ERRCODE = 'check_violation', CONSTRAINT = 'order_weight_stands';
  END IF;
  SELECT o.lot_units::bigint * l.unit_mass_g, o.amount_minor INTO ordered, price FROM trade_order o JOIN trade_lot l ON l.id = o.lot_id WHERE o.id = NEW.order_id;
  SELECT coalesce(sum(net_mass_g), 0) INTO packed FROM trade_carton WHERE order_id = NEW.order_id;
  SELECT coalesce(sum((row.value ->> 'kept')::bigint), 0) INTO kept FROM jsonb_each(NEW.borne) row;
  IF (NEW.ordered_g, NEW.packed_g, NEW.refund_minor, kept) IS DISTINCT FROM
     (ordered, packed, div(2 * price::numeric * greatest(0, ordered - packed) + ordered, 2 * ordered)::bigint, NEW.refund_minor) THEN
    RAISE EXCEPTION 'order weight % g of % g: % back, % kept', NEW.packed_g, NEW.ordered_g, NEW.refund_minor, kept
      USING ERRCODE = 'check_violation', CONSTRAINT = 'order_weight_adds_up';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER order_weight_adds_up BEFORE INSERT OR UPDATE OR DELETE ON trade_orderweight FOR EACH ROW EXECUTE FUNCTION trade_order_weight_adds_up();
"""
UNDO = """
DROP TRIGGER order_weight_adds_up ON trade_orderweight; DROP FUNCTION trade_order_weight_adds_up();
DROP TRIGGER carton_of_its_order ON trade_carton; DROP FUNCTION trade_carton_of_order();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('trade', '0051_mass_stops'),
    ]

    operations = [
        migrations.AddField(
            model_name='carton',
            name='order',
            field=models.ForeignKey(help_text='whose it is, where it was packed for one', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cartons', to='trade.order'),
        ),
        migrations.CreateModel(
            name='OrderWeight',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ordered_g', models.PositiveBigIntegerField()),
                ('packed_g', models.PositiveBigIntegerField(help_text='the net mass of its cartons together')),
                ('refund_minor', models.BigIntegerField()),
                ('borne', models.JSONField(default=dict, help_text="what is kept from each receiver's share for it, as with a claim")),
                ('settled_at', models.DateTimeField()),
                ('settled_by', models.CharField(max_length=150)),
                ('order', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='weight', to='trade.order')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('ordered_g__gt', 0), ('refund_minor__gte', 0)), name='order_weight_not_negative'), models.CheckConstraint(condition=models.Q(('packed_g__gte', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('ordered_g'), '*', models.Value(6)), '/', models.Value(10)))), name='order_weight_most_is_there')],
            },
        ),
        migrations.RunSQL(GUARDS, UNDO),
    ]
