"""The listening room's addresses. The pages are the same for everybody; what differs comes as JSON below a link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, FastAPI, Response
from starlette.concurrency import run_in_threadpool

from ... import __version__
from ..guard import Admin, Limits, Protection, RefusedError, protect, static_files
from ..guard.login import login_routes
from ..guard.protection import LOCAL_HOSTS
from ..guard.static import page
from .messages import AnswerMessage, ConsentMessage, DeviceMessage, HeadphonesMessage
from .room import Room

__all__ = ["make_room"]

NO_STORE = {"Cache-Control": "no-store"}
ADMIN_PATHS = ("/admin", "/api/admin")


def make_room(
    room: Room,
    *,
    hosts: tuple[str, ...] = LOCAL_HOSTS,
    admin: Admin | None = None,
    invite_only: bool = False,
    results: Callable[[], list[str]] | None = None,
    limits: Limits | None = None,
) -> FastAPI:
    """The app for one test.

    Parameters
    ----------
    hosts
        Names under which it may be asked.
    admin
        Whose token the administrator's pages need; without, none is needed.
    invite_only
        Only who has a link may listen; else everybody who opens the first page.
    results
        What the answers show so far, for the administrator.
    """
    app = FastAPI(title="Mixwright listening room", version=__version__, docs_url=None, redoc_url=None)
    keeper = admin or Admin(None)
    app.include_router(_pages(room, invite_only))
    app.include_router(_listener(room))
    app.include_router(_admin(room, results or list))
    app.include_router(login_routes(keeper))
    app.mount("/static", static_files())
    protection = Protection(
        hosts=hosts,
        admin=keeper,
        guarded=lambda path: path.startswith(ADMIN_PATHS),
        asker=lambda path: path.split("/")[2][:64] if path.startswith("/l/") else None,
        limits=limits or Limits(),
    )
    protect(app, protection)
    return app


def _pages(room: Room, invite_only: bool) -> APIRouter:
    routes = APIRouter()

    @routes.get("/", include_in_schema=False)
    def start() -> Response:
        return page("room/index.html")

    @routes.get("/l/{token}", include_in_schema=False)
    def listen(token: str) -> Response:
        answer = page("room/room.html")
        answer.headers.update(NO_STORE)
        return answer

    @routes.get("/api/room")
    def about() -> dict[str, Any]:
        """What the first page says."""
        return {"title": room.manifest.test.title, "open": not invite_only}

    @routes.post("/api/enrol")
    def enrol() -> dict[str, str]:
        """A link for a new listener."""
        if invite_only:
            raise RefusedError(403, "this test is by invitation; use the link that you were sent")
        return {"link": room.invite()}

    return routes


def _listener(room: Room) -> APIRouter:
    routes = APIRouter(prefix="/l/{token}")

    def told(response: Response) -> None:
        response.headers.update(NO_STORE)

    @routes.get("/api/state")
    def state(token: str, response: Response) -> dict[str, Any]:
        """Where this listener is."""
        told(response)
        return room.state(token)

    @routes.post("/api/consent")
    def consent(token: str, message: ConsentMessage, response: Response) -> dict[str, Any]:
        told(response)
        return room.consent(token, message.version)

    @routes.post("/api/headphones/start")
    def headphones_start(token: str, response: Response) -> dict[str, Any]:
        told(response)
        return {"tones": room.headphone_tones(token), "question": "Which of the three tones is the quietest?"}

    @routes.post("/api/headphones")
    def headphones(token: str, message: HeadphonesMessage, response: Response) -> dict[str, Any]:
        told(response)
        return room.check_headphones(token, message.answers)

    @routes.post("/api/device")
    def device(token: str, message: DeviceMessage, response: Response) -> dict[str, Any]:
        told(response)
        room.set_device(token, message.model_dump(exclude_none=True))
        return {}

    @routes.post("/api/answers")
    def answers(token: str, message: AnswerMessage, response: Response) -> dict[str, Any]:
        """Keep an answer; it is on disk when this is answered."""
        told(response)
        return room.answer(token, message)

    @routes.get("/a/{address}", response_class=Response)
    async def sound(token: str, address: str) -> Response:
        # No ETag and no date: both would tell that two sounds are one.
        content = await run_in_threadpool(room.sound, token, address)
        return Response(content, media_type="audio/wav", headers=NO_STORE)

    return routes


def _admin(room: Room, results: Callable[[], list[str]]) -> APIRouter:
    routes = APIRouter()

    @routes.get("/admin", include_in_schema=False)
    def admin() -> Response:
        return page("room/admin.html")

    @routes.get("/api/admin/progress")
    def progress(response: Response) -> dict[str, Any]:
        """How many listeners and answers there are, and what may be watched while they come in."""
        response.headers.update(NO_STORE)
        test = room.manifest.test
        counts = room.store.counts(room.manifest.version)
        return {"title": test.title, "kind": test.kind, "counts": counts, "results": results()}

    return routes
