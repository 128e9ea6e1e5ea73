from django.db import migrations, models

# What stands is judged again by the worker, but a gate to list that was shut although every rule was met was shut for good: a lot failed.
AGAIN = """
UPDATE trade_gatestate SET shut_by = 'failed before' WHERE gate = 'to_list' AND NOT is_open
  AND NOT findings @? '$[*] ? (@.is_met == false || @.is_met == null)';
UPDATE trade_gatestate SET next_due_on = (decided_at AT TIME ZONE 'Asia/Bangkok')::date WHERE shut_by = '';
"""


class Migration(migrations.Migration):
    dependencies = [("trade", "0008_arrival_promise")]

    operations = [
        migrations.AddField(
            model_name="gatestate",
            name="passed_on",
            field=models.DateField(
                help_text="the day on which the lot went through: the answer is history and stays as it is", null=True
            ),
        ),
        migrations.AddField(
            model_name="gatestate",
            name="shut_by",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="the rule by which the lot failed for good: judging again does not open this gate",
                max_length=60,
            ),
        ),
        migrations.AlterField(
            model_name="gatestate",
            name="next_due_on",
            field=models.DateField(help_text="the day on which time alone may change the answer", null=True),
        ),
        migrations.RunSQL(AGAIN, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="gatestate",
            index=models.Index(
                condition=models.Q(("next_due_on__isnull", False)), fields=["next_due_on"], name="gate_next_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="gatestate",
            constraint=models.CheckConstraint(
                condition=models.Q(("shut_by", ""), ("is_open", False), _connector="OR"),
                name="gate_shut_for_good_stays_shut",
            ),
        ),
        migrations.AddConstraint(
            model_name="gatestate",
            constraint=models.CheckConstraint(
                condition=models.Q(("passed_on", None), ("is_open", True), _connector="OR"), name="gate_passed_was_open"
            ),
        ),
    ]
