"""How exactly extraction finds what was done to real music: by our chain, other EQs, other compressors and limiters.

`python -m bench.extraction FOLDER [--mixes 26] [--seeds 2]` takes the test split of FOLDER/mixes.csv and writes the
tables into docs/extraction.md.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench import others
from mixwright.analysis import analyze_audio
from mixwright.audio import read_audio
from mixwright.chain import balance
from mixwright.metrics.pairs import prepare
from mixwright.metrics.sets import median_interval
from mixwright.mix.choosing import programme_lufs, tempo_bpm
from mixwright.mix.extraction import extract
from mixwright.mix.extraction.ceiling import find_ceiling
from mixwright.mix.extraction.compression import Compression, fit_compression
from mixwright.mix.extraction.gainride import measure_gain
from mixwright.parameters import PARAMETERS, Parameters, Preset, Voicing, blend_voicing
from mixwright.parameters.table import GENRES, from_position

PAGE = Path(__file__).parents[1] / "docs" / "extraction.md"
BEGIN, END = "<!-- figures: written by bench.extraction -->", "<!-- end of figures -->"
SECONDS = 12
EQ_NAMES = ("low_eq", "mid_eq", "high_eq")

Audio = NDArray[np.float32]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.extraction", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mixes", type=int, default=26)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--others", type=int, default=6, help="mixes for the other programs")
    options = parser.parse_args()
    with (options.folder / "mixes.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == "test"][: options.mixes]
    mixes = [_excerpt(options.folder / row["path"]) for row in rows]
    few = mixes[:: max(1, len(mixes) // options.others)][: options.others]
    command = f"python -m bench.extraction FOLDER --mixes {len(mixes)} --seeds {options.seeds} --others {len(few)}"
    parts = [f"`{command}`, {SECONDS} s a mix. Medians with 95 % bootstrap intervals.\n"]
    for section in (equalizers(few), dynamics(few), own(mixes, options.seeds)):
        for line in section:
            print(line, flush=True)
            parts.append(line)
    text = PAGE.read_text(encoding="utf-8")
    head, tail = text[: text.index(BEGIN) + len(BEGIN)], text[text.index(END) :]
    PAGE.write_text("\n".join([head, "", *parts, "", tail]), encoding="utf-8")
    return 0


def _excerpt(path: Path) -> tuple[Audio, int]:
    audio, rate = read_audio(path)
    return np.ascontiguousarray(audio[:, 20 * rate : (20 + SECONDS) * rate]), rate


def _figures(values: Sequence[float], digits: int = 2) -> str:
    found = median_interval(values)
    low, high, median = (f"{x:.{digits}f}" for x in (found.low, found.high, found.median))
    return f"{median} ({low} to {high}) | {max(values):.{digits}f}".replace("-", "−")


def own(mixes: list[tuple[Audio, int]], seeds: int) -> Iterator[str]:
    """(a) all ten parameters at random, a genre's voicing at random, nothing told."""
    errors, eq_db, residuals, genres, seconds, confident = [], [], [], [], [], []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        for audio, rate in mixes:
            genre = GENRES[rng.integers(len(GENRES))]
            positions = {p.name: float(rng.uniform(0.05 if p.low == p.neutral else -1, 1)) for p in PARAMETERS}
            made = Parameters({name: from_position(name, u) for name, u in positions.items()})
            after = _chain(audio, rate, made, blend_voicing({genre: 1.0}))
            start = time.process_time()
            found = extract(audio, after, rate)
            seconds.append(time.process_time() - start)
            got = found.preset.parameters
            error = [100 * abs(got[p.name] - made[p.name]) / (p.high - p.low) for p in PARAMETERS]
            errors.append(error)
            eq_db.append(max(abs(got[name] - made[name]) for name in EQ_NAMES))
            residuals.append(found.residual_db)
            genres.append(found.genre == genre)
            confident.append([found.confidence[p.name] >= 0.6 for p in PARAMETERS])
    table, sure_table = np.array(errors), np.array(confident)
    within = (table <= 5).all(axis=1)
    wrong_but_sure = int(((table > 5) & sure_table).sum())
    yield "### Our chain\n"
    sure, unsure = int(sure_table.sum()), int((~sure_table).sum())
    yield " ".join(
        (
            f"n={len(table)} ({len(mixes)} mixes, {seeds} seeds), all ten parameters and the genre at random.",
            f"Genre found: {sum(genres)} of {len(genres)}.",
            f"All ten within 5 % of the range: {within.sum()} of {len(within)}.",
            f"The three EQ gains within 0.2 dB: {int((np.array(eq_db) <= 0.2).sum())} of {len(eq_db)}.",
            f"Residual, dB: median {np.median(residuals):.0f}, highest {max(residuals):.0f}.".replace("-", "−"),
            f"Figures with a confidence of 60 % or more that are more than 5 % off: {wrong_but_sure} of {sure};",
            f"figures with less confidence: {unsure}.",
            f"CPU time, s: median {np.median(seconds):.1f}, highest {max(seconds):.1f}.\n",
        )
    )
    yield "| parameter | median error, % of range (interval) | highest | within 5 % |\n|---|---|---|---|"
    for index, p in enumerate(PARAMETERS):
        column = table[:, index]
        yield f"| `{p.name}` | {_figures(column.tolist(), 3)} | {100 * np.mean(column <= 5):.0f} % |"


