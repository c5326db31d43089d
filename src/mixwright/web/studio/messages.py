"""What the page sends and gets, beyond the facts of a mix."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...feedback.events import LONGEST_COMMENT

__all__ = [
    "ConsentMessage",
    "ExportMessage",
    "FeedbackState",
    "JobAnswer",
    "MixMessage",
    "MixRow",
    "RatingMessage",
    "SongAnswer",
    "SongMessage",
    "Table",
    "TasteState",
    "UndosMessage",
    "UploadAnswer",
]

Settings = dict[str, Annotated[float, Field(allow_inf_nan=False)]]
Loudness = str | Annotated[float, Field(ge=-40, le=-5)] | None


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SongMessage(_Message):
    kind: Literal["song", "stems"] = "song"
    title: Annotated[str, Field(max_length=200)] = ""


class MixMessage(_Message):
    genre: Annotated[str, Field(max_length=200)] = "auto"
    amount: Annotated[float, Field(ge=0, le=1)] = 1.0
    loudness: Loudness = None
    settings: Settings = {}
    preset: dict[str, Any] | None = None
    taste: bool = True


class ExportMessage(_Message):
    parameters: Settings
    format: Literal["wav", "flac", "mp3", "ogg"] = "wav"
    bit_depth: Literal[16, 24, 32] | None = None
    loudness: Loudness = None
    true_peak_dbtp: Annotated[float, Field(ge=-20, le=0)] | None = None


class ConsentMessage(_Message):
    agree: bool


class RatingMessage(_Message):
    mix: str
    score: Annotated[float, Field(ge=1, le=10)]
    comment: Annotated[str, Field(max_length=LONGEST_COMMENT)] = ""


class UndosMessage(_Message):
    mix: str
    undos: Annotated[list[Annotated[list[str], Field(max_length=10)]], Field(max_length=200)]


class Limits(BaseModel):
    upload_bytes: int
    stems: int


class Table(BaseModel):
    """The ten parameters as `parameters.toml` has them, and what the server allows."""

    parameters: list[dict[str, Any]]
    genres: list[str]
    limits: Limits
    version: str


class SongAnswer(BaseModel):
    id: str


class UploadAnswer(BaseModel):
    name: str
    bytes: int


class JobAnswer(BaseModel):
    job: str


class MixRow(BaseModel):
    id: str
    title: str
    duration_s: float


class TasteState(BaseModel):
    """A taste in words; `leans` says whether mixes would differ by it."""

    leans: bool = False
    words: str = ""
    choices: int = 0


class FeedbackState(BaseModel):
    """What the page says of feedback; without `offered` there is nowhere to keep it. `shared`: by all who have the
    studio's token."""

    offered: bool
    consent: str = ""
    version: str = ""
    agreed: bool = False
    since: str | None = None
    shared: bool = False
    counts: dict[str, int] = {}
    taste: TasteState = TasteState()
