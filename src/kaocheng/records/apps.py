"""The one Django app."""

from django.apps import AppConfig


class Records(AppConfig):
    name = "kaocheng.records"
    label = "records"
    verbose_name = "考成"
    default_auto_field = "django.db.models.BigAutoField"
