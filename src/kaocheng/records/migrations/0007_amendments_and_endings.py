"""Amendments by their day, which may be withdrawn before it; rounds stopped with their scheme."""

import django.db.models.deletion
from django.db import migrations, models

# What an amendment says is never changed; before its day it may be withdrawn, once.
FORWARD = """
drop trigger amendment_stays on records_amendment;
create function amendment_says_the_same() returns trigger language plpgsql as $$
begin
    if old.withdrawn_at is not null
        or to_jsonb(new) - '{withdrawn_by_id,withdrawn_at,withdrawn_because,version}'::text[]
        is distinct from
        to_jsonb(old) - '{withdrawn_by_id,withdrawn_at,withdrawn_because,version}'::text[]
    then
        raise exception 'what an amendment says is never changed';
    end if;
    return new;
end $$;
create trigger amendment_says_the_same before update on records_amendment
    for each row execute function amendment_says_the_same();
create trigger amendment_stays before delete on records_amendment
    for each row execute function work_stays();
"""
BACKWARD = """
drop trigger amendment_stays on records_amendment;
drop trigger amendment_says_the_same on records_amendment;
drop function amendment_says_the_same();
create trigger amendment_stays before update or delete on records_amendment
    for each row execute function work_stays();
"""


class Migration(migrations.Migration):
    dependencies = (("records", "0006_correction_waits"),)
    operations = (
        migrations.AddField(
            model_name="adoption",
            name="coming",
            field=models.JSONField(default=list, verbose_name="到期生效的修订"),
        ),
        migrations.AddField(
            model_name="amendment",
            name="withdrawn_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="amendment",
            name="withdrawn_because",
            field=models.CharField(blank=True, max_length=400, verbose_name="撤回的理由"),
        ),
        migrations.AddField(
            model_name="amendment",
            name="withdrawn_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="records.person",
            ),
        ),
        migrations.AlterField(
            model_name="amendment",
            name="takes_effect_on",
            field=models.DateField(verbose_name="生效日期"),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("withdrawn_at", None),
                    ("withdrawn_because", ""),
                )
                | models.Q(
                    ("withdrawn_at__isnull", False),
                    models.Q(("withdrawn_because", ""), _negated=True),
                ),
                name="amendment_is_withdrawn_with_a_reason",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.AddField(
            model_name="round",
            name="stopped_because",
            field=models.CharField(blank=True, max_length=400, verbose_name="中止的理由"),
        ),
        migrations.AlterField(
            model_name="round",
            name="state",
            field=models.CharField(
                choices=[
                    ("preparing", "准备中"),
                    ("running", "进行中"),
                    ("frozen", "结果已冻结"),
                    ("archived", "已归档"),
                    ("stopped", "已中止"),
                ],
                default="preparing",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="ballot",
            name="state",
            field=models.CharField(
                choices=[("open", "投票中"), ("closed", "已计票"), ("stopped", "已中止")],
                default="open",
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "stopped"), _negated=True)
                | models.Q(("stopped_because", ""), _negated=True),
                name="round_is_stopped_with_a_reason",
            ),
        ),
    )
