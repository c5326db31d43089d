"""What is wrong with stems, alone and beside each other: told in a sentence each, and not changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..analysis.excerpts import Excerpts, shared_excerpts
from ..analysis.stem import StemAnalysis
from ..analysis.twins import Twins, find_mixes, find_twins
from ..model.console import StemHeard

__all__ = ["stem_notes"]

# rms(S) / rms(M) from which little is left of a stem in mono: its sides would be 6 dB over its middle.
OPPOSITE_WIDTH = 2.0


def stem_notes(stems: Sequence[StemHeard], excerpts: Sequence[Excerpts], muted: Collection[str] = ()) -> list[str]:
    """Sentences that begin with the stem's name: faults of single stems, twins, and stems that are a mix already.

    Nothing is said of muted stems.
    """
    pairs = [(stem, cut) for stem, cut in zip(stems, excerpts, strict=True) if stem.name not in muted]
    heard = [stem for stem, _ in pairs]
    notes = [f"{stem.name}: {text}" for stem in heard for text in _faults(stem.analysis)]
    shared = shared_excerpts([cut for _, cut in pairs])
    twins = find_twins(shared)
    notes += [_twin(pair, heard) for pair in twins]
    for index in find_mixes(shared, ignoring=twins):
        notes.append(
            f"{heard[index].name}: is a sum of other stems, as a mix or a bus among its tracks: they are heard twice; "
            "leave it out or mute it."
        )
    return notes


def _twin(pair: Twins, heard: Sequence[StemHeard]) -> str:
    first, second = heard[pair.first].name, heard[pair.second].name
    if pair.doubled:
        return f"{second}: is the same as {first}, which is heard twice; mute one of them if that is not meant."
    late = second if pair.late_s > 0 else first
    told = f"{second}: holds the same sound as {first}"
    if pair.opposite:
        told += " with opposite polarity"
    if pair.late:
        told += f", and {late} is {1000 * abs(pair.late_s):.1f} ms late"
    cures = [f"polarity=-1 on {second}"] if pair.opposite else []
    if pair.late:
        early = first if late == second else second
        cures.append(f"delay_ms={1000 * abs(pair.late_s):.1f} on {early}")
    if not cures:
        return told + "; pan them apart or lower one of them if it is too much."
    return f"{told}; their sum loses sound, listen to it with {' and '.join(cures)}."


def _faults(stem: StemAnalysis) -> list[str]:
    if stem.silent:
        return ["is silent."]
    found = []
    if stem.clipped_samples:
        found.append(f"{stem.clipped_samples} samples are clipped; a take that is not would sound better.")
    if stem.dc_offset > 0.005:
        found.append(f"has a DC offset of {100 * stem.dc_offset:.1f} % of full scale; a high-pass takes it away.")
    if stem.nonfinite_samples:
        found.append(f"{stem.nonfinite_samples} samples are no numbers, and are heard as silence.")
    if stem.stereo_width > OPPOSITE_WIDTH:
        found.append("its left and right sides are of opposite polarity; little of it is left in mono.")
    return found
