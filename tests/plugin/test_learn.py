"""Learn listens beside the music, decides as the package does, and glides there; or leaves everything alone."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from tests.plugin.decisions import NEVER_SURE, SONGS, controls, in_package, music, same, shipped_network
from tests.plugin.plugins import compile_native
from tests.songs import song

from mixwright.model import Network
from mixwright.parameters.plugin_state import parse_plugin_state

SONG = next(path for path in SONGS if "cellar-door" in path.stem)
SECONDS = 10


class Host:
    """A host of our own that plays music with Learn on."""

    def __init__(self, program: Path) -> None:
        self.program = program
        self.said = ""
        self.state = ""

    def __call__(
        self, audio: np.ndarray, rate: int, weights: Path, *moves: str, block: int = 512, seconds: int = SECONDS
    ) -> dict[str, float]:
        """The controls at the end, by name."""
        command = [str(self.program), str(weights), *map(str, (rate, *audio.shape, block, seconds)), *moves]
        sent = np.ascontiguousarray(audio).tobytes()
        made = subprocess.run(command, input=sent, capture_output=True, check=True, timeout=120)
        *said, self.state = made.stderr.decode().strip().splitlines()
        self.said = "\n".join(said)
        return controls(np.frombuffer(made.stdout))


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Host:
    return Host(compile_native("learn_host", tmp_path_factory.mktemp("host"), "-pthread"))


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Network]:
    return shipped_network(tmp_path_factory.mktemp("weights"), NEVER_SURE)


def first(audio: np.ndarray, rate: int) -> np.ndarray:
    """What Learn listens to: from the first sound on."""
    start = int(np.argmax(np.abs(audio).max(axis=0) > 1e-4))
    return np.ascontiguousarray(audio[:, start : start + SECONDS * rate])


def nothing_moved(found: dict[str, float]) -> bool:
    moved = {name: value for name, value in found.items() if name != "learn" and abs(value) not in (0.0, 1.0)}
    return moved == {"learn_seconds": float(SECONDS), "programme_lufs": -14.0, "tempo_bpm": 120.0}


@pytest.mark.parametrize("block", [64, 333, 4096])
def test_as_the_package_decides(block: int, play: Host, shipped: tuple[Path, Network]) -> None:
    audio, rate = music(SONG, 2, 15)
    found = play(audio, rate, shipped[0], block=block)
    decision, lufs = in_package(first(audio, rate), rate, {}, shipped[1])
    assert sum(decision.parameters[name] != found_at for name, found_at in found.items() if name.endswith("_eq")) == 0
    assert not decision.parameters.neutral
    same(found, decision, lufs)
    assert found["learn"] == 0.0
    preset = parse_plugin_state(play.state)  # what a session keeps is what was decided
    np.testing.assert_allclose(preset.voicing.vector(), decision.voicing.vector(), rtol=1e-9)
    assert "learn" not in json.loads(play.state)["controls"]


def test_it_waits_for_the_music(play: Host, shipped: tuple[Path, Network]) -> None:
    audio, rate = music(SONG, 2, 15)
    late = np.pad(audio, ((0, 0), (3 * rate, 0)))
    same(play(late, rate, shipped[0]), *in_package(first(audio, rate), rate, {}, shipped[1]))


def test_mono(play: Host, shipped: tuple[Path, Network]) -> None:
    audio = song(12.0, 48_000, channels=1, tilt=-2.0)
    found = play(audio, 48_000, shipped[0])
    same(found, *in_package(first(audio, 48_000), 48_000, {}, shipped[1]))
    assert not nothing_moved(found)


def test_a_genre_that_is_given_is_believed(play: Host, shipped: tuple[Path, Network]) -> None:
    audio, rate = music(SONG, 2, 15)
    found = play(audio, rate, shipped[0], "genre_jazz=0.3", "genre_rock=0.1")
    same(found, *in_package(first(audio, rate), rate, {"jazz": 0.75, "rock": 0.25}, shipped[1]))


def test_what_was_learned_is_not_taken_for_given(play: Host, tmp_path: Path) -> None:
    """On a second song the genre is heard anew."""
    path, network = shipped_network(tmp_path, 0.3)
    one, rate = music(SONG, 2, 17)
    other, _ = music(next(p for p in SONGS if "savino" in p.stem), 2, 14)
    assert one.shape[1] % 500 == 0
    found = play(np.concatenate([one, other], axis=1), rate, path, f"{one.shape[1]}:learn=1", block=500)
    decisions = [in_package(first(audio, rate), rate, {}, network) for audio in (one, other)]
    assert all(decision.genre for decision, _ in decisions)
    assert decisions[0][0].genre != decisions[1][0].genre
    same(found, *decisions[1])


def test_off_before_the_end_changes_nothing(play: Host, shipped: tuple[Path, Network]) -> None:
    audio, rate = music(SONG, 2, 15)
    assert nothing_moved(play(audio, rate, shipped[0], f"{8 * rate}:learn=0"))


def test_on_again_begins_anew(play: Host, shipped: tuple[Path, Network]) -> None:
    audio, rate = music(SONG, 2, 20)
    found = play(audio, rate, shipped[0], f"{4 * rate}:learn=0", f"{5 * rate}:learn=1", block=500)
    same(found, *in_package(first(audio[:, 5 * rate // 500 * 500 :], rate), rate, {}, shipped[1]))


def test_what_is_moved_during_the_glide_stays_where_it_was_put(play: Host, shipped: tuple[Path, Network]) -> None:
    audio, rate = music(SONG, 2, 20)
    found = play(audio, rate, shipped[0], f"{(SECONDS + 1) * rate}:low_eq=1.5")
    decision, _ = in_package(first(audio, rate), rate, {}, shipped[1])
    assert found["low_eq"] == 1.5
    assert decision.parameters["low_eq"] < -1.0
    assert found["high_eq"] == pytest.approx(decision.parameters["high_eq"], abs=1e-3)


def test_without_weights_it_says_so_at_once(play: Host, tmp_path: Path) -> None:
    audio, rate = music(SONG, 2, 6)
    assert nothing_moved(play(audio, rate, tmp_path / "none.weights"))
    assert "Learn: the network's weights are missing" in play.said
    assert "nothing was changed" in play.said


def test_what_is_too_quiet_to_judge_changes_nothing(play: Host, shipped: tuple[Path, Network]) -> None:
    faint = (np.random.default_rng(1).standard_normal((2, 11 * 48_000)) * 1e-4).astype(np.float32)
    assert nothing_moved(play(faint, 48_000, shipped[0]))
    assert "Learn: it was too quiet; nothing was changed" in play.said
