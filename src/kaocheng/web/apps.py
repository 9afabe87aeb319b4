"""Lets Django find the templates, static files and tags of the pages."""

from django.apps import AppConfig
from django.forms import Field
from django.utils.translation import gettext_lazy as _


class Web(AppConfig):
    name = "kaocheng.web"
    label = "web"

    def ready(self) -> None:
        """What every form says of an empty field; Django's own words are those of a programmer."""
        Field.default_error_messages["required"] = _("这里还没有填")
