"""`python -m bench.twin`: the twin's distance from the native chain, its gradients against differences, the closed-form
path against renders, and what they cost, on the bundled songs; into docs/twin.md.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np
import torch
from numpy.typing import NDArray

from bench.bundled import ENDS, Song, drawn, minus, songs, vector
from bench.document import DOCS, write_section
from bench.foretold import foretold
from bench.measure import interleaved, machine, versions
from mixwright.analysis import analyze_audio
from mixwright.chain import balance
from mixwright.parameters import GENRES, PARAMETERS, Parameters, Preset, blend_voicing
from mixwright.training.losses import LossScale, balanced_mixing_loss
from mixwright.training.parametric import Features, predict
from mixwright.training.twin import Conditions, render

PAGE = DOCS / "twin.md"
Audio = NDArray[np.float32]


def level_db(audio: NDArray[np.floating]) -> float:
    """RMS."""
    return 10 * float(np.log10(np.mean(np.square(audio, dtype=np.float64)) + 1e-30))


def deviation_db(audio: Audio, rate: int, preset: Preset, dtype: torch.dtype) -> float:
    """RMS of twin minus native over that of native."""
    native = balance(audio, rate, preset)
    with torch.inference_mode():
        twin = render(torch.from_numpy(audio).to(dtype)[None], rate, vector(preset), Conditions.of([preset]))
    return level_db(twin[0].double().numpy() - native) - level_db(native)


def deviations(music: list[Song], seconds: float = 10.0) -> Iterator[str]:
    """Table of each parameter and each genre."""
    types = (torch.float64, torch.float32)
    yield "| what is moved | worst song, float64, dB | worst song, float32, dB |\n|---|---|---|"

    def row(name: str, cases: list[tuple[Song, Preset]]) -> str:
        worst = [max(deviation_db(s.excerpt(seconds), s.rate, preset, t) for s, preset in cases) for t in types]
        return minus(f"| {name} | {worst[0]:.0f} | {worst[1]:.0f} |")

    for name, parameters in ENDS:
        yield row(name, [(s, replace(s.preset, parameters=parameters)) for s in music])
    rng = np.random.default_rng(1)
    for genre in GENRES:
        voicing = blend_voicing({genre: 1.0})
        cases = [(s, replace(s.preset, parameters=drawn(rng), voicing=voicing)) for s in music]
        yield row(f"all ten at random, {genre.replace('_', '-')}", cases)
    yield ""
    first = music[0]
    pause = np.concatenate([first.excerpt(2.0), np.zeros((2, 8 * first.rate), np.float32), first.excerpt(2.0)], axis=1)
    reverb = replace(first.preset, parameters=Parameters(reverb=0.3))
    quiet = deviation_db(pause, first.rate, reverb, torch.float64)
    yield minus(f"With 8 s of digital silence between two parts of a song, reverb 0.3: {quiet:.0f} dB.")


def gradients(music: list[Song], seconds: float = 2.0) -> Iterator[str]:
    """Table of each parameter's largest error, in % of the slope, against two kinds of differences."""
    errors = np.zeros((len(PARAMETERS), 2))
    smallest = np.full(len(PARAMETERS), np.inf)
    rng = np.random.default_rng(2)
    for song in music:
        base = replace(song.preset, parameters=drawn(rng))
        slopes, own, native = slopes_of(song.excerpt(seconds), song.rate, base, drawn(rng))
        felt = np.ones(len(slopes), bool)
        if song.analysis.channels == 1:
            felt[[p.name for p in PARAMETERS].index("stereo_width")] = False
        scale = np.where(felt, np.abs(slopes), np.inf)
        errors = np.maximum(errors, 100 * np.abs(np.stack([own, native], axis=1) - slopes[:, None]) / scale[:, None])
        smallest = np.where(felt, np.minimum(smallest, np.abs(slopes)), smallest)
    yield "| parameter | error, %, to differences of the twin | to those of the native chain | smallest slope, dB |"
    yield "|---|---|---|---|"
    for info, row, least in zip(PARAMETERS, errors, smallest, strict=True):
        yield minus(f"| `{info.name}` | {row[0]:.1g} | {row[1]:.2g} | {least:.1g} |")


