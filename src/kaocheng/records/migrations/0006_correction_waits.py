"""A correction may wait while what it replaces goes on counting, and be written anew if it fails."""

import django.db.models.deletion
from django.db import migrations, models

SAYS_THE_SAME = """
create or replace function entry_says_the_same() returns trigger language plpgsql as $$
begin
    if (new.register, new.unit_id, new.values, new.date, new.period, new.code, new.quantity,
        new.money, new.key, new.number, new.corrects_id, {replaces}new.entered_by_id,
        new.entered_at)
        is distinct from
       (old.register, old.unit_id, old.values, old.date, old.period, old.code, old.quantity,
        old.money, old.key, old.number, old.corrects_id, {replaced}old.entered_by_id,
        old.entered_at)
    then
        raise exception 'what an entry says is never changed';
    end if;
    return new;
end $$;
"""
FORWARD = SAYS_THE_SAME.format(replaces="new.replaces_id, ", replaced="old.replaces_id, ")
BACKWARD = SAYS_THE_SAME.format(replaces="", replaced="")
LIVE = ("waiting", "checking", "counts")


class Migration(migrations.Migration):
    dependencies = (("records", "0005_work_guards"),)
    operations = (
        migrations.RemoveConstraint("entry", "entry_is_written_once"),
        migrations.AddField(
            "entry",
            "replaces",
            models.ForeignKey(
                "records.entry",
                django.db.models.deletion.PROTECT,
                null=True,
                blank=True,
                related_name="+",
                db_index=False,
            ),
        ),
        migrations.AlterField(
            "entry",
            "corrects",
            models.ForeignKey(
                "records.entry",
                django.db.models.deletion.PROTECT,
                null=True,
                blank=True,
                related_name="corrections",
            ),
        ),
        migrations.AddConstraint(
            "entry",
            models.UniqueConstraint(
                fields=["adoption", "register", "once"],
                condition=~models.Q(once="")
                & models.Q(standing__in=LIVE)
                & (models.Q(replaces=None) | models.Q(standing="counts")),
                name="entry_is_written_once",
            ),
        ),
        migrations.AddConstraint(
            "entry",
            models.UniqueConstraint(
                fields=["corrects"],
                condition=models.Q(corrects__isnull=False, standing__in=LIVE),
                name="entry_is_corrected_once",
            ),
        ),
        migrations.AddConstraint(
            "entry",
            models.UniqueConstraint(
                fields=["replaces"],
                condition=models.Q(replaces__isnull=False, standing__in=LIVE),
                name="entry_is_replaced_once",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    )
