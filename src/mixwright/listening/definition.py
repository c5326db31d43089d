"""A blind listening test as its author writes it: what is asked, which mixes of which songs, how they are presented.

One TOML file, read strictly: a key that is not known is a mistake, never ignored. `json_schema` describes it for
editors. Kinds and their sources: paired preference with ties; ABX (W. A. Munson and M. B. Gardner, 1950); several mixes
without a reference (ITU-R BS.2132-0); MUSHRA, with hidden reference and anchors (ITU-R BS.1534-3); ratings 1 to 10.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from ..model.leaning import Lean
from ..parameters import GENRES
from ..parameters.strict_model import Strict, checked, read_toml, schema_of

__all__ = [
    "KINDS",
    "Consent",
    "ListeningTest",
    "SongRow",
    "SystemRow",
    "json_schema",
    "parse_test",
    "read_test",
]

KINDS = ("preference", "abx", "multiple", "mushra", "rating", "appropriateness")
Kind = Literal["preference", "abx", "multiple", "mushra", "rating", "appropriateness"]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.-]{0,63}$")]
QUESTIONS = {
    "preference": "Which of the two do you prefer?",
    "abx": "Is X the same as A, or as B?",
    "multiple": "How good is each of these?",
    "mushra": "How good is each, compared with the reference?",
    "rating": "How good is this mix?",
    "appropriateness": "How well does this mix suit its genre?",
}
CONSENT = (
    "You will hear short pieces of music and say what you think of them. Your answers are stored with the times at "
    "which you listened and with what your browser says of its sound, under a number, not under your name or address. "
    "You may stop at any time, and ask for all of it to be deleted by telling us that number."
)
# BS.1534-3: at most twelve signals in a trial; pairs need two.
FEWEST_SYSTEMS = {"preference": 2, "abx": 2, "multiple": 2, "mushra": 2, "rating": 1, "appropriateness": 1}
MOST_SIGNALS, ANCHORS = 12, 2


class MixArguments(Strict):
    """How Mixwright makes a system out of a song, as `mixwright.mix` has it; `away` leads it from what is decided, by
    parts of each parameter's range, as a taste does."""

    model: str = "network"
    genre: str = "auto"
    amount: Annotated[float, Field(ge=0, le=1)] = 1.0
    loudness: str | float = "auto"
    dynamic: bool = False
    settings: dict[str, float] = {}  # noqa: RUF012 (pydantic copies it)
    away: dict[str, float] = {}  # noqa: RUF012

    @model_validator(mode="after")
    def _in_range(self) -> Self:
        Lean(self.away, 0)
        return self


class SystemRow(Strict):
    """One of what is compared: made by Mixwright (`mix`), given as files (`files`, with {song}), or the song itself
    (`input`). `reference` marks what MUSHRA compares with."""

    name: Name
    mix: MixArguments | None = None
    files: str | None = None
    input: bool = False
    reference: bool = False

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.mix is not None) + (self.files is not None) + self.input != 1:
            raise ValueError("needs exactly one of mix, files and input")
        if self.files is not None and "{song}" not in self.files:
            raise ValueError("files must hold {song}, which stands for the song's name")
        return self


class SongRow(Strict):
    """A song, and the passage of it that is heard; without a start, its loudest one."""

    name: Name
    file: str | None = None
    genre: Literal[GENRES] | None = None  # type: ignore[valid-type]
    start_s: Annotated[float, Field(ge=0)] | None = None
    end_s: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end_s is not None and self.end_s <= (self.start_s or 0.0):
            raise ValueError("end_s must be after start_s")
        return self


class Consent(Strict):
    """What a listener agrees to; a new text needs a new version."""

    version: str = "1"
    text: str = CONSENT


