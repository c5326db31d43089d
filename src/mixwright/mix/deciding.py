"""One decision for a song: still, moving with it, or on the way from one style to another."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from ..analysis import Analysis
from ..errors import ParameterError
from ..home import MODELS, home_folder
from ..model import (
    Amounts,
    Decision,
    Hearing,
    Leaning,
    Network,
    Target,
    decide,
    decide_learned,
    follow_passages,
    lean_on,
    load_network,
    morph,
)
from ..model.registry import Registry
from ..parameters import GENRES, blend_voicing, parse_morph
from .choosing import genre_target

__all__ = ["CHAMPION", "RULES", "check_model", "check_way", "decide_song", "still_note"]

Way = tuple[str, str]
# Names of models: the champion's network, and none. Any other is a version of the registry, or a file.
CHAMPION, RULES = "network", "rules"
NAMES = {CHAMPION: "champion", "champion": "champion", "challenger": "challenger", "shipped": "shipped"}


def check_way(
    way: str | Way | None, *, dynamic: bool = False, genre: bool = False, references: bool = False, preset: bool = False
) -> Way | None:
    """The genres at the start and at the end of a song, if a way between two was asked for.

    The flags say what else was asked for.

    Errors
    ------
    ParameterError
        What `parse_morph` refuses, or two wishes that contradict each other.
    """
    if preset and dynamic:
        raise ParameterError("dynamic decides anew and cannot go with a preset; render plays the movement of a preset")
    if way is None:
        return None
    for given, what in (
        (preset, "a preset, which holds its decisions already"),
        (references, "references: it leads from genre to genre"),
        (genre, "a genre: it names both itself"),
        (dynamic, "dynamic: it is a movement already"),
    ):
        if given:
            raise ParameterError(f"morph={way if isinstance(way, str) else ':'.join(way)} cannot go with {what}")
    return parse_morph(way if isinstance(way, str) else ":".join(way))


def check_model(model: str | Path, *, preset: bool = False) -> Network | None:
    """The network by its name (network, shipped, challenger, a version of the registry) or file; None for the rules, or
    where a preset decides.

    Errors
    ------
    ModelError
        No network that can be used.
    """
    if model == RULES or preset:
        return None
    if isinstance(model, Path) or (model not in NAMES and Path(model).is_file()):
        return load_network(model)
    registry = Registry(home_folder() / MODELS)
    if model in NAMES or registry.has(model):
        return load_network(registry.network(NAMES.get(model, model)))
    return load_network(model)


def decide_song(
    before: Analysis,
    weights: Mapping[str, float] | None,
    target: Target,
    *,
    hearing: Hearing | None = None,
    amounts: Amounts | None = None,
    fixed: Mapping[str, float] | None = None,
    dynamic: bool = False,
    way: Way | None = None,
    references: Collection[str] = (),
    refine: bool = True,
    taste: Leaning | None = None,
) -> Decision:
    """The ten values for a song, with a trajectory only where movement was asked for.

    Parameters
    ----------
    weights
        The genre that the user gave; None for what is heard.
    hearing
        The network's ear on the song; the rules decide without.
    references
        The aspects that a reference leads.
    refine
        Whether the network's answer is led the last step.
    taste
        What the decision leans to, after all else.
    """
    led = weights or (hearing.weights if hearing else None)
    voicing = blend_voicing(led or dict.fromkeys(GENRES, 1.0))

    def toward(aim: Target, genre: Mapping[str, float] | None) -> Decision:
        if hearing is None:
            decision = decide(before, aim, voicing, amounts=amounts, fixed=fixed, genre=genre)
        else:
            decision = decide_learned(
                before, aim, voicing, hearing, amounts=amounts, fixed=fixed, genre=genre,
                references=references, refinement=refine,
            )  # fmt: skip
        if taste is None:
            return decision
        return lean_on(decision, taste.of(genre or led), before, fixed=fixed, amounts=amounts)

    if way is None:
        decision = toward(target, weights)
        if dynamic and hearing is not None:
            return follow_passages(decision, hearing, before, amounts=amounts, fixed=fixed, genre=weights)
        return decision if dynamic else replace(decision, trajectory=())
    aims = [genre_target({genre: 1.0}) for genre in way]
    first, second = (toward(aim, {genre: 1.0}) for aim, genre in zip(aims, way, strict=True))
    return morph(first, second, voicing, before.duration_s, (aims[0].name, aims[1].name))


def still_note(decision: Decision, *, dynamic: bool, way: Way | None) -> str:
    """Why nothing moves although it was asked for; empty where something does, or nothing was to."""
    if decision.trajectory or not (dynamic or way):
        return ""
    if way:
        return "Nothing moves during the song: both genres ask for the same."
    if decision.model == "rules":
        return "Nothing moves during the song: the rules decide once for the whole of it."
    return "Nothing moves during the song: the decisions for its passages are the same."
