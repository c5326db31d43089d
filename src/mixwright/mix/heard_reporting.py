"""What was heard, as the report shows it: the genre in a sentence and over time, and the maps of the attention."""

from __future__ import annotations

import numpy as np

from ..model.hearing import GROUP_EDGES_HZ
from ..model.learned_reasons import genre_list, listened_words
from ..parameters import GENRES
from .report.data import GenrePassages, ListenedMap
from .result import Mix

__all__ = ["genre_passages", "genre_sentence", "listened_map"]


def genre_sentence(mix: Mix) -> str:
    """Where the genre came from, and what it led to."""
    if mix.way is not None:
        first, second = (name.replace("_", "-") for name in mix.way)
        return f"From {first} to {second} over the song, as you asked."
    heard = mix.heard
    if heard is not None and mix.genre == heard.probabilities:
        aim = "released music of all genres" if mix.target is None else mix.target.name
        aim = "released music of all genres" if aim == "released music" else aim
        if heard.sure:
            return f"Heard in the music; each genre counts by its share, and the mix was led toward {aim}."
        return (
            "No genre is likely enough to be believed, so all six count alike and the mix was led toward "
            f"{aim}. Name the genre if you know it."
        )
    if mix.genre is not None and mix.target is not None:
        sounds = "" if heard is None else f" It sounds like {genre_list(heard.probabilities)} to the network."
        return f"The genre was given by you.{sounds}"
    if mix.genre is not None:
        return "The genre stands in the preset."
    if mix.target is not None and mix.target.name != "released music":
        return f"No genre was given; the mix was led toward {mix.target.name}."
    return "No genre was given, so the mix was led toward released music of all genres."


def genre_passages(mix: Mix) -> GenrePassages | None:
    """The genres over the song, where its passages were heard."""
    if mix.heard is None or not mix.heard.passages:
        return None
    passages = mix.heard.passages
    return GenrePassages(
        np.array([(p.start_s + p.end_s) / 2 for p in passages]),
        {genre: np.array([p.probabilities[genre] for p in passages]) for genre in GENRES},
        mix.before.duration_s,
    )


def listened_map(mix: Mix, name: str) -> ListenedMap | None:
    """Where the network listened for a parameter that it decided; None where no place stands out."""
    heard = mix.heard
    if heard is None or mix.preset.origin(name) not in ("predicted", "refined") or name not in heard.maps:
        return None
    if mix.way is None and name not in heard.proposed:  # settled, not decided
        return None
    where = listened_words(heard.listened[name])
    if not where:  # everything alike: a map of one shade would say nothing
        return None
    return ListenedMap(
        heard.maps[name],
        heard.columns_s,
        heard.column_s,
        mix.before.duration_s,
        GROUP_EDGES_HZ[0],
        GROUP_EDGES_HZ[-1],
        f"It listened most {where}.",
    )
