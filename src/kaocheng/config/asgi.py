"""What the server serves, and what it starts and stops with itself."""

from __future__ import annotations

import asyncio
import gc
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kaocheng.config.background import Worker
    from kaocheng.edge.bridge import DjangoInThreads, Receive, Scope, Send


class Application:
    """HTTP goes to Django; the life span of the server carries the background."""

    def __init__(self, pages: DjangoInThreads) -> None:
        self.pages = pages
        self.workers: list[Worker] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self.pages(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await send({"type": "websocket.close"})

    async def _live(self, receive: Receive, send: Send) -> None:
        from kaocheng.config.background import start_background, stop_background

        while True:
            event = await receive()
            if event["type"] == "lifespan.startup":
                self.workers = await asyncio.to_thread(start_background)
                await send({"type": "lifespan.startup.complete"})
            else:
                await asyncio.to_thread(stop_background, self.workers)
                self.pages.close()
                # Libraries that look for leaks at the end would take what is frozen for some.
                gc.unfreeze()
                await send({"type": "lifespan.shutdown.complete"})
                return


def make_application() -> Application:
    """Django is set up first: nothing of it can be imported before."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kaocheng.config.settings")
    import django

    django.setup()
    from django.conf import settings

    from kaocheng.edge.bridge import DjangoInThreads

    made = Application(DjangoInThreads(threads=settings.WEB_THREADS))
    # What was loaded stays for good: to look through it for garbage again and again costs every
    # page a millisecond.
    gc.collect()
    gc.freeze()
    return made


application = make_application()
