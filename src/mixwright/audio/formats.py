"""The table of sound files that can be written: endings, bit depths, sample rates, tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mixwright.errors import ParameterError

TAGS = ("title", "artist", "album", "date", "genre", "comment", "tracknumber", "license", "copyright")
DEFAULT_BIT_DEPTH = 24
# A tag is a line or two. Some inputs carry a whole score in one; no header has room for that.
LONGEST_TAG = 2000

_MPEG_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
_OPUS_RATES = (8000, 12000, 16000, 24000, 48000)


@dataclass(frozen=True)
class OutputFormat:
    """One way to store samples: libsndfile's names, the depths and rates in Hz it has, the tags it keeps."""

    name: str
    subtypes: Mapping[int, str]  # bit depth -> libsndfile subtype; empty for lossy formats
    lossy_subtype: str = ""
    compression_level: float | None = None  # libsndfile's scale: 0 is the best sound for lossy formats
    bitrate_mode: str | None = None
    rates: tuple[int, ...] = ()  # () is any
    tags: frozenset[str] = frozenset(TAGS)

    def subtype(self, bit_depth: int | None, ending: str) -> tuple[str, int | None]:
        """libsndfile's subtype and the bit depth in force for the depth asked for (None is the default)."""
        if not self.subtypes:
            if bit_depth is not None:
                raise ParameterError(f"bit_depth={bit_depth} must not be given for {ending}, which has none")
            return self.lossy_subtype, None
        depth = DEFAULT_BIT_DEPTH if bit_depth is None else bit_depth
        if depth not in self.subtypes:
            raise ParameterError(f"bit_depth={depth} must be one of {list(self.subtypes)} for {ending}")
        return self.subtypes[depth], depth

    def nearest_rate(self, sample_rate: int) -> int:
        """The file's rate in Hz: the lowest that loses nothing, else the highest there is."""
        if not self.rates or sample_rate in self.rates:
            return sample_rate
        return min((rate for rate in self.rates if rate > sample_rate), default=self.rates[-1])


_WAV_TAGS = frozenset(TAGS) - {"license"}
_PCM = {16: "PCM_16", 24: "PCM_24"}
_AIFF = OutputFormat("AIFF", {**_PCM, 32: "FLOAT"}, tags=frozenset({"title", "artist", "comment"}))

OUTPUT_FORMATS: Mapping[str, OutputFormat] = {
    ".wav": OutputFormat("WAV", {**_PCM, 32: "FLOAT"}, tags=_WAV_TAGS),
    # Level 4 of 8: as small as level 5 and 10 % faster.
    ".flac": OutputFormat("FLAC", _PCM, compression_level=0.5),
    # Vorbis quality 8, about 256 kbit/s for stereo.
    ".ogg": OutputFormat("OGG", {}, "VORBIS", 0.2),
    # Opus, about 260 kbit/s for stereo.
    ".opus": OutputFormat("OGG", {}, "OPUS", 0.5, rates=_OPUS_RATES),
    # LAME V0, about 245 kbit/s for stereo.
    ".mp3": OutputFormat("MP3", {}, "MPEG_LAYER_III", 0.0, "VARIABLE", _MPEG_RATES, tags=_WAV_TAGS - {"copyright"}),
    ".aiff": _AIFF,
    ".aif": _AIFF,
}


def storable_tags(tags: Mapping[str, str] | None, held: frozenset[str]) -> dict[str, str]:
    """`tags` as a format that holds only `held` can store them.

    A licence that has no field of its own goes to the copyright line, and a copyright line without one to the
    comment: what must be said when music is passed on is not lost with the file format. Empty tags are
    dropped; control characters become spaces.

    Raises
    ------
    ParameterError : a tag that is not one of `TAGS`
    """
    clean: dict[str, str] = {}
    for name, value in (tags or {}).items():
        key = "license" if name == "licence" else name
        if key not in TAGS:
            raise ParameterError(f"tag {name!r} must be one of {', '.join(TAGS)}")
        text = "".join(c if c.isprintable() else " " for c in value[:LONGEST_TAG]).strip()
        if text:
            clean[key] = text.encode("utf-8", "replace").decode()
    for key, heir in (("license", "copyright"), ("copyright", "comment")):
        if key in clean and key not in held:
            text = clean.pop(key)
            clean[heir] = f"{clean[heir]}; {text}" if heir in clean else text
    return {key: value for key, value in clean.items() if key in held}
