"""What a name says: the artist and title in a file's name, the genre a folder means, the people behind an artist."""

from __future__ import annotations

import re

from ...parameters import GENRES

__all__ = ["artist_names", "canonical_genre", "name_parts"]

# "01 - Title", "3. Title": the number is the track's. "50 Cent - ..." and "311 - ..." are names.
_TRACK_NUMBER = re.compile(r"^\d{1,2}(?:\s*[-.]\s+|\.(?=\D))")
_TOGETHER = re.compile(r"\s+/\s+|\s*;\s*|\s+(?:feat|ft|featuring|vs|with)\b\.?\s+", re.IGNORECASE)
_ALIAS = re.compile(r"\s*\(([^()]*)\)\s*$")
_NOBODY = frozenset({"", "various", "various artists", "va", "unknown", "unknown artist", "unnamed", "anonymous"})
_OTHER_SPELLINGS = {"hiphop": "hip_hop"}


def name_parts(stem: str) -> tuple[str | None, str]:
    """Artist (None where the name has none) and title of a file's name without its ending.

    `Artist - Title` and `Artist__Title`; a track number in front is left out.
    """
    text = _TRACK_NUMBER.sub("", stem) or stem
    artist, _, title = text.replace(" - ", "__", 1).rpartition("__")
    return artist or None, title or text


def canonical_genre(text: str) -> str:
    """`Hip-Hop` as `hip_hop`; a name that is none of the genres comes back as it was."""
    plain = re.sub(r"[\s_-]+", "_", text.strip().casefold())
    plain = _OTHER_SPELLINGS.get(plain, plain)
    return plain if plain in GENRES else text


def artist_names(artist: str | None) -> frozenset[str]:
    """The names that an artist goes by, for comparing: `A / B (C) feat. D` is each of a, b, c, d.

    Empty for an artist who is not known (`Various Artists`). One name in common is taken for the same artist: with
    songs by one of them on both sides, a test would flatter.
    """
    found: set[str] = set()
    for part in _TOGETHER.split(artist or ""):
        alias = _ALIAS.search(part)
        for name in (part, _ALIAS.sub("", part), alias[1] if alias else ""):
            found.add(" ".join(name.casefold().split()))
    return frozenset(found - _NOBODY)
