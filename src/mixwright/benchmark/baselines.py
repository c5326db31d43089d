"""The mixers that need no other program: nothing, the mean preset, our rules, and the oracle that knows the answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from ..analysis import analyze_audio
from ..chain import balance
from ..mix import mix
from ..mix.choosing import programme_lufs, tempo_bpm
from ..mix.deciding import check_model
from ..model import settle
from ..parameters import GENRES, Parameters, Preset, Voicing, blend_voicing
from .oracle import solve
from .request import TASKS, Answer, Mixer, Request

__all__ = ["ABLATIONS", "OWN", "own_mixer"]


def _nothing(request: Request) -> Answer:
    return Answer(request.audio)


def _mixed(request: Request, **how: Any) -> Answer:
    """The balance stage of `mixwright mix`, without delivery: what is compared is equally loud anyway."""
    references = [] if request.reference is None else [request.reference_file]
    genre = request.genre or "auto"
    how = {"model": "shipped", **how}
    made = mix(request.audio, request.sample_rate, genre=genre, references=references, loudness="keep", **how)
    return _rendered(request, made.preset)


def own_mixer(name: str, model: str) -> Mixer:
    """Mixwright with a network: a version of the registry, or a file.

    Errors
    ------
    ModelError
        There is no such network.
    """
    check_model(model)
    return Mixer(name, TASKS, lambda request: _mixed(request, model=model))


def _mixwright(request: Request) -> Answer:
    return _mixed(request)


def _unrefined(request: Request) -> Answer:
    """The network's own answer, for the ablation."""
    return _mixed(request, refine=False)


def _rules(request: Request) -> Answer:
    """The mixer without learning."""
    return _mixed(request, model="rules")


def _mean_preset(request: Request) -> Answer:
    """One preset for every song (of the genre): the mean of the oracle's answers on damaged training music."""
    shipped = _shipped_means()
    shares = request.genre or {"all": 1.0}
    rows = {genre: shipped[genre] for genre in shares}
    values = {name: sum(shares[g] * row[name] for g, row in rows.items()) for name in next(iter(rows.values()))}
    return _settled(request, values, _voicing(request))


def _oracle(request: Request) -> Answer:
    """The ten parameters fitted to the undamaged song: about what the chain can reach, whoever decides,
    with the genre's corner frequencies or those of all genres together, whichever fit better."""
    assert request.undamaged is not None
    heard = analyze_audio(request.audio, request.sample_rate)
    voicings = [_voicing(request), blend_voicing(dict.fromkeys(GENRES, 1.0))]
    solved = [(*solve(heard, request.undamaged, voicing), voicing) for voicing in voicings]
    values, _, voicing = min(solved, key=lambda answer: answer[1])
    return _settled(request, values, voicing)


def _settled(request: Request, values: Mapping[str, float], voicing: Voicing) -> Answer:
    heard = analyze_audio(request.audio, request.sample_rate)
    settled = settle(heard, values, voicing, {})
    preset = Preset(
        parameters=Parameters(settled.values),
        voicing=voicing,
        programme_lufs=programme_lufs(heard),
        tempo_bpm=tempo_bpm(heard),
        makeup_trim_db=settled.makeup_trim_db,
    )
    return _rendered(request, preset)


def _rendered(request: Request, preset: Preset) -> Answer:
    facts = {"parameters": dict(preset.parameters), "at_bounds": len(preset.at_bounds())}
    return Answer(balance(request.audio, request.sample_rate, preset), facts)


def _voicing(request: Request) -> Voicing:
    return blend_voicing(request.genre or dict.fromkeys(GENRES, 1.0))


@cache
def _shipped_means() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("mean_preset.json").read_text(encoding="utf-8")
    means: dict[str, Any] = json.loads(text)["presets"]
    return means


OWN = (
    Mixer("nothing", ("blind",), _nothing),
    Mixer("mean preset", ("blind", "genre"), _mean_preset),
    Mixer("rules", TASKS, _rules),
    Mixer("mixwright", TASKS, _mixwright),
    Mixer("oracle", ("genre",), _oracle, knows_answer=True),
)
# Measured only by name.
ABLATIONS = (Mixer("mixwright, no refinement", TASKS, _unrefined),)
