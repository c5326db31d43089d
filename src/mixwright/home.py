"""Where Mixwright keeps what is yours: your taste, your feedback, the networks that you trained, what others gave.

`MIXWRIGHT_HOME`, or `mixwright` in the folder that the XDG base directory specification names.
"""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["FEEDBACK", "MODELS", "PRESETS", "SHARED_TASTE", "TASTE", "home_folder"]

TASTE, FEEDBACK, MODELS = "taste.json", "feedback.sqlite", "models"
SHARED_TASTE, PRESETS = "shared-taste.json", "presets"


def home_folder() -> Path:
    """The folder; it need not be there yet."""
    named = os.environ.get("MIXWRIGHT_HOME", "")
    if named:
        return Path(named).absolute()
    data = os.environ.get("XDG_DATA_HOME", "")
    return (Path(data) if data.startswith("/") else Path.home() / ".local" / "share") / "mixwright"
