"""Workers outside the server: `celery -A kaocheng.config.worker worker`, with REDIS_URL set."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from celery import Celery


def make_app() -> Celery:
    """Django is set up first: nothing of it can be imported before."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kaocheng.config.settings")
    os.environ.setdefault("KAOCHENG_PROCESS", "worker")
    import django

    django.setup()
    from django.conf import settings

    from kaocheng.jobs.queue import celery_app

    return celery_app(settings.REDIS_URL)


app = make_app()
