"""What the server serves: raw routes of `edge` first, then Django."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kaocheng.config.settings")

from django.core.asgi import get_asgi_application

application = get_asgi_application()
