"""Lets Django find the templates, static files and tags of the pages."""

from django.apps import AppConfig


class Web(AppConfig):
    name = "kaocheng.web"
    label = "web"
