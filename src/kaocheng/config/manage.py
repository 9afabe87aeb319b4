"""Commands for whoever runs the server: `python -m kaocheng.config.manage <command>`."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from pathlib import Path

from django.core.management import execute_from_command_line

from kaocheng.config.embedded import data_folder, database
from kaocheng.engine.messages import MESSAGES
from kaocheng.gateways.postgres import PostgresFailed

COMMANDS = Path(__file__).parent / "management" / "commands"
# Of Django's own commands, those that work on what is there.
ON_THE_DATABASE = {"migrate", "showmigrations", "shell", "dbshell", "clearsessions"}
# They start their own database, or none.
ALONE = {"restore", "verify_backup"}


def needs_database(command: str) -> bool:
    ours = {path.stem for path in COMMANDS.glob("[a-z]*.py")}
    name = command.replace("-", "_")
    return name in (ours | ON_THE_DATABASE) - ALONE


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kaocheng.config.settings")
    arguments = list(sys.argv)
    command = arguments[1] if len(arguments) > 1 else ""
    with ExitStack() as stack:
        if needs_database(command) and "--help" not in arguments:
            try:
                stack.enter_context(database(data_folder()))
            except PostgresFailed as failed:
                words = MESSAGES["W95"].zh + MESSAGES["W95"].zh_remedy
                log = data_folder().path / "postgres" / "postgres.log"
                sys.stderr.write(words.format(reason=failed.said, log=log) + "\n")
                return 1
        if len(arguments) > 1:
            arguments[1] = command.replace("-", "_")
        execute_from_command_line(arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main())
