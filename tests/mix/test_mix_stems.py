"""A folder of stems becomes a mix; what cannot be one is refused in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

import mixwright
from mixwright import Amounts
from mixwright.audio import read_audio
from mixwright.errors import AudioReadError, ParameterError, PresetError, SignalError
from mixwright.mix.stem_source import aligned_blocks, console_rate, open_stems
from mixwright.parameters import load_console
from mixwright.parameters.console import parse_console

RATE = 44_100


def tone(hz: float, seconds: float = 6.0, rate: int = RATE, level: float = 0.2, channels: int = 1) -> np.ndarray:
    t = np.arange(int(seconds * rate)) / rate
    wave = level * np.sin(2 * np.pi * hz * t) * (0.6 + 0.4 * np.sin(2 * np.pi * 2 * t))
    return np.tile(wave, (channels, 1)).astype(np.float32)


def hits(seconds: float = 6.0, seed: int = 0, level: float = 0.3) -> np.ndarray:
    t = np.arange(int(seconds * RATE)) / RATE
    return (level * np.random.default_rng(seed).standard_normal((2, t.size)) * np.exp(-((t % 0.5) / 0.03))).astype(
        np.float32
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "song"
    place.mkdir()
    soundfile.write(place / "Bass.wav", tone(70).T, RATE)
    soundfile.write(place / "snare.flac", hits().T, RATE)
    soundfile.write(place / "pad 48k.wav", tone(330, 4.0, 48_000, channels=2).T, 48_000)
    (place / "notes.txt").write_text("no sound")
    return place


def test_a_folder_becomes_a_mix_with_its_console(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.flac"
    mix = mixwright.mix_stems(folder, output=out, export=tmp_path / "strips")
    assert mix.console is not None
    assert [stem.name for stem in mix.console.heard] == ["Bass", "pad 48k", "snare"]
    assert mix.sample_rate == RATE
    audio, _ = read_audio(out)
    assert audio.shape == (2, 6 * RATE)  # as long as the longest stem
    assert mix.after.true_peak_dbtp <= -0.98
    assert 0.8 <= mix.balance.rms_ratio <= 1.2
    for stem in mix.console.heard:
        reasons = mix.console.decision.strips[stem.name].reasons
        assert all(reasons[name].endswith(".") for name in mix.console.preset.strips[stem.name].parameters)
    strips = [read_audio(path)[0] for path in mix.console.exported]
    assert {part.shape for part in strips} == {(2, 6 * RATE)}
    assert parse_console(mix.console.preset.to_json()).to_dict() == mix.console.preset.to_dict()
    assert mix.console.preset.bus == mix.preset  # the mix bus is a preset like any other
    assert mix.to_dict()["console"]["stems"][0]["name"] == "Bass"


def test_the_mix_is_the_same_again_and_from_arrays(folder: Path) -> None:
    first, second = mixwright.mix_stems(folder), mixwright.mix_stems(folder)
    np.testing.assert_array_equal(first.audio, second.audio)
    arrays = {path.stem: read_audio(path)[0] for path in folder.glob("*") if path.suffix in (".wav", ".flac")}
    arrays.pop("pad 48k")
    made = mixwright.mix_stems(arrays, RATE)
    assert made.console is not None
    assert set(made.console.preset.strips) == {"Bass", "snare"}


def test_what_is_set_by_hand_stays_and_a_muted_stem_is_not_heard(folder: Path, tmp_path: Path) -> None:
    by_hand = {"bass": {"gain_db": -3.0, "pan": 0.5}, "SNARE": {"muted": True}}
    mix = mixwright.mix_stems(folder, strips=by_hand, export=tmp_path)
    assert mix.console is not None
    bass = mix.console.preset.strips["Bass"]
    assert (bass.parameters["gain_db"], bass.parameters["pan"]) == (-3.0, 0.5)
    assert bass.provenance["pan"] == "set"
    assert mix.console.preset.strips["snare"].muted
    parts = {path.name: read_audio(path)[0] for path in mix.console.exported}
    assert not parts["snare.strip.wav"].any()
    assert parts["Bass.strip.wav"].any()
    snare = mix.console.decision.strips["snare"]
    assert snare.reasons["gain_db"] == "Gain left alone: the stem is muted."
    assert not snare.parameters.moved()
    with pytest.raises(ParameterError, match="strip 'vocal': there is no such stem; there are Bass, pad 48k, snare"):
        mixwright.mix_stems(folder, strips={"vocal": {"gain_db": 0.0}})


def test_stems_of_other_rates_and_lengths_stand_side_by_side(folder: Path) -> None:
    stems, warnings = open_stems(folder)
    assert console_rate(stems) == RATE
    assert warnings == []
    for frames in (4410, 65_536):
        blocks = list(aligned_blocks(stems, RATE, frames))
        assert all(len({part.shape[1] for part in block}) == 1 for block in blocks)
        assert sum(block[0].shape[1] for block in blocks) == 6 * RATE
        pad = np.concatenate([block[1] for block in blocks], axis=1)
        assert not pad[:, 4 * RATE + 10 :].any()


def test_a_console_preset_renders_the_same_mix(folder: Path, tmp_path: Path) -> None:
    mix = mixwright.mix_stems(folder, strips={"bass": {"gain_db": -3.0}})
    assert mix.console is not None
    preset = tmp_path / "song.console.json"
    preset.write_text(mix.console.preset.to_json())
    np.testing.assert_array_equal(mixwright.render_stems(folder, preset).audio, mix.audio)
    with pytest.raises(PresetError, match="has no mix bus"):
        mixwright.render_stems(folder, replace(mix.console.preset, bus=None))
    (folder / "Bass.wav").rename(folder / "Low.wav")
    with pytest.raises(PresetError, match="there is no stem for Bass; it has no strip for Low"):
        mixwright.render_stems(folder, preset)


def test_no_amount_of_an_aspect_leaves_it_alone_in_every_strip(folder: Path) -> None:
    full = mixwright.mix_stems(folder)
    none = mixwright.mix_stems(folder, amounts=Amounts(tone=0.0))
    assert full.console is not None
    assert none.console is not None
    tone = ("highpass_hz", "low_eq", "mid_eq", "high_eq", "presence")

    def moved(mix: mixwright.Mix) -> list[str]:
        assert mix.console is not None
        return [n for strip in mix.console.preset.strips.values() for n in strip.parameters.moved() if n in tone]

    assert moved(full)
    assert not moved(none)


@pytest.mark.parametrize("name", ["../out", "a/b", "", ".."])
def test_a_stem_has_a_name_that_a_file_can_have(name: str) -> None:
    with pytest.raises(ParameterError, match="must be a name that a file can have"):
        mixwright.mix_stems({name: tone(100)}, RATE)


@pytest.mark.parametrize("bad", ["empty folder", "none", "file of six channels", "empty file", "too many"])
def test_what_is_no_multitrack_is_refused(bad: str, tmp_path: Path) -> None:
    place = tmp_path / "stems"
    place.mkdir()
    says = {
        "empty folder": "there is no sound file in it", "none": "cannot be read as a folder",
        "file of six channels": r"surround\.wav.*--skip-broken goes on without it", "empty file": r"zero\.wav",
        "too many": "65 stems are more than 64",
    }[bad]  # fmt: skip
    if bad not in ("empty folder", "none"):
        soundfile.write(place / "bass.wav", tone(80).T, RATE)
    if bad == "file of six channels":
        soundfile.write(place / "surround.wav", np.zeros((96_000, 6)), 96_000)
    if bad == "empty file":
        (place / "zero.wav").touch()
    if bad == "too many":
        for number in range(64):
            (place / f"{number}.wav").touch()
    with pytest.raises((ParameterError, AudioReadError), match=says) as error:
        mixwright.mix_stems(tmp_path / "not there" if bad == "none" else place)
    assert "\n" not in str(error.value)


def test_a_broken_stem_is_named_or_left_out(folder: Path) -> None:
    (folder / "broken.ogg").write_bytes(b"OggS and no more")
    (folder / "loop.wav").symlink_to(folder / "loop.wav")
    with pytest.raises(AudioReadError, match=r"broken\.ogg.*--skip-broken"):
        mixwright.mix_stems(folder)
    mix = mixwright.mix_stems(folder, skip_broken=True)
    left_out = [warning for warning in mix.warnings if warning.startswith("Left out")]
    assert len(left_out) == 2
    assert any("loop.wav" in text for text in left_out)


@pytest.mark.skipif(os.name == "nt", reason="names there differ in more than case")
def test_names_that_differ_in_case_alone_are_refused(tmp_path: Path) -> None:
    for name in ("Vocal.wav", "vocal.wav"):
        soundfile.write(tmp_path / name, tone(200).T, RATE)
    with pytest.raises(ParameterError, match="'Vocal' and 'vocal' differ in their case alone"):
        open_stems(tmp_path)


def test_twins_and_a_mix_among_the_stems_are_told_and_not_changed(tmp_path: Path) -> None:
    noise = np.random.default_rng(5).standard_normal((4, 6 * RATE)).astype(np.float32) * 0.05
    late = np.pad(noise[1], (441, 0))[: 6 * RATE]
    stems = {"bass": noise[0], "kick": noise[1], "kick room": -late, "keys": noise[2], "keys 2": 0.5 * noise[2]}
    stems |= {"pad": noise[3], "rough": noise.sum(axis=0), "odd": np.stack([noise[3], -noise[3]])}
    mix = mixwright.mix_stems({name: np.atleast_2d(audio) for name, audio in stems.items()}, RATE)
    notes = "\n".join(mix.warnings)
    assert (
        "kick room: holds the same sound as kick with opposite polarity, and kick room is 10.0 ms late; their sum "
        "loses sound, listen to it with polarity=-1 on kick room and delay_ms=10.0 on kick." in notes
    )
    assert "keys 2: is the same as keys, which is heard twice" in notes
    assert "rough: is a sum of other stems" in notes
    assert "odd: its left and right sides are of opposite polarity" in notes
    assert mix.console is not None
    strip = mix.console.preset.strips["kick room"].parameters
    assert (strip["polarity"], strip["delay_ms"]) == (1.0, 0.0)
    quiet = mixwright.mix_stems(
        {name: np.atleast_2d(audio) for name, audio in stems.items()}, RATE, strips={"keys 2": {"muted": True}}
    )
    assert not any("keys 2" in text for text in quiet.warnings)


def test_faults_of_stems_are_told_and_silence_is_an_error(tmp_path: Path) -> None:
    loud = np.clip(12 * tone(100), -1, 1)
    stems = {"clipped": loud, "leaning": tone(300) + np.float32(0.05), "nothing": np.zeros((1, 6 * RATE), np.float32)}
    notes = "\n".join(mixwright.mix_stems(stems, RATE).warnings)
    assert "clipped: " in notes
    assert "leaning: has a DC offset of 5.0 %" in notes
    assert "nothing: is silent." in notes
    with pytest.raises(SignalError, match="all 1 stems are silent"):
        mixwright.mix_stems({"nothing": stems["nothing"]}, RATE)


def command(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mixwright", *map(str, words)], capture_output=True, text=True, check=False
    )


def test_the_command_writes_mix_console_preset_and_report(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "mix.wav"
    made = command("mix", folder, "-o", out, "--strip", "bass:gain_db=-2,pan=0.1", "--strip", "snare:mute")
    assert made.returncode == 0, made.stderr
    assert "Stems    3, balanced by" in made.stdout
    assert "Gain -2 dB: set by you." in made.stdout
    assert ", muted" in made.stdout
    assert load_console(tmp_path / "mix.console.json").strips["snare"].muted
    page = (tmp_path / "mix.report.html").read_text(encoding="utf-8")
    assert '<section id="stems"' in page
    assert "pad 48k" in page
    for words, says in (
        (("mix", folder / "Bass.wav", "-o", tmp_path / "x.wav", "--skip-broken"), "is for a folder of stems"),
        (("mix", folder, "-o", out, "--strip", "bass:volume=1"), "'volume' is not a parameter of a strip"),
    ):
        refused = command(*words)
        assert refused.returncode != 0
        assert says in refused.stderr
        assert len(refused.stderr.strip().splitlines()) == 1
