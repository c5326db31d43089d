"""Everything the report shows, as plain numbers and sentences; the page adds nothing to them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from mixwright.charts import Series
from mixwright.errors import ParameterError

Provenance = Literal["predicted", "refined", "set", "neutral"]

_AUDIO_MIME = re.compile(r"audio/[a-z0-9][a-z0-9.+-]*")


@dataclass(frozen=True)
class Measurement:
    """One measured quantity before and after; None, NaN and infinities are shown as an en dash."""

    label: str
    unit: str
    before: float | None
    after: float | None
    target: float | None = None
    sentence: str = ""


@dataclass(frozen=True, eq=False)
class ListenedMap:
    """Where the network listened for one parameter: `shares` (bands, columns), lowest band first; each column begins at
    `starts_s` (columns,) and is `column_s` long, in a song of `end_s`; `sentence` says where the most of it is."""

    shares: Series
    starts_s: Series
    column_s: float
    end_s: float
    low_hz: float
    high_hz: float
    sentence: str = ""


@dataclass(frozen=True, eq=False)
class GenrePassages:
    """Genre probabilities over a song of `end_s`: centres of the passages in s (n,), and by name a share for each."""

    seconds: Series
    shares: Mapping[str, Series]
    end_s: float


@dataclass(frozen=True)
class ParameterRow:
    """One decision of the balance stage: its value, the range it may move in, where it came from, and why.

    `movement` has (s, value) from the start to the end of the song where the value moves; `value` is the average then.
    """

    name: str
    label: str
    unit: str
    value: float
    low: float
    neutral: float
    high: float
    provenance: Provenance
    reason: str
    movement: tuple[tuple[float, float], ...] = ()
    listened: ListenedMap | None = None


@dataclass(frozen=True, eq=False)
class Ltas:
    """Long-term average spectra in dB per third-octave band, level-matched by the caller; arrays (bands,).

    `target_spread_db` is the half width of the band drawn around the target.
    """

    third_octave_hz: Series
    before_db: Series
    after_db: Series
    target_db: Series | None = None
    target_spread_db: Series | None = None
    target_label: str = "Target"


@dataclass(frozen=True, eq=False)
class Loudness:
    """Short-term loudness, arrays (n, 2) of [window end in s, LUFS], with the integrated figures in LUFS."""

    before_series: Series
    after_series: Series
    before_lufs: float | None = None
    after_lufs: float | None = None
    target_lufs: float | None = None


@dataclass(frozen=True, eq=False)
class GainReduction:
    """What compressor and limiter took off, in dB (0 or less), arrays (n,) over `seconds`."""

    seconds: Series
    compressor_db: Series
    limiter_db: Series


@dataclass(frozen=True)
class Delivery:
    """The stage after the balance: loudness asked for, ceiling, gain given, and what was reached."""

    target_lufs: float | None
    ceiling_dbtp: float | None
    gain_db: float | None
    reached_lufs: float | None
    true_peak_dbtp: float | None = None
    sentence: str = ""


@dataclass(frozen=True)
class Criterion:
    """One success criterion: the figure, the bound in words, and whether it holds (None: not applicable)."""

    name: str
    value: float | None
    unit: str
    bound: str
    passed: bool | None
    sentence: str = ""


@dataclass(frozen=True)
class Clip:
    """An excerpt as an encoded sound file; `gain_db` (0 or less) level-matches it against the other clips.

    Raises ParameterError if the gain would amplify or the type is not an audio type.
    """

    label: str
    mime: str
    data: bytes
    gain_db: float = 0.0

    def __post_init__(self) -> None:
        if not self.gain_db <= 0.0:
            raise ParameterError(f"gain_db={self.gain_db} must be in [-inf, 0] dB")
        if not _AUDIO_MIME.fullmatch(self.mime):
            raise ParameterError(f"mime={self.mime!r} must be an audio type such as audio/wav")


@dataclass(frozen=True, eq=False)
class StemRow:
    """A stem on the console: its name, what it is and how sure that is, its fader, and a sentence for each value that
    moved, or one for what nothing was done to."""

    name: str
    role: str
    gain_db: float
    muted: bool
    reasons: Sequence[str]


@dataclass(frozen=True)
class ReportData:
    """All of one report, in reading order.

    `genre` maps names to probabilities, or is None when nobody listened; without `genre_sure` none was believed;
    `genre_sentence` says it in words; `genre_passages` has them over time. `clips_lufs` is the loudness to which the
    clips were matched. A `verdict` judges a finished file: its checks
    come before its measurements, which have one column (`after`), and no genre was listened for.
    """

    title: str
    subtitle: str = ""
    genre: Mapping[str, float] | None = None
    genre_sentence: str = ""
    genre_sure: bool = True
    genre_passages: GenrePassages | None = None
    summary: Sequence[str] = ()
    warnings: Sequence[str] = ()
    clips: Sequence[Clip] = ()
    clips_lufs: float | None = None
    stems: Sequence[StemRow] = ()
    stems_sentence: str = ""
    parameters: Sequence[ParameterRow] = ()
    ltas: Ltas | None = None
    loudness: Loudness | None = None
    gain_reduction: GainReduction | None = None
    measurements: Sequence[Measurement] = ()
    delivery: Delivery | None = None
    criteria: Sequence[Criterion] = ()
    preset_json: str = ""
    verdict: bool = False
    version: str = ""
    software: Mapping[str, str] = field(default_factory=dict)
