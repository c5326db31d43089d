"""`python -m bench.learn`: how soon Learn has decided, what listening costs, and how near it is to the package.

Needs PyTorch (`make train-setup`), for the sums in float64.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from datetime import date
from pathlib import Path

import numpy as np
from tests.plugin.decisions import NEVER_SURE, SONGS, controls, in_package, music, shipped_network
from tests.plugin.exact import exact_answer
from tests.plugin.plugins import CONTROLS, compile_native

from bench.document import DOCS, write_section
from bench.measure import machine, spread
from mixwright.analysis import analyze_audio
from mixwright.model import Network
from mixwright.model.network_input import hear_all
from mixwright.parameters import GENRES, PARAMETERS
from mixwright.parameters.table import to_position

SECONDS = 20  # the control's default
RUNS = 3
GRID = 30_000  # steps from neutral to a bound
NO_GENRE = bytes(8 * len(GENRES))


def asked(command: list[str], sent: bytes) -> tuple[bytes, float, float]:
    """What a native program answers, the ms on the first line of its standard error, and all of its CPU in ms."""
    before = os.times()
    made = subprocess.run(command, input=sent, capture_output=True, check=True)
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return made.stdout, float(made.stderr.split(b"\n")[0]), 1e3 * spent


def heard(song: Path) -> tuple[np.ndarray, int, int]:
    """From the first sound on, whole seconds of a song, its rate, and how many they are."""
    audio, rate = music(song, 0, SECONDS)
    audio = audio[:, int(np.argmax(np.abs(audio).max(axis=0) > 1e-4)) :]
    seconds = audio.shape[1] // rate
    return np.ascontiguousarray(audio[:, : seconds * rate]), rate, seconds


def network_apart(engine: list[str], audio: np.ndarray, rate: int, network: Network) -> tuple[list[float], float]:
    """The plugin's network on the same input: how far, in position, it is from onnxruntime and from the sums in
    float64, and onnxruntime from these; and its CPU in ms."""
    given = hear_all(analyze_audio(audio, rate))
    numbers = [np.asarray(part, np.float32).ravel() for part in (given.mel_db, given.mid_db, given.side_db)]
    told = np.concatenate([*numbers, np.zeros(len(GENRES), np.float32)]).tobytes()
    said, ms, _ = asked([*engine, str(len(given.mel_db))], told)
    positions = np.frombuffer(said, np.float32)[len(GENRES) : -3].reshape(len(GENRES), -1)
    answers = (positions, network.ask(given).positions, exact_answer(given)[1])
    pairs = ((0, 1), (0, 2), (1, 2))
    return [float(np.abs(answers[a] - answers[b]).max()) for a, b in pairs], ms


def measure(place: Path) -> list[str]:
    """The table's rows."""
    weights, network = shipped_network(place, NEVER_SURE)
    host, probe, engine = (
        [str(compile_native(name, place)), str(weights)] for name in ("learn_host", "decision_probe", "network_probe")
    )
    decided, cpu, network_ms, listening, away = ([] for _ in range(5))  # type: tuple[list[float], ...]
    apart: list[list[float]] = []
    for song in SONGS:
        audio, rate, seconds = heard(song)
        shape, sent = [str(rate), *map(str, audio.shape)], audio.tobytes()
        for _ in range(RUNS):
            decided.append(asked([*host, *shape, "64", str(seconds)], sent)[1])
            answer, ms, all_ms = asked([*probe, *shape], NO_GENRE + sent)
            cpu.append(ms)
            listening.append(all_ms / seconds)
        found = controls(np.frombuffer(answer)[: len(CONTROLS)])
        wanted, _ = in_package(audio, rate, {}, network)
        away += [
            abs(to_position(p.name, found[p.name]) - to_position(p.name, wanted.parameters[p.name])) for p in PARAMETERS
        ]
        differences, ms = network_apart(engine, audio, rate, network)
        apart.append(differences)
        network_ms.append(ms)
    from_runtime, exact, runtime_exact = np.max(apart, axis=0)
    same = f"{sum(d <= 0.5 / GRID for d in away)} of {len(away)} values on the same step of the grid"
    return [
        "| what | figure | bound | how |",
        "|---|---|---|---|",
        f"| from the end of the listening to the decision | {spread(decided)} ms | ≤ 50 ms | wall, n={len(decided)} |",
        f"| of it the decision | {spread(cpu)} ms | | CPU, n={len(cpu)} |",
        f"| of that the network | {spread(network_ms)} ms | | CPU, n={len(network_ms)} |",
        f"| listening | {spread(listening)} ms a second of music | | CPU of a process that hears and decides, "
        f"n={len(listening)} |",
        f"| network against onnxruntime | {from_runtime:.1e} of a position at most | 1e-5 | the same input, "
        f"n={len(apart)} songs |",
        f"| against the sums in float64 | {exact:.1e}; onnxruntime {runtime_exact:.1e} | | the same, by PyTorch |",
        f"| decision against the package | {max(away):.1e} of the way from neutral to a bound at most; {same} "
        f"| the same | n={len(SONGS)} songs, ten values each |",
    ]


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        text = "\n".join(measure(Path(folder)))
    how = (
        f"`python -m bench.learn`, {date.today()}, {machine()}, load {os.getloadavg()[0]:.1f}. The bundled songs, "
        f"up to {SECONDS} s from the first sound on; median (range)."
    )
    print(text)
    write_section(DOCS / "benchmarks.md", "learn", f"{text}\n\n{how}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
