"""Preferences as people give them to each other: one JSON document with choices, ratings and presets, without names.

It has a licence and the consent of those whose preferences they are; without either it is no set. It is read strictly:
a key that is not known, a value out of its range, a key twice, a number that is none are errors of one line.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from ..errors import MixwrightError, ParameterError, PresetError
from ..model.leaning import TRAITS
from ..parameters import GENRES
from ..parameters.preset_file import preset_from
from ..parameters.strict_json import parse_json, read_text
from ..parameters.strict_model import Strict, checked, schema_of

__all__ = [
    "FORMAT",
    "LICENCES",
    "SHARING",
    "SHARING_VERSION",
    "ChoiceRow",
    "ConsentRow",
    "PreferenceSet",
    "PresetRow",
    "RatingRow",
    "json_schema",
    "load_set",
    "parse_set",
    "set_id",
]

FORMAT, FORMAT_VERSION = "mixwright-preferences", 1
# SPDX identifiers of licences under which everybody may use data, also to train what is given away or sold.
LICENCES = ("CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "PDDL-1.0", "ODC-By-1.0", "ODbL-1.0")
SHARING_VERSION = "1"
SHARING = (
    "I give these choices, ratings and presets away, under the licence that is named, for everybody to use, also to "
    "train mixers. Beyond what I write myself they hold no name, no music, no file name, and not when I did what. A "
    "set that was given away cannot be called back. Somebody who has the same song may recognise it, and somebody who "
    "has two sets of mine may see that both are of one person."
)
MOST_ROWS, MOST_PRESETS = 20_000, 1_000
FARTHEST = 2.0  # from one end of a range to the other

Listener = Annotated[str, Field(pattern=r"^L[0-9]{3,6}$")]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _-]{0,63}$")]
Tag = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _-]{0,31}$")]
Way = dict[Literal[TRAITS], Annotated[float, Field(ge=-FARTHEST, le=FARTHEST)]]  # type: ignore[valid-type]
Genre = dict[Literal[GENRES], Annotated[float, Field(ge=0, le=1)]]  # type: ignore[valid-type]
Words = Annotated[str, Field(max_length=2000)]


class ConsentRow(Strict):
    """What those whose preferences these are agreed to, in their words; a set without it is refused."""

    version: Annotated[str, Field(min_length=1, max_length=64)]
    statement: Annotated[str, Field(pattern=r"\S", max_length=2000)]
    scope: Literal["shared"]
    given: Literal[True]

    @field_validator("given", mode="before")
    @classmethod
    def _is_true(cls, value: Any) -> Any:
        if value is not True:  # 1 would pass for it
            raise ValueError("must be true")
        return value


class ChoiceRow(Strict):
    """One choice between two settings of one song.

    `first` and `second` are ways from what was decided for the song, in parts of each parameter's range from neutral
    to a bound (-2 to 2); a parameter that is not named stayed where it was. `weight`: 1 for a blind choice, less for a
    slider that was moved. `genre`: weights of the song's genres, empty where they are not known.
    """

    listener: Listener
    first: Way
    second: Way
    outcome: Literal["first", "second", "tie"]
    weight: Annotated[float, Field(gt=0, le=1)] = 1.0
    genre: Genre = Field(default_factory=dict)


class RatingRow(Strict):
    """A rating of a mix from 1 to 10; `professional`: by somebody who mixes for a living."""

    listener: Listener
    score: Annotated[float, Field(ge=1, le=10)]
    professional: bool = False
    genre: Genre = Field(default_factory=dict)
    model: Annotated[str, Field(max_length=100)] = ""
    comment: Words = ""


class PresetRow(Strict):
    """A whole preset (docs/parameters.md) with a name of its own, which need not be that of a song."""

    name: Name
    tags: Annotated[tuple[Tag, ...], Field(max_length=20, strict=False)] = ()
    preset: dict[str, Any]

    @field_validator("preset")
    @classmethod
    def _is_one(cls, value: dict[str, Any]) -> dict[str, Any]:
        try:
            return preset_from(value).to_dict()
        except MixwrightError as error:
            raise ValueError(str(error)) from None


class PreferenceSet(Strict):
    """The whole document."""

    format: Literal["mixwright-preferences"]
    version: Literal[1]
    licence: Literal[LICENCES]  # type: ignore[valid-type]
    consent: ConsentRow
    created: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    tool: Annotated[str, Field(max_length=100)]
    notes: Words = ""
    choices: Annotated[tuple[ChoiceRow, ...], Field(max_length=MOST_ROWS, strict=False)] = ()
    ratings: Annotated[tuple[RatingRow, ...], Field(max_length=MOST_ROWS, strict=False)] = ()
    presets: Annotated[tuple[PresetRow, ...], Field(max_length=MOST_PRESETS, strict=False)] = ()

    @field_validator("created")
    @classmethod
    def _a_day(cls, value: str) -> str:
        date.fromisoformat(value)
        return value

    @model_validator(mode="after")
    def _whole(self) -> Self:
        names = [row.name.casefold() for row in self.presets]
        if len(set(names)) < len(names):
            raise ValueError("two presets have the same name")
        if not (self.choices or self.ratings or self.presets):
            raise ValueError("holds no choice, no rating and no preset")
        return self

    @property
    def listeners(self) -> tuple[str, ...]:
        """Everybody whose choices or ratings these are."""
        return tuple(sorted({row.listener for row in self.choices} | {row.listener for row in self.ratings}))

    def to_json(self) -> str:
        """The text of the file."""
        return json.dumps(self.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n"


def load_set(path: Path) -> PreferenceSet:
    """Read a set's file.

    Errors
    ------
    PresetError
        The file is missing, unreadable or too large.
    ParameterError, PresetError
        `parse_set` refuses it.
    """
    return parse_set(read_text(path), source=str(path))


def parse_set(text: str, *, source: str = "preferences") -> PreferenceSet:
    """A set from its text.

    Errors
    ------
    PresetError
        No JSON, or no set of preferences, or one by a newer version.
    ParameterError
        A licence or a consent is missing, or a key or a value breaks a rule; the text names the first that does.
    """
    content = parse_json(text, source)
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise PresetError(f'{source}: is no set of preferences ("format" must be "{FORMAT}")')
    version = content.get("version")
    if type(version) is not int or version != FORMAT_VERSION:
        raise PresetError(f"{source}: version={version!r:.20} must be {FORMAT_VERSION}; it needs another Mixwright")
    for key, why in (("licence", "nobody may use it"), ("consent", "nobody agreed to sharing it")):
        if key not in content:
            raise ParameterError(f"{source}: {key} is missing: {why}")
    return checked(PreferenceSet, content, source)


def set_id(preferences: PreferenceSet) -> str:
    """What a set is known by: the SHA-256 of its content, however the file was written, as 64 hexadecimal digits."""
    content = preferences.model_dump(mode="json")
    told = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(told.encode()).hexdigest()


def json_schema() -> dict[str, Any]:
    """The JSON schema of a set."""
    return schema_of(PreferenceSet)
