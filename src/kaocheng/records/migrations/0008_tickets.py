"""Events and obligations of one entry: a time limit runs for each repair, each incident."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("records", "0007_amendments_and_endings"),)
    operations = (
        migrations.RemoveConstraint("roundevent", "round_event_happens_once_in_a_unit"),
        migrations.AddField(
            "roundevent",
            "entry",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="records.entry",
            ),
        ),
        migrations.AddField(
            "obligation",
            "entry",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="obligations",
                to="records.entry",
            ),
        ),
        migrations.AddConstraint(
            "roundevent",
            models.UniqueConstraint(
                fields=("round", "name", "unit", "entry"),
                name="round_event_happens_once",
                nulls_distinct=False,
            ),
        ),
    )
