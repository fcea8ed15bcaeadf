#!/usr/bin/env python
"""Django's command line: `serve`, `run_jobs`, `snapshot`, `reset`, `load_demo`, and all of Django's own."""

from __future__ import annotations

import os
import sys
from importlib import import_module

from django.core.management import execute_from_command_line

# These need the settings but none of the apps, which take most of a second to load.
WITHOUT_APPS = ("serve", "snapshot", "reset", "run_jobs")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dhis2api.settings")
    if sys.argv[1:2] and sys.argv[1] in WITHOUT_APPS:
        import_module(f"dhis2api.management.commands.{sys.argv[1]}").Command().run_from_argv(sys.argv)
    else:
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
