"""What the page sends and gets, beyond the facts of a mix."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["ExportMessage", "JobAnswer", "MixMessage", "MixRow", "SongAnswer", "SongMessage", "Table", "UploadAnswer"]

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


class ExportMessage(_Message):
    parameters: Settings
    format: Literal["wav", "flac", "mp3", "ogg"] = "wav"
    bit_depth: Literal[16, 24, 32] | None = None
    loudness: Loudness = None
    true_peak_dbtp: Annotated[float, Field(ge=-20, le=0)] | None = None


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