def equalizers(mixes: list[tuple[Audio, int]]) -> Iterator[str]:
    """(b) the free curve against the filter's own response."""
    yield "### Other programs' EQs\n"
    yield (
        f"n={len(mixes)} mixes each. Root mean square of free curve minus the program's own response (of an impulse), "
        "60 Hz to 12 kHz, free of level.\n"
    )
    yield "| EQ | rms, dB (interval) | highest |\n|---|---|---|"
    for name, effect in others.equalizers().items():
        found = [_curve_error(audio, rate, effect) for audio, rate in mixes]
        yield f"| {name} | {_figures(found)} |"
    if others.missing():
        yield f"\nNot installed: {', '.join(others.missing())}."


def _curve_error(audio: Audio, rate: int, effect: others.Effect) -> float:
    impulse = np.zeros((2, 2 * rate), np.float32)
    impulse[:, rate] = 0.25
    response = effect(impulse, rate)[0]
    hz = np.fft.rfftfreq(len(response), 1 / rate)
    truth = 20 * np.log10(np.maximum(np.abs(np.fft.rfft(response)) * 4, 1e-6))
    pair = prepare(audio, rate, effect(audio, rate), rate)
    curve = measure_gain(pair.reference, pair.estimate, rate)[1].curve()
    inside = (curve.hz >= 60) & (curve.hz <= 12_000)
    return float(np.std(curve.gain_db[inside] - np.interp(curve.hz[inside], hz, truth)))


def dynamics(mixes: list[tuple[Audio, int]]) -> Iterator[str]:
    """(c) compressors and limiters with known settings; thresholds relative to the song's loudness."""
    yield "\n### Compressors\n"
    yield (
        f"n={len(mixes)} mixes each. Absolute error against the settings; times as a factor (1.00 is exact; those of "
        "pedalboard are divided by 2π, see above). Thresholds relative to the song's loudness.\n"
    )
    titles = ("threshold, dB", "ratio, %", "attack, factor", "release, factor", "gain left, dB")
    yield f"| compressor | {' | '.join(f'{title} (interval) | highest' for title in titles)} |"
    yield "|---" * (1 + 2 * len(titles)) + "|"
    settings = ((2.0, 3.0, 10.0, 200.0), (-3.0, 2.0, 3.0, 80.0), (5.0, 4.0, 30.0, 400.0))
    for threshold, ratio, attack, release in settings:
        errors = [_own_compressor(audio, rate, threshold, ratio, attack, release) for audio, rate in mixes]
        yield _compressor_row(f"ours: {threshold:+.0f} dB, {ratio:g}:1, {attack:g}/{release:g} ms", errors)
    if "pedalboard" not in others.missing():
        for threshold, ratio, attack, release in settings:
            errors = [_juce_compressor(audio, rate, threshold, ratio, attack, release) for audio, rate in mixes]
            yield _compressor_row(f"pedalboard: {threshold:+.0f} dB, {ratio:g}:1, {attack:g}/{release:g} ms", errors)
    rides, still = [], []
    for audio, rate in mixes:
        wave = 1 + 0.3 * np.sin(2 * np.pi * 0.7 * np.arange(audio.shape[1]) / rate)
        rides.append(_fit(audio, (audio * wave).astype(np.float32), rate))
        still.append(
            _fit(audio, _chain(audio, rate, Parameters(low_eq=3.0, reverb=0.2), blend_voicing({"pop": 1.0})), rate)
        )
    yield (
        f"\nCalled a compressor though it was none: a slow gain ride (±3 dB) {sum(c.found for c in rides)} of "
        f"{len(rides)}, EQ and reverb {sum(c.found for c in still)} of {len(still)}.\n"
    )
    yield from limiters(mixes)


