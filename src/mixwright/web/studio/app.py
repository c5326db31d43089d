"""The studio's addresses: songs go up, jobs run and are watched, mixes and their files come down."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import FileResponse, StreamingResponse
from starlette.requests import ClientDisconnect

from ... import __version__
from ...mix.stem_source import MOST_STEMS
from ...parameters import GENRES
from ..guard import Admin, Limits, Protection, RefusedError, protect, static_files
from ..guard.login import LOGIN_PATHS, login_routes
from ..guard.protection import LOCAL_HOSTS
from ..guard.static import page
from . import messages as m
from .desk import Desk
from .facts import table_facts
from .feedback_routes import feedback_routes
from .jobs import JobLimits, Jobs
from .keeping import Keeping
from .metrics import MEDIA_TYPE, Counters, exposed
from .work_folder import WorkFolder

__all__ = ["make_studio"]

CLEAN_EVERY_S = 1800.0
UPLOAD_BYTES = 2_000_000_000
FILES = {
    "source": ("source.wav", "audio/wav", ""),
    "audio": ("mix.wav", "audio/wav", ".mix.wav"),
    "preset": ("preset.json", "application/json", ".preset.json"),
    "report": ("report.html", "text/html", ".report.html"),
    "console": ("console.json", "application/json", ".console.json"),
}
NO_STORE = {"Cache-Control": "no-store"}


def make_studio(
    folder: WorkFolder,
    *,
    hosts: tuple[str, ...] = LOCAL_HOSTS,
    admin: Admin | None = None,
    job_limits: JobLimits | None = None,
    upload_bytes: int = UPLOAD_BYTES,
    at_once: int | None = None,
    limits: Limits | None = None,
    home: Path | None = None,
    store: str | None = None,
    monitors: Sequence[Callable[[], str]] = (),
) -> FastAPI:
    """The app over a work folder.

    Parameters
    ----------
    hosts
        Names under which it may be asked.
    admin
        Whose token every request needs; without, none is needed.
    job_limits
        Memory and time of one job.
    upload_bytes
        The largest file.
    at_once
        Jobs that run side by side; the number of cores without.
    home
        Where taste is kept, and feedback after somebody agreed; without, neither is offered.
    store
        The database of feedback (sqlite:///FILE, postgresql://…); in `home` without.
    monitors
        What /metrics tells beyond the server's own figures: texts for Prometheus.
    """
    keeper = admin or Admin(None)
    keeping = None if home is None else Keeping(home, store, public=keeper.token is not None)
    counters = Counters()

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.jobs = jobs = Jobs(job_limits or JobLimits(), at_once, counters)
        app.state.desk = Desk(folder, jobs, upload_bytes, keeping)
        cleaner = asyncio.create_task(_clean(folder))
        yield
        cleaner.cancel()
        await jobs.stop()

    app = FastAPI(title="Mixwright studio", version=__version__, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.include_router(_songs())
    app.include_router(_jobs())
    app.include_router(feedback_routes(keeping, folder))
    app.include_router(_results(folder))
    app.include_router(login_routes(keeper))
    app.mount("/static", static_files())

    @app.get("/", include_in_schema=False)
    def start() -> Response:
        return page("studio/index.html")

    @app.get("/api/table")
    def table() -> m.Table:
        """What the sliders are made from."""
        allowed = m.Limits(upload_bytes=upload_bytes, stems=MOST_STEMS)
        return m.Table(parameters=table_facts(), genres=list(GENRES), limits=allowed, version=__version__)

    @app.get("/metrics", response_class=Response)
    def metrics() -> Response:
        """What Prometheus reads."""
        return Response(exposed([counters.exposition, *monitors]), media_type=MEDIA_TYPE, headers=NO_STORE)

    protection = Protection(
        hosts=hosts,
        admin=keeper,
        guarded=lambda path: not path.startswith(LOGIN_PATHS),
        uploads=lambda method, path: method == "PUT" and path.startswith("/api/songs/"),
        limits=limits or Limits(),
    )
    protect(app, protection)
    return app


async def _clean(folder: WorkFolder) -> None:
    while True:
        await asyncio.to_thread(folder.clean)
        await asyncio.sleep(CLEAN_EVERY_S)


def _desk(request: Request) -> Desk:
    return request.app.state.desk  # type: ignore[no-any-return]


def _songs() -> APIRouter:
    routes = APIRouter(prefix="/api/songs")

    @routes.post("")
    async def add(message: m.SongMessage, request: Request) -> m.SongAnswer:
        """Begin a song: one file, or stems."""
        return m.SongAnswer(id=await asyncio.to_thread(_desk(request).add_song, message.kind, message.title))

    @routes.put("/{identity}/files")
    async def upload(identity: str, name: str, request: Request) -> m.UploadAnswer:
        """A sound file, as the request's body; `name` says what a stem may be, and is no path."""
        length = request.headers.get("content-length", "")
        try:
            stored, size = await _desk(request).upload(
                identity, name, request.stream(), int(length) if length.isdigit() else 0
            )
        except ClientDisconnect:
            raise RefusedError(400, "the upload broke off") from None
        return m.UploadAnswer(name=stored, bytes=size)

    @routes.post("/{identity}/mix")
    async def mix(identity: str, message: m.MixMessage, request: Request) -> m.JobAnswer:
        """Hear and mix a song, or its stems."""
        return m.JobAnswer(job=await _desk(request).mix(identity, message))

    @routes.delete("/{identity}")
    async def remove(identity: str, request: Request) -> dict[str, bool]:
        await asyncio.to_thread(_desk(request).folder.remove, "songs", identity)
        return {"removed": True}

    return routes


def _jobs() -> APIRouter:
    routes = APIRouter(prefix="/api/jobs")

    @routes.get("/{identity}/events", response_class=StreamingResponse)
    async def events(identity: str, request: Request) -> StreamingResponse:
        """Server-sent events: progress {stage, done}, then done or failed. A new request begins with the present."""
        jobs: Jobs = request.app.state.jobs
        job = jobs.find(identity)
        return StreamingResponse(
            jobs.events(job), media_type="text/event-stream", headers={**NO_STORE, "X-Accel-Buffering": "no"}
        )

    @routes.delete("/{identity}")
    async def cancel(identity: str, request: Request) -> dict[str, bool]:
        request.app.state.jobs.cancel(identity)
        return {"cancelled": True}

    return routes


def _results(folder: WorkFolder) -> APIRouter:
    routes = APIRouter(prefix="/api")

    @routes.get("/mixes")
    def mixes() -> list[m.MixRow]:
        """The mixes that are still here, the newest first."""
        return [
            m.MixRow(id=name, title=facts["title"], duration_s=facts["duration_s"])
            for name, facts in folder.everything("mixes")
        ]

    @routes.get("/mixes/{identity}")
    def mix(identity: str, response: Response) -> dict[str, Any]:
        """Everything that the page shows of a mix."""
        response.headers.update(NO_STORE)
        return {"id": identity, **folder.facts("mixes", identity)}

    @routes.delete("/mixes/{identity}")
    def remove(identity: str) -> dict[str, bool]:
        folder.remove("mixes", identity)
        return {"removed": True}

    @routes.post("/mixes/{identity}/export")
    async def export(identity: str, message: m.ExportMessage, request: Request) -> m.JobAnswer:
        """Render the mix with other values, as a file to keep."""
        return m.JobAnswer(job=await _desk(request).export(identity, message))

    @routes.get("/{kind}/{identity}/{what}", response_class=FileResponse)
    def file(kind: str, identity: str, what: str) -> FileResponse:
        """A file of a mix (source, audio, preset, report, console) or of an export (audio, preset, report)."""
        if kind not in ("mixes", "exports") or what not in FILES:
            raise RefusedError(404, "there is nothing here")
        path, facts = folder.find(kind, identity), folder.facts(kind, identity)
        name, media, ending = FILES[what]
        if kind == "exports" and what == "audio":
            name = facts["file"]
            ending = f".mix{name[name.rindex('.') :]}"
            media = {".wav": "audio/wav", ".flac": "audio/flac", ".mp3": "audio/mpeg", ".ogg": "audio/ogg"}[ending[4:]]
        if not (path / name).is_file():
            raise RefusedError(404, "there is nothing here")
        headers = {**NO_STORE, **({"Content-Disposition": _attachment(facts["title"] + ending)} if ending else {})}
        return FileResponse(path / name, media_type=media, headers=headers)

    return routes


def _attachment(name: str) -> str:
    """A download's name (RFC 6266): in ASCII for old browsers, and as it is for the others."""
    plain = "".join(c if (c.isalnum() and c.isascii()) or c in " ._-()" else "_" for c in name)[-120:].lstrip(". ")
    return (
        f"attachment; filename=\"{plain or 'mix'}\"; filename*=UTF-8''{quote(name.replace('/', '_')[-120:], safe='')}"
    )
