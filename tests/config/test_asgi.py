"""The application that the server runs."""

from __future__ import annotations

import gc

from kaocheng.config.asgi import make_application


def test_what_is_loaded_at_the_start_is_not_searched_for_garbage() -> None:
    gc.unfreeze()
    try:
        application = make_application()

        assert gc.get_freeze_count() > 10_000
        application.pages.close()
    finally:
        gc.unfreeze()