def slopes_of(
    audio: Audio, rate: int, base: Preset, wanted: Parameters
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Of the squared distance, in dB, to another mix, for each parameter in units of its range: gradient, differences
    of the twin, differences of the native chain."""
    target = balance(audio, rate, replace(base, parameters=wanted)).astype(np.float64)
    signal, conditions = torch.from_numpy(audio).double()[None], Conditions.of([base])
    span = np.array([p.high - p.low for p in PARAMETERS])

    def twin(values: torch.Tensor, grid: bool) -> torch.Tensor:
        out = render(signal, rate, values, conditions, grid=grid)
        return 10 * torch.log10((out - torch.from_numpy(target)).square().mean())

    def native(parameters: Parameters) -> float:
        return level_db(balance(audio, rate, replace(base, parameters=parameters)) - target)

    at = vector(base).requires_grad_()
    (gradient,) = torch.autograd.grad(twin(at, True), at)
    own, other = [], []
    for index, info in enumerate(PARAMETERS):
        step = torch.zeros(1, len(PARAMETERS), dtype=torch.float64)
        step[0, index] = 1e-5 * span[index]
        with torch.no_grad():
            ends = [float(twin(at.detach() + sign * step, False)) for sign in (1, -1)]
        own.append((ends[0] - ends[1]) / 2e-5)
        value = base.parameters[info.name]
        low, high = max(info.low, value - 0.004 * span[index]), min(info.high, value + 0.004 * span[index])
        pair = [base.parameters.replace(**{info.name: end}) for end in (low, high)]
        moved = (pair[1][info.name] - pair[0][info.name]) / span[index]
        other.append((native(pair[1]) - native(pair[0])) / moved)
    return gradient[0].numpy() * span, np.array(own), np.array(other)


def costs(music: list[Song], repetitions: int = 5) -> Iterator[str]:
    """Table of CPU seconds for 10 s of stereo at 44.1 kHz."""
    song = next(s for s in music if s.rate == 44_100 and s.analysis.channels == 2)
    audio = song.excerpt(10.0)
    preset = replace(song.preset, parameters=drawn(np.random.default_rng(4)))
    conditions, scale = Conditions.of([preset]), LossScale(1.0, 1.0, 1.0, 1.0)
    features = Features.of([analyze_audio(audio, song.rate)])
    works = {"native chain": lambda: balance(audio, song.rate, preset)}

    def add(name: str, dtype: torch.dtype) -> None:
        signal, values = torch.from_numpy(audio).to(dtype)[None], vector(preset).requires_grad_()
        predicted = (0.9 * signal).requires_grad_()

        def twin() -> None:
            render(signal, song.rate, values, conditions).square().mean().backward()

        def loss() -> None:
            balanced_mixing_loss(predicted, signal, sample_rate=song.rate, scale=scale).total.backward()

        works[f"twin, both ways, {name}"] = twin
        works[f"loss, both ways, {name}"] = loss

    add("float32", torch.float32)
    add("float64", torch.float64)
    at = vector(preset).requires_grad_()
    works["closed form, both ways"] = lambda: predict(features, at, conditions).ltas_db.sum().backward()
    yield "| what | CPU s, median (range) | × real time |\n|---|---|---|"
    for name, times in interleaved(works, repetitions).items():
        low, middle, high = np.percentile(times, (0, 50, 100))
        yield f"| {name} | {middle:.3f} ({low:.3f}–{high:.3f}) | {10 / middle:.0f} |"


def main() -> int:
    torch.set_num_threads(1)
    music = songs()
    made = (
        f"`python -m bench.twin`, {date.today()}, {machine()}, one thread. {versions(('mixwright', 'torch', 'numpy'))}."
    )
    tables = {"deviation": deviations, "gradients": gradients, "closed form": foretold, "cost": costs}
    for name, table in tables.items():
        lines = []
        for line in table(music):
            print(line, flush=True)
            lines.append(line)
        write_section(PAGE, name, "\n".join([*lines, "", f"{len(music)} bundled songs. {made}"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
