"""The sentence: hear a mix, decide ten parameters, render them, explain why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from numpy.typing import ArrayLike

from ..model import Amounts, Hearing, Leaning, load_leaning
from ..parameters import Parameters, Preset, load_preset, parse_genre
from ..parameters.voicing import check_weights
from .choosing import choose_delivery, choose_target, fit_preset, new_preset
from .deciding import CHAMPION, check_model, check_way, decide_song, still_note
from .finishing import finish
from .heard import what_was_heard
from .job import open_job
from .loudness_target import LoudnessGoal
from .passes import Progress
from .promises import keep_crest
from .references import Reference, hear_references, leads, led_aspects, space_note
from .result import Mix
from .source import Source

__all__ = ["mix", "render"]

Genre = str | Mapping[str, float]
LEFT_OUT = "The preset's movement follows its own song and is left out here; `mixwright render` plays it as it is."
NOT_LED = "The references lead the loudness at most: the decisions are the preset's."


def mix(
    source: str | Path | ArrayLike | Source,
    sample_rate: int | None = None,
    *,
    output: str | Path | None = None,
    genre: Genre = "auto",
    model: str | Path = CHAMPION,
    refine: bool = True,
    references: Sequence[str | Path | Reference] = (),
    dynamic: bool = False,
    morph: str | tuple[str, str] | None = None,
    amounts: Amounts | None = None,
    settings: Mapping[str, float] | None = None,
    loudness: str | float | None = None,
    true_peak_dbtp: float | None = None,
    preset: Preset | str | Path | None = None,
    taste: Leaning | str | Path | None = None,
    bit_depth: int | None = None,
    excerpts: bool = False,
    progress: Progress | None = None,
) -> Mix:
    """Mix a song.

    Parameters
    ----------
    source
        A sound file, or an array (channels, samples) of float with full scale 1, mono or stereo.
    sample_rate
        Of an array, in Hz.
    output
        Where the mix is written (.wav, .flac, .ogg, .mp3, .aiff); without it, `Mix.audio` holds the music.
    genre
        "auto", a genre's name, "rock:0.7,pop:0.3", or weights by name.
    model
        "network" (the champion: the one that comes with the package, until another is promoted), "shipped" (that one
        itself), "rules" (no learning), a version of the registry, or a network's file.
    refine
        Lead the network's answer the last step to what is measured; False for comparison.
    references
        Sound files whose tone, dynamics and width are the target instead of the genre's; as `Reference`, with a weight
        for each aspect.
    dynamic
        Let the parameters follow the song, where the mixer decides for its passages.
    morph
        "rock:electronic", or the two names: from one genre at the start of the song to another at its end.
    amounts
        How much of each aspect's decision is taken.
    settings
        Parameters by name that are set by hand; the others are decided around them.
    loudness
        "auto" (the genre's convention, lower where it would cost the peaks more than 6 dB), "streaming" (-14 LUFS),
        "broadcast" (-23 LUFS), "keep", "reference" (theirs), or a figure in LUFS. Default: "auto", the preset's, or the
        references' where their weights name it.
    true_peak_dbtp
        The ceiling; default -1, or the preset's.
    preset
        Take the parameters and the voicing from here instead of deciding; the level is settled for this song.
    taste
        A taste, or its file, that the decisions lean to; none without. A preset is taken as it is.
    bit_depth
        16, 24 or 32 (float) where the format has a choice; default 24.
    excerpts
        Keep the loudest passage before and after, for a report.

    Returns
    -------
    The finished mix. The balance stage's RMS is within 0.8 to 1.2 of the input's; the true peak is under the
    ceiling.

    Errors
    ------
    MixwrightError
        A file cannot be read or written, the audio cannot be mixed (silent, too short, not finite), or an argument
        is outside its rule. Nothing is written then.
    """
    weights = parse_genre(genre) if isinstance(genre, str) else check_weights(genre)
    way = check_way(
        morph, dynamic=dynamic, genre=weights is not None, references=bool(references), preset=preset is not None
    )
    if way is not None:
        weights = dict.fromkeys(way, 0.5)
    fixed = {name: Parameters(settings)[name] for name in settings} if settings else {}
    given = load_preset(preset) if isinstance(preset, str | Path) else preset
    network = check_model(model, preset=given is not None)
    leaning = load_leaning(taste) if isinstance(taste, str | Path) else taste
    heard = hear_references(references)
    delivery, goal = choose_delivery(loudness, true_peak_dbtp, given, weights, heard)
    with open_job(source, sample_rate, output, bit_depth, excerpts, progress, model_input=network is not None) as job:
        if given is not None:
            fitted = fit_preset(given, job.before, fixed, delivery)
            notes = [LEFT_OUT if given.trajectory else "", NOT_LED if heard else ""]
            revise = keep_crest(job.before, fixed, tone=False)
            return finish(job, fitted, goal, genre=given.genre or None, revise=revise, notes=notes)
        hearing = Hearing(network, job.before) if network is not None else None
        led = weights
        if hearing is not None and weights is None:
            led = hearing.weights
            delivery, goal = choose_delivery(loudness, true_peak_dbtp, None, led, heard)
        target = choose_target(led, heard)
        decision = decide_song(
            job.before,
            weights,
            target,
            hearing=hearing,
            amounts=amounts,
            fixed=fixed,
            dynamic=dynamic,
            way=way,
            references=led_aspects(heard),
            refine=refine,
            taste=leaning,
        )
        return finish(
            job,
            new_preset(decision, job.before, delivery),
            goal,
            genre=weights or (hearing.probabilities if hearing else None),
            way=way,
            revise=keep_crest(job.before, fixed, level=(amounts or Amounts()).level),
            reasons=decision.reasons,
            target=target,
            reference=leads(heard, "tone"),
            heard=what_was_heard(hearing, decision, passages=excerpts) if hearing else None,
            tasted=decision.tasted,
            notes=[space_note(heard), still_note(decision, dynamic=dynamic, way=way)],
        )


def render(
    source: str | Path | ArrayLike | Source,
    preset: Preset | str | Path,
    sample_rate: int | None = None,
    *,
    output: str | Path | None = None,
    bit_depth: int | None = None,
    excerpts: bool = False,
    progress: Progress | None = None,
) -> Mix:
    """Render a preset as it is, movement included: on the same song it gives the same mix, sample for sample.

    Parameters and errors as in `mix`; the loudness and the ceiling are the preset's.
    """
    given = load_preset(preset) if isinstance(preset, str | Path) else preset
    goal = LoudnessGoal(given.delivery.loudness_lufs)
    with open_job(source, sample_rate, output, bit_depth, excerpts, progress, model_input=False) as job:
        return finish(job, given, goal, genre=given.genre or None)
