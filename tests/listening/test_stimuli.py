"""The sounds of a test: comparable, equally loud, without a name, the same whenever they are made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyebur128
import pytest
import soundfile
from tests.songs import song

from mixwright.errors import AudioError, ParameterError, SignalError
from mixwright.listening.anchors import low_pass, low_passed
from mixwright.listening.definition import MixArguments, parse_test
from mixwright.listening.excerpting import FADE_S, RATE
from mixwright.listening.manifest import Manifest, load_manifest
from mixwright.listening.stimuli import create_test

# From the true peak and gating of another meter (libebur128) on 6 s of music; DESIGN asks for 0.1 LU.
LU = 0.05


def no_render(path: Path, arguments: MixArguments) -> Any:
    raise AssertionError("nothing is to be rendered")


def write(path: Path, audio: np.ndarray, rate: int = 48_000) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, audio.T, rate, subtype="FLOAT")


def two_songs(folder: Path, kind: str = "preference", **more: Any) -> Any:
    """Two songs by two systems, of which the second is 5 dB louder and brighter."""
    for k, name in enumerate(("anthem", "ballad")):
        audio = 1.5 * song(6.0, RATE, seed=k)
        write(folder / "one" / f"{name}.wav", audio)
        bright = 1.78 * audio
        bright[:, 1:] -= 0.8 * audio[:, :-1]
        write(folder / "two" / f"{name}.wav", bright)
    systems = [{"name": name, "files": name + "/{song}.wav"} for name in ("one", "two")]
    if kind == "mushra":
        systems[0]["reference"] = True
    content = {"title": "T", "kind": kind, "excerpt_s": 4.0, "system": systems}
    return parse_test({**content, "song": [{"name": "anthem"}, {"name": "ballad"}], **more}, "test")


def made(folder: Path, kind: str = "preference", **more: Any) -> tuple[Manifest, Path]:
    test = two_songs(folder, kind, **more)
    return create_test(test, folder, folder / "made", no_render), folder / "made"


def read(folder: Path, file: str) -> np.ndarray:
    audio, rate = soundfile.read(folder / file, dtype="float32", always_2d=True)
    assert rate == RATE
    return audio.T


def other_lufs(audio: np.ndarray) -> float:
    state = pyebur128.R128State(2, RATE, pyebur128.MeasurementMode.MODE_I)
    state.add_frames(np.ascontiguousarray(audio.T).ravel(), audio.shape[1])
    return float(pyebur128.get_loudness_global(state))


def test_versions_of_a_song_are_equally_loud_by_another_meter(tmp_path: Path) -> None:
    manifest, folder = made(tmp_path)
    for row in manifest.test.song:
        levels = [other_lufs(read(folder, one.file)) for one in manifest.of_song(row.name)]
        assert abs(levels[0] - levels[1]) < LU
        assert levels[0] == pytest.approx(manifest.of_song(row.name)[0].integrated_lufs, abs=LU)
        assert levels[0] == pytest.approx(-23.0, abs=LU)
    assert max(one.gain_db for one in manifest.stimuli) <= 0.0


def test_nothing_is_turned_up_to_reach_the_level(tmp_path: Path) -> None:
    test = two_songs(tmp_path)
    write(tmp_path / "one" / "anthem.wav", 0.02 * read(tmp_path, "one/anthem.wav"))
    manifest = create_test(test, tmp_path, tmp_path / "made", no_render)
    one, two = manifest.of_song("anthem")
    assert one.gain_db == 0.0
    assert one.integrated_lufs < -30.0
    assert two.integrated_lufs == pytest.approx(one.integrated_lufs, abs=LU)


def test_as_is_stays_as_it_is(tmp_path: Path) -> None:
    manifest, _ = made(tmp_path, level="as_is")
    assert {one.gain_db for one in manifest.stimuli} == {0.0}


def test_what_is_heard_is_the_passage_itself(tmp_path: Path) -> None:
    song_rows = [{"name": "anthem", "start_s": 1.0, "end_s": 4.0}, {"name": "ballad", "start_s": 0.5}]
    manifest, folder = made(tmp_path, song=song_rows)
    one, two = manifest.of_song("anthem")
    for stimulus in (one, two):
        given = read(tmp_path, f"{stimulus.system}/anthem.wav")[:, RATE : 4 * RATE]
        heard = read(folder, stimulus.file)
        fade = round(FADE_S * RATE)
        wanted = given * 10 ** (stimulus.gain_db / 20)
        # 24 bit: half a step, and the gain's rounding in the manifest
        np.testing.assert_allclose(heard[:, fade:-fade], wanted[:, fade:-fade], rtol=1e-4, atol=2**-23)
        assert np.abs(heard[:, [0, -1]]).max() < 1e-3
    assert (one.start_s, one.duration_s) == (1.0, 3.0)
    assert manifest.of_song("ballad")[0].duration_s == 4.0


def test_the_loudest_passage_is_found_and_shared(tmp_path: Path) -> None:
    test = two_songs(tmp_path)
    for system in ("one", "two"):
        audio = read(tmp_path, f"{system}/anthem.wav")
        audio[:, : RATE * 3 // 2] *= 0.05
        write(tmp_path / system / "anthem.wav", audio)
    manifest = create_test(test, tmp_path, tmp_path / "made", no_render)
    starts = {one.start_s for one in manifest.of_song("anthem")}
    assert len(starts) == 1
    assert starts.pop() > 1.4


def test_files_tell_nothing(tmp_path: Path) -> None:
    """Equal lengths within a song, no text, names of nothing; the broken mix looks like the others."""
    manifest, folder = made(tmp_path, catch_trials=1)
    for row in manifest.test.song:
        files = [folder / one.file for one in manifest.stimuli if one.song == row.name]
        assert len({path.stat().st_size for path in files}) == 1
        for path in files:
            content = path.read_bytes()
            for word in (b"anthem", b"ballad", b"LIST", b"INFO", b"one", b"two", b"id3"):
                assert word not in content[:200]
            assert content[:4] == b"RIFF"
            assert b"fmt " in content[:60]
            assert b"data" in content[:120]


@pytest.mark.parametrize("kind", ["preference", "multiple", "rating"])
def test_one_song_has_a_clearly_bad_mix_to_train_with(kind: str, tmp_path: Path) -> None:
    manifest, folder = made(tmp_path, kind)
    (broken,) = (one for one in manifest.stimuli if one.role == "broken")
    assert broken.song == "anthem"
    good, bad = (np.abs(np.fft.rfft(read(folder, one.file)[0])) ** 2 for one in (manifest.of_song("anthem")[0], broken))
    treble = round(4500 * manifest.of_song("anthem")[0].duration_s)
    assert bad[treble:].sum() < 1e-4 * good[treble:].sum()
    assert bad[: treble // 2].sum() == pytest.approx(good[: treble // 2].sum(), rel=0.05)


def test_the_same_test_gives_the_same_files(tmp_path: Path) -> None:
    test = two_songs(tmp_path)
    first, second = (create_test(test, tmp_path, tmp_path / name, no_render) for name in ("a", "b"))
    assert first == second
    assert first.version == second.version
    assert load_manifest(tmp_path / "a") == first


def test_rates_and_channels_are_brought_together(tmp_path: Path) -> None:
    test = two_songs(tmp_path)
    write(tmp_path / "two" / "anthem.wav", song(6.0, 44_100, channels=1), 44_100)
    manifest = create_test(test, tmp_path, tmp_path / "made", no_render)
    mono = read(tmp_path / "made", manifest.of_song("anthem")[1].file)
    np.testing.assert_array_equal(mono[0], mono[1])


def test_mushra_has_both_anchors_of_the_reference(tmp_path: Path) -> None:
    manifest, folder = made(tmp_path, "mushra")
    for row in manifest.test.song:
        reference = read(folder, manifest.of_song(row.name)[0].file)
        for role, edge in (("anchor_3500", 3500), ("anchor_7000", 7000)):
            (anchor,) = manifest.of_song(row.name, role)
            power = [
                np.abs(np.fft.rfft(x[0] * np.hanning(x.shape[1]))) ** 2 for x in (reference, read(folder, anchor.file))
            ]
            hz = np.fft.rfftfreq(reference.shape[1], 1 / RATE)
            below, above = (hz > 100) & (hz < 0.95 * edge), (hz > 1.3 * edge) & (hz < 16_000)
            assert power[1][below].sum() == pytest.approx(power[0][below].sum(), rel=0.02)
            assert power[1][above].sum() < 1e-4 * power[0][above].sum()


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
@pytest.mark.parametrize("edge", [3500, 7000])
def test_the_anchors_filter_keeps_the_standards_mask(edge: int, rate: int) -> None:
    """BS.1534-3: 0.1 dB in the pass band, 25 dB at 4 kHz and 50 dB from 4.5 kHz on; doubled for 7 kHz."""
    taps = low_pass(edge, rate)
    hz = np.fft.rfftfreq(2**18, 1 / rate)
    response_db = 20 * np.log10(np.maximum(np.abs(np.fft.rfft(taps, 2**18)), 1e-12))
    assert np.abs(response_db[hz <= edge]).max() <= 0.1
    assert response_db[hz >= edge * 4.0 / 3.5].max() <= -25
    assert response_db[hz >= edge * 4.5 / 3.5].max() <= -50
    assert len(taps) % 2 == 1
    np.testing.assert_allclose(taps, taps[::-1], rtol=0, atol=1e-15)


def test_the_anchor_is_in_time() -> None:
    audio = song(1.0, RATE)
    slow = low_passed(audio, 7000, RATE)
    assert slow.shape == audio.shape
    lags = np.arange(-50, 51)
    agreement = [np.dot(audio[0, 100:-100], np.roll(slow[0], lag)[100:-100]) for lag in lags]
    assert lags[int(np.argmax(agreement))] == 0


def change(folder: Path, what: str) -> None:
    path = folder / "two" / "anthem.wav"
    audio = read(folder, "two/anthem.wav")
    if what == "nan":
        audio[0, 5000] = np.nan
    elif what == "silent":
        audio *= 0
    elif what == "nearly silent":
        audio *= 1e-4
    elif what == "longer":
        audio = np.concatenate([audio, audio[:, : 2 * RATE]], axis=1)
    elif what == "late":
        audio = np.roll(audio, round(0.034 * RATE), axis=1)
    elif what == "short":
        audio = audio[:, :RATE]
    if what == "no sound":
        path.write_text("not a sound")
    elif what == "missing":
        path.unlink()
    else:
        write(path, audio)


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("nan", "not numbers"),
        ("silent", "is silent"),
        ("nearly silent", "is silent, or nearly"),
        ("longer", "2.0 s longer"),
        ("late", "34 ms later"),
        ("short", "5.0 s shorter"),
        ("no sound", "anthem.wav"),
        ("missing", "anthem.wav"),
    ],
)
def test_a_version_that_cannot_be_compared_is_named(what: str, told: str, tmp_path: Path) -> None:
    test = two_songs(tmp_path)
    change(tmp_path, what)
    with pytest.raises(AudioError) as raised:
        create_test(test, tmp_path, tmp_path / "made", no_render)
    assert told in str(raised.value)
    assert "anthem" in str(raised.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]  # nothing is left behind


def test_a_passage_outside_the_song_is_refused(tmp_path: Path) -> None:
    test = two_songs(tmp_path, song=[{"name": "anthem", "start_s": 5.0, "end_s": 9.0}, {"name": "ballad"}])
    with pytest.raises(SignalError, match=r"from 5 to 9 s must lie in its 6\.0 s"):
        create_test(test, tmp_path, tmp_path / "made", no_render)


def test_over_full_scale_is_not_clipped_in_silence(tmp_path: Path) -> None:
    test = two_songs(tmp_path, level="as_is")
    write(tmp_path / "two" / "anthem.wav", read(tmp_path, "two/anthem.wav") * 8)
    with pytest.raises(SignalError, match="full scale"):
        create_test(test, tmp_path, tmp_path / "made", no_render)


def test_a_folder_is_never_lost(tmp_path: Path) -> None:
    test = two_songs(tmp_path)
    folder = tmp_path / "made"
    create_test(test, tmp_path, folder, no_render)
    with pytest.raises(ParameterError, match="--force"):
        create_test(test, tmp_path, folder, no_render)
    create_test(test, tmp_path, folder, no_render, force=True)
    (folder / "answers.sqlite").write_text("")
    with pytest.raises(ParameterError, match="holds answers"):
        create_test(test, tmp_path, folder, no_render, force=True)
    with pytest.raises(ParameterError, match="no listening test"):
        create_test(test, tmp_path, tmp_path / "one", no_render, force=True)


def test_a_folder_that_was_changed_is_refused(tmp_path: Path) -> None:
    manifest, folder = made(tmp_path)
    sound = folder / manifest.stimuli[0].file
    content = bytearray(sound.read_bytes())
    content[-1] ^= 1
    sound.write_bytes(content)
    with pytest.raises(ParameterError, match="was changed"):
        load_manifest(folder)
    sound.unlink()
    with pytest.raises(ParameterError, match="cannot be read"):
        load_manifest(folder)
    text = (folder / "test.json").read_text()
    for damaged, told in (
        (text[:-40], "is damaged"),
        ("[]", "test.json"),
        (text.replace('"format": 1', '"format": 2'), "has format 2"),
        (text.replace('"gain_db"', '"gain"'), "gain"),
    ):
        (folder / "test.json").write_text(damaged)
        with pytest.raises(ParameterError, match=told):
            load_manifest(folder, sounds=False)


def test_systems_that_mixwright_makes_are_rendered_once_each(tmp_path: Path) -> None:
    write(tmp_path / "s.wav", song(6.0, RATE))
    asked: list[tuple[str, float]] = []

    def render(path: Path, arguments: MixArguments) -> Any:
        asked.append((path.name, arguments.amount))
        return song(6.0, RATE), RATE

    systems = [{"name": "half", "mix": {"amount": 0.5}}, {"name": "given", "input": True}]
    content = {"title": "T", "kind": "preference", "system": systems, "song": [{"name": "s", "file": "s.wav"}]}
    create_test(parse_test(content, "t"), tmp_path, tmp_path / "made", render)
    assert asked == [("s.wav", 0.5)]
