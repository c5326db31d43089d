"""What the page sends, and within which bounds."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["AnswerMessage", "ConsentMessage", "DeviceMessage", "HeadphonesMessage"]

Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
Slot = Annotated[str, Field(max_length=16)]
MOST_EVENTS = 5_000


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ConsentMessage(_Message):
    version: str
    agreed: Literal[True]


class HeadphonesMessage(_Message):
    answers: Annotated[list[Annotated[int, Field(ge=1, le=3)]], Field(min_length=6, max_length=6)]


class DeviceMessage(_Message):
    sample_rate: Annotated[float, Field(gt=0, le=768_000)] | None = None
    output_latency_s: Seconds | None = None
    user_agent: Annotated[str, Field(max_length=400)] = ""
    transducer: Literal["headphones", "loudspeakers", ""] = ""


class Facts(_Message):
    """Recorded beside an answer. `seconds_heard` is by slot; latency is what the browser says of its output."""

    seconds_heard: dict[Slot, Seconds]
    response_ms: Annotated[float, Field(ge=0, le=864e5)]
    underruns: Annotated[int, Field(ge=0)] = 0
    sample_rate: Annotated[float, Field(gt=0, le=768_000)] | None = None
    output_latency_s: Seconds | None = None


class Event(_Message):
    """Something the listener or the page did, at a time of the audio clock in s."""

    t: Seconds
    what: Literal["play", "stop", "switch", "loop", "rate", "underrun"]
    slot: Slot | None = None


class AnswerMessage(_Message):
    trial: Annotated[int, Field(ge=0)]
    attempt: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    answer: dict[str, Any]
    facts: Facts
    events: Annotated[list[Event], Field(max_length=MOST_EVENTS)] = []
