"""Open and done tasks of each unit are counted by the database when they are written."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

# What a statement has changed is added to the rows of its units that nobody else has in hand, and
# these become one. So writers never wait for each other here, and never in a circle.
FUNCTION = """
create function tasks_{name}() returns trigger language plpgsql as $$
begin
    with moved as (
        select unit_id, sum(open) as open, sum(done) as done from ({changes}) changes
        group by unit_id having sum(open) <> 0 or sum(done) <> 0
    ), before as (
        delete from records_taskcount where id in (
            select id from records_taskcount where unit_id in (select unit_id from moved)
            for update skip locked
        ) returning unit_id, open, done
    )
    insert into records_taskcount (unit_id, open, done)
    select unit_id, sum(open), sum(done)
    from (select * from moved union all select * from before) counts group by unit_id;
    return null;
end $$;
create trigger task_counts_{name} after {event} on records_task
    referencing {tables} for each statement execute function tasks_{name}();
"""
CHANGES = (
    "select unit_id, {sign}(state = 'open')::int as open, {sign}(state = 'done')::int as done"
    " from {table}"
)
ADDED = CHANGES.format(sign="", table="added")
GONE = CHANGES.format(sign="-", table="gone")
FORWARD = "".join(
    (
        FUNCTION.format(
            name="inserted", event="insert", tables="new table as added", changes=ADDED
        ),
        FUNCTION.format(
            name="updated",
            event="update",
            tables="new table as added old table as gone",
            changes=f"{ADDED} union all {GONE}",
        ),
        FUNCTION.format(name="deleted", event="delete", tables="old table as gone", changes=GONE),
    )
)
BACKWARD = "".join(
    f"drop trigger task_counts_{name} on records_task; drop function tasks_{name}();"
    for name in ("inserted", "updated", "deleted")
)
COUNT = """
insert into records_taskcount (unit_id, open, done)
select unit_id, count(*) filter (where state = 'open'), count(*) filter (where state = 'done')
from records_task group by unit_id;
"""


class Migration(migrations.Migration):
    dependencies = (("records", "0009_results_of_entries"),)
    operations = (
        migrations.CreateModel(
            "TaskCount",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("open", models.IntegerField()),
                ("done", models.IntegerField()),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="task_counts",
                        to="records.unit",
                    ),
                ),
            ],
        ),
        migrations.RemoveIndex("task", "task_open_due"),
        migrations.AddIndex(
            "task",
            models.Index(
                condition=Q(state="open"), fields=["due_at"], include=["unit"], name="task_open_due"
            ),
        ),
        # From here on until the end nobody else writes tasks: none is counted twice.
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
    )
