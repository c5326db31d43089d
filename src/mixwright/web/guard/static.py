"""The pages' own files, with types that browsers accept, and looked at anew after an update."""

from __future__ import annotations

import mimetypes
from importlib import resources
from pathlib import Path
from typing import Any

from fastapi.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

__all__ = ["page", "static_files"]

# Not every system's table has them, and a module of another type is not run.
TYPES = {".js": "text/javascript", ".wasm": "application/wasm", ".css": "text/css", ".svg": "image/svg+xml"}


class _Static(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"  # kept, but asked for (ETag) before it is used
        return response


def static_files() -> Any:
    """An app with everything below `web/static`."""
    for ending, kind in TYPES.items():
        mimetypes.add_type(kind, ending)
    return _Static(directory=_folder())


def page(name: str) -> FileResponse:
    """One HTML page of `web/static`, such as "room/room.html"."""
    return FileResponse(_folder() / name, media_type="text/html", headers={"Cache-Control": "no-cache"})


def _folder() -> Path:
    return Path(str(resources.files("mixwright.web"))) / "static"
