"""Lets Django find the commands of `config/management`."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "kaocheng.config"
    label = "config"
