"""Lets what a user names be imported from the folder they work in."""

from __future__ import annotations

import sys
from pathlib import Path


def look_in_working_folder() -> None:
    """Let modules be imported from the working folder, as `python -m` does."""
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
