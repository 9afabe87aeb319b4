"""Why results were frozen although data were missing; it was in the log alone before."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("records", "0010_task_counts"),)
    operations = (
        migrations.AddField(
            "resultset", "frozen_because", models.CharField(blank=True, max_length=200)
        ),
    )