class ListeningTest(Strict):
    """The whole test. `folder` is where relative file names begin; it is no part of the test's text."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Kind
    question: Annotated[str, Field(max_length=500)] = ""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    songs_per_listener: Annotated[int, Field(ge=1)] | None = None
    pairs_per_song: Annotated[int, Field(ge=1)] | None = None
    pair: Annotated[tuple[Annotated[tuple[Name, Name], Field(strict=False)], ...], Field(strict=False)] = ()
    repeats: Annotated[int, Field(ge=0, le=20)] = 0
    catch_trials: Annotated[int, Field(ge=0, le=20)] = 0
    abx_trials: Annotated[int, Field(ge=5, le=200)] = 16
    training: bool = True
    headphone_check: bool = False
    excerpt_s: Annotated[float, Field(ge=2, le=30)] = 12.0
    level: Literal["matched", "as_is"] = "matched"
    least_seconds: Annotated[float, Field(ge=0, le=30)] = 2.0
    code: bool = False
    consent: Consent = Consent()
    system: Annotated[tuple[SystemRow, ...], Field(strict=False)]
    song: Annotated[tuple[SongRow, ...], Field(min_length=1, strict=False)]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for what, rows in (("system", self.system), ("song", self.song)):
            names = [row.name.casefold() for row in rows]
            twice = sorted({row.name for row in rows if names.count(row.name.casefold()) > 1})
            if twice:
                raise ValueError(f"{what} {twice[0]!r} is named twice")
        if len(self.system) < FEWEST_SYSTEMS[self.kind]:
            raise ValueError(f"kind {self.kind!r} needs at least {FEWEST_SYSTEMS[self.kind]} systems")
        if self.kind == "abx" and len(self.system) != 2:
            raise ValueError("kind 'abx' compares exactly two systems")
        self._check_pairs()
        signals = len(self.system) + (ANCHORS if self.kind == "mushra" else 0)
        if self.kind in ("multiple", "mushra") and signals > MOST_SIGNALS:
            raise ValueError(f"at most {MOST_SIGNALS} signals in a trial (BS.1534-3), with anchors; here are {signals}")
        references = sum(row.reference for row in self.system)
        if references != (self.kind == "mushra"):
            raise ValueError("kind 'mushra' needs exactly one system with reference = true, other kinds none")
        if self.kind == "appropriateness" and not all(row.genre for row in self.song):
            raise ValueError("kind 'appropriateness' needs a genre for every song")
        if self.songs_per_listener is not None and self.songs_per_listener > len(self.song):
            raise ValueError(f"songs_per_listener={self.songs_per_listener}: there are {len(self.song)} songs")
        if self.pairs_per_song is not None and self.kind != "preference":
            raise ValueError("pairs_per_song belongs to kind 'preference'")
        if (self.catch_trials or self.repeats) and self.kind != "preference":
            raise ValueError("repeats and catch_trials belong to kind 'preference'")
        for row in self.song:
            needs_file = [system.name for system in self.system if system.files is None]
            if row.file is None and needs_file:
                raise ValueError(f"song {row.name!r} needs a file: system {needs_file[0]!r} is made from it")
        return self

    def _check_pairs(self) -> None:
        if self.pair and self.kind != "preference":
            raise ValueError("pair belongs to kind 'preference'")
        names = {row.name for row in self.system}
        for pair in self.pair:
            if not set(pair) <= names or pair[0] == pair[1]:
                raise ValueError(f"pair {list(pair)} must be of two of the systems")
        if len({frozenset(pair) for pair in self.pair}) < len(self.pair):
            raise ValueError("pair: the same two are named twice")

    @property
    def asked(self) -> str:
        """The question, the author's or the kind's."""
        return self.question or QUESTIONS[self.kind]


def read_test(path: Path) -> ListeningTest:
    """The test in a TOML file.

    Errors
    ------
    ParameterError
        Cannot be read, is no TOML, or breaks a rule; the text names the first key that does.
    """
    return read_toml(ListeningTest, path)


def parse_test(content: Any, name: str) -> ListeningTest:
    """A test from plain types; `name` says in errors whose they are."""
    return checked(ListeningTest, content, name)


def json_schema() -> dict[str, Any]:
    """The JSON schema of a test file, for editors that check TOML."""
    return schema_of(ListeningTest)
