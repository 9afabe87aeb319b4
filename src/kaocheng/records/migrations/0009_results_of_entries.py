"""Frozen results of single entries and of the rows of a list, beside those of subjects."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = (("records", "0008_tickets"),)
    operations = (
        migrations.RemoveConstraint("resultrow", "result_row_is_one"),
        migrations.AlterField(
            "resultrow",
            "subject",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="result_rows",
                to="records.subject",
            ),
        ),
        migrations.AddField(
            "resultrow",
            "entry",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="result_rows",
                to="records.entry",
            ),
        ),
        migrations.AddField("resultrow", "key", models.CharField(blank=True, max_length=200)),
        migrations.AddConstraint(
            "resultrow",
            models.UniqueConstraint(
                fields=("result_set", "result", "subject", "entry", "key", "period"),
                name="result_row_is_one",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            "resultrow",
            models.CheckConstraint(
                condition=Q(subject__isnull=False, entry=None, key="")
                | Q(subject=None, entry__isnull=False, key="")
                | (Q(subject=None, entry=None) & ~Q(key="")),
                name="result_row_is_about_one",
            ),
        ),
    )
