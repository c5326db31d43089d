"""What stands between a server of ours and whoever asks it: the same for the studio and the listening room."""

from __future__ import annotations

from .admin import Admin, new_token
from .problems import RefusedError, handle_problems
from .protection import Limits, Protection, protect
from .serving import serve
from .static import static_files

__all__ = [
    "Admin",
    "Limits",
    "Protection",
    "RefusedError",
    "handle_problems",
    "new_token",
    "protect",
    "serve",
    "static_files",
]