def limiters(mixes: list[tuple[Audio, int]]) -> Iterator[str]:
    """Ceilings, of the song brought to 0 dBFS and driven harder."""
    yield "### Limiters\n"
    yield "| limiter, gain before it 9 dB over full scale | found | error, dB (interval) | highest |\n|---|---|---|---|"
    cases: dict[str, tuple[others.Effect, float]] = {"clipping at −1 dBFS": (_clip, -1.0)}
    if "pedalboard" not in others.missing():
        cases["pedalboard Limiter (clips at 0 dBFS)"] = (others.pedalboard_limiter(9, -1), 0.0)
    if "ffmpeg" not in others.missing():
        cases["ffmpeg alimiter at −2 dBFS"] = (others.ffmpeg_limiter(9 + 12.04, -2), -2.0 + 12.04)
    cases["none (gain of −3 dB)"] = (lambda audio, rate: audio * np.float32(0.7), float("nan"))
    for name, (effect, level) in cases.items():
        found = []
        for audio, rate in mixes:
            full = audio / np.abs(audio).max()
            found.append(find_ceiling(full, effect(full, rate), rate))
        errors = [abs(c.level_db - level) for c in found if c.found and np.isfinite(level)]
        yield f"| {name} | {sum(c.found for c in found)} of {len(found)} | {_figures(errors) if errors else '– | –'} |"


def _clip(audio: Audio, rate: int) -> Audio:
    limit = 10 ** (-1 / 20)
    return np.clip(audio * np.float32(10 ** (9 / 20)), -limit, limit).astype(np.float32)


def _compressor_row(name: str, errors: list[list[float]]) -> str:
    columns = np.array(errors).T
    cells = [_figures(column.tolist(), digits) for column, digits in zip(columns, (2, 1, 2, 2, 3), strict=True)]
    return f"| {name.replace('-', '−')} | {' | '.join(cells)} |"


def _errors(c: Compression, threshold: float, ratio: float, attack: float, release: float) -> list[float]:
    doubled = 2.0 if c.kind == "rms" else 1.0  # a power falls twice as fast as its root
    times = ((c.attack_ms * doubled, attack), (c.release_ms * doubled, release))
    factors = [float(np.exp(abs(np.log(found / made)))) for found, made in times]
    return [abs(c.threshold_dbfs - threshold), 100 * abs(c.ratio / ratio - 1), *factors, c.residual_db]


def _own_compressor(audio: Audio, rate: int, over: float, ratio: float, attack: float, release: float) -> list[float]:
    figures = {"threshold_db": over, "attack_ms": attack, "release_ms": release}
    voicing = Voicing({**blend_voicing({"rock": 1.0}), **{f"compressor_{k}": v for k, v in figures.items()}})
    after = _chain(audio, rate, Parameters(compressor_ratio=ratio), voicing)
    return _errors(_fit(audio, after, rate), over + _lufs(audio, rate), ratio, attack, release)


def _juce_compressor(audio: Audio, rate: int, over: float, ratio: float, attack: float, release: float) -> list[float]:
    # Without the hold of our detector levels read about 4 dB lower.
    threshold = over + _lufs(audio, rate) - 4
    after = others.pedalboard_compressor(threshold, ratio, attack, release)(audio, rate)
    turn = 2 * np.pi
    return _errors(_fit(audio, after, rate), threshold, ratio, attack / turn, release / turn)


def _fit(audio: Audio, after: Audio, rate: int) -> Compression:
    return fit_compression(measure_gain(audio, after, rate)[0])


def _lufs(audio: Audio, rate: int) -> float:
    return programme_lufs(analyze_audio(audio, rate))


def _chain(audio: Audio, rate: int, parameters: Parameters, voicing: Voicing) -> Audio:
    heard = analyze_audio(audio, rate)
    preset = Preset(parameters, voicing, programme_lufs=programme_lufs(heard), tempo_bpm=tempo_bpm(heard))
    return balance(audio, rate, preset)


if __name__ == "__main__":
    sys.exit(main())
