"""The addresses of feedback: what is kept and whether it may be; agree, stop, erase, take away; ratings and undos."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime

from fastapi import APIRouter, Response

from ...errors import PresetError
from ...feedback.diary import ME
from ...feedback.events import CONSENT, CONSENT_VERSION
from ...feedback.taste import LEAST_CHOICES
from ...model.tasting import leaning_words
from ..guard import RefusedError
from . import messages as m
from .keeping import Keeping
from .work_folder import WorkFolder

__all__ = ["feedback_routes"]

NO_STORE = {"Cache-Control": "no-store"}
FORMAT, FORMAT_VERSION = "mixwright-feedback", 1


def feedback_routes(keeping: Keeping | None, folder: WorkFolder) -> APIRouter:
    """The routes; without a place to keep anything they say so. They are plain functions: a thread waits for the
    database, and not the event loop."""
    routes = APIRouter(prefix="/api/feedback")

    def kept() -> Keeping:
        if keeping is None:
            raise RefusedError(404, "this studio keeps no feedback")
        return keeping

    @routes.get("")
    def state(response: Response) -> m.FeedbackState:
        """What was agreed to, what is kept, and what was learned from it."""
        response.headers.update(NO_STORE)
        return m.FeedbackState(offered=False) if keeping is None else _state(keeping)

    @routes.post("/consent")
    def consent(message: m.ConsentMessage) -> m.FeedbackState:
        """Agree, or agree no longer."""
        kept().consent(message.agree)
        return _state(kept())

    @routes.post("/erase")
    def erase() -> m.FeedbackState:
        """Delete all of it, the agreement and the taste with it."""
        kept().erase()
        return _state(kept())

    @routes.get("/export", response_class=Response)
    def export() -> Response:
        """Every event, as a file."""
        content = {
            "format": FORMAT,
            "version": FORMAT_VERSION,
            "pseudonym": kept().pseudonym,
            "exported": datetime.now(UTC).isoformat(),
            "events": [{**asdict(event), "made": event.made.isoformat()} for event in kept().events()],
        }
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        headers = {**NO_STORE, "Content-Disposition": 'attachment; filename="mixwright-feedback.json"'}
        return Response(text, media_type="application/json", headers=headers)

    @routes.post("/ratings")
    def rate(message: m.RatingMessage) -> m.FeedbackState:
        """How good a mix is."""
        kept().rated(folder.find("mixes", message.mix), message.score, message.comment)
        return _state(kept())

    @routes.post("/undos")
    def undo(message: m.UndosMessage) -> m.FeedbackState:
        """What was taken back: for each undo the parameters that it changed."""
        kept().undone(folder.find("mixes", message.mix), message.undos)
        return _state(kept())

    return routes


def _state(keeping: Keeping) -> m.FeedbackState:
    since, counts = keeping.kept()
    return m.FeedbackState(
        offered=True,
        consent=CONSENT,
        version=CONSENT_VERSION,
        agreed=since is not None,
        since=None if since is None else since.date().isoformat(),
        shared=keeping.pseudonym != ME,
        counts=counts,
        taste=_taste(keeping),
    )


def _taste(keeping: Keeping) -> m.TasteState:
    try:
        leaning = keeping.leaning()
    except PresetError as error:
        return m.TasteState(words=f"What was learned cannot be read ({error}).")
    if leaning is None:
        return m.TasteState()
    choices = leaning.shared.choices
    found = leaning_words(leaning)
    return m.TasteState(leans=bool(found), words=found or _none_yet(choices), choices=choices)


def _none_yet(choices: int) -> str:
    told = f"{choices} {'choice' if choices == 1 else 'choices'} so far"
    if choices < LEAST_CHOICES:
        return f"{told}; from {LEAST_CHOICES} on your mixes may lean to them."
    return f"{told}, and no leaning that could not be chance."
