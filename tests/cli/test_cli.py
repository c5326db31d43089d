"""The command line as a user meets it: files written, one line for an error, exit codes, JSON."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.songs import song

from mixwright.model.network import SHIPPED

RATE = 44_100
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command in an empty folder."""

    def call(*words: object, **options: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "mixwright", *map(str, words)]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload,no-any-return]

    return call


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    path = tmp_path / "song.wav"
    soundfile.write(path, song(4.0).T, RATE, subtype="PCM_24")
    return path


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def refused(result: subprocess.CompletedProcess[str], *words: str, code: int = 1) -> None:
    """One line on standard error that holds the words; nothing on standard output."""
    assert result.returncode == code, result.stderr
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    assert result.stderr.startswith("mixwright: ")
    for word in words:
        assert word in result.stderr


def test_mix_writes_mix_preset_and_report(run: Run, wav: Path, tmp_path: Path) -> None:
    result = run("mix", wav)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert files(tmp_path) == {"song.wav", "song.mix.wav", "song.mix.preset.json", "song.mix.report.html"}
    for word in ("Heard", "Decided", "Wrote", "LUFS", "song.mix.wav"):
        assert word in result.stdout


def test_mix_json_and_render_agree(run: Run, wav: Path, tmp_path: Path) -> None:
    result = run("mix", wav, "-o", "a.flac", "--json", "--report", "none", "--genre", "rock:0.7,pop:0.3")
    data = json.loads(result.stdout)
    assert data["genre"] == {"rock": 0.7, "pop": 0.3}
    assert files(tmp_path) == {"song.wav", "a.flac", "a.preset.json"}
    assert run("render", wav, "--preset", "a.preset.json", "-o", "b.flac", "-q").stdout == ""
    a, b = (soundfile.read(tmp_path / name, dtype="int32")[0] for name in ("a.flac", "b.flac"))
    np.testing.assert_array_equal(a, b)


def test_set_amounts_and_preset(run: Run, wav: Path, tmp_path: Path) -> None:
    words = ["--set", "low_eq=1.5", "--set", "reverb=0.1", "--amount", "0.5", "--amount-of", "tone=0.5,width=0"]
    data = json.loads(run("mix", wav, "-o", "a.wav", "--json", *words).stdout)
    assert data["balance"]["parameters"]["low_eq"] == 1.5
    assert data["balance"]["parameters"]["stereo_width"] == 1.0
    assert data["balance"]["provenance"]["reverb"] == "set"
    again = json.loads(run("mix", wav, "-o", "b.wav", "--json", "--preset", "a.preset.json").stdout)
    assert again["balance"]["parameters"] == data["balance"]["parameters"]


def test_morph_and_dynamic(run: Run, wav: Path, tmp_path: Path) -> None:
    soundfile.write(wav, song(12.0, 22_050, tilt=-0.2).T, 22_050)  # rock asks for bass, jazz does not
    result = run("mix", wav, "-o", "a.flac", "--morph", "rock:jazz", "--loudness", "keep")
    assert result.returncode == 0, result.stderr
    assert "from rock to jazz over the song" in result.stdout
    assert "Low EQ from" in result.stdout
    assert 'class="way"' in (tmp_path / "a.report.html").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "a.preset.json").read_text())["trajectory"]["time_s"][-1] == 12.0
    run("render", wav, "--preset", "a.preset.json", "-o", "b.flac", "-q")
    a, b = (soundfile.read(tmp_path / name, dtype="int32")[0] for name in ("a.flac", "b.flac"))
    np.testing.assert_array_equal(a, b)
    dynamic = run("mix", wav, "-o", "c.flac", "--dynamic", "--loudness", "keep", "--report", "none")
    assert "Nothing moves during the song" in dynamic.stdout


def test_references_with_weights(run: Run, wav: Path, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a:tone=1.wav", song(4.0, seed=3).T, RATE)
    soundfile.write(tmp_path / "b.wav", song(4.0, seed=4).T, RATE)
    words = ["--reference", "a:tone=1.wav", "--reference", "b.wav:tone=0.7,loudness=1"]
    result = run("mix", wav, "-o", "m.wav", "--report", "none", *words)
    assert result.returncode == 0, result.stderr
    assert "led toward the references" in result.stdout
    assert "the reference a:tone=1.wav" in result.stdout  # alone in width
    refused(run("mix", wav, "-o", "b.wav", "--reference", "b.wav:tone=1"), "b.wav")  # would overwrite it


def test_the_model_is_chosen_by_name_or_file(run: Run, wav: Path, tmp_path: Path) -> None:
    rules = run("mix", wav, "-o", "r.wav", "--model", "rules", "--report", "none", "--json")
    assert json.loads(rules.stdout)["heard"] is None
    heard = run("mix", wav, "-o", "n.wav", "--report", "none", "--json")
    data = json.loads(heard.stdout)
    assert data["genre"] == data["heard"]["genre"]
    assert data["heard"]["model"].startswith("network ")
    (tmp_path / "half.onnx").write_bytes(SHIPPED.read_bytes()[:50_000])
    refused(run("mix", wav, "-o", "b.wav", "--model", "half.onnx"), "half.onnx", "damaged")
    refused(run("mix", wav, "-o", "b.wav", "--model", "none.onnx"), "none.onnx", "No such file")
    assert not (tmp_path / "b.wav").exists()


def test_analyze(run: Run, wav: Path) -> None:
    assert "Loudness" in run("analyze", wav).stdout
    data = json.loads(run("analyze", wav, "--json").stdout)
    assert sum(data["genre"].values()) == pytest.approx(1.0, abs=1e-6)
    assert "Genre, as it sounds" in run("analyze", wav).stdout
    names = """integrated_lufs short_term_max_lufs momentary_max_lufs loudness_range_lu true_peak_dbtp sample_peak_dbfs
        rms_dbfs crest_factor_db plr_lu spectral_centroid_hz ltas_db third_octave_hz stereo_width stereo_correlation
        tempo_bpm dc_offset clipped_samples duration_s sample_rate channels genre"""
    assert set(names.split()) <= set(data)
    assert "momentary_series" not in data
    series = json.loads(run("analyze", wav, "--json", "--series").stdout)
    end, lufs = series["momentary_series"][0]
    assert end == pytest.approx(0.4)
    assert lufs is None or lufs < 0


def test_compare_is_level_matched(run: Run, wav: Path, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "louder.wav", song(4.0).T * 2, RATE, subtype="FLOAT")
    data = json.loads(run("compare", wav, "louder.wav", "--json").stdout)
    assert data["gain_a_db"] == 0
    assert data["gain_b_db"] == pytest.approx(-6.02, abs=0.01)  # a factor of 2
    assert max(abs(v) for v in data["tone_db"].values()) < 0.01  # nothing but level differs
    assert "At equal loudness" in run("compare", wav, "louder.wav").stdout


def test_module_and_version(run: Run) -> None:
    assert run("--version").stdout.startswith("mixwright ")
    assert "render" in run("--help").stdout


def test_shell_completion(run: Run) -> None:
    env = {**os.environ, "_MIXWRIGHT_COMPLETE": "complete_bash", "COMP_WORDS": "mixwright ren", "COMP_CWORD": "1"}
    command = Path(sys.executable).with_name("mixwright")
    result = subprocess.run([command], env=env, capture_output=True, text=True, check=False)
    assert "render" in result.stdout


def test_a_terminal_without_our_characters_is_no_error(run: Run, wav: Path) -> None:
    result = run("analyze", wav, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert result.returncode == 0
    assert "?" in result.stdout  # the minus sign


def test_wrong_calls_exit_with_2(run: Run, wav: Path) -> None:
    assert run("mix").returncode == 2
    assert run("mix", wav, "--amount", "much").returncode == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--genre", "polka"], "polka"),
        (["--genre", "rock:x"], "rock:x"),
        (["--set", "low_eq=4"], "low_eq=4 must be in [-3, 3] dB"),
        (["--set", "bass=1"], "bass"),
        (["--set", "low_eq"], "NAME=NUMBER"),
        (["--amount", "1.5"], "amount=1.5"),
        (["--amount-of", "loudness=1"], "loudness"),
        (["--loudness", "loud"], "loud"),
        (["--loudness", "-60"], "-60"),
        (["--true-peak", "3"], "true_peak"),
        (["--report", "pdf"], "report=pdf"),
        (["--bit-depth", "12"], "12"),
        (["-o", "out.xyz"], "out.xyz"),
        (["-o", "song.wav"], "song.wav"),
        (["-o", "missing/out.wav"], "missing"),
        (["--reference", "nothing.wav"], "nothing.wav"),
        (["--reference", "nothing.wav:tone=1"], "nothing.wav"),
        (["--reference", "song.wav:polka=1"], "polka"),
        (["--reference", "song.wav:tone=much"], "ASPECT=NUMBER"),
        (["--loudness", "reference"], "loudness=reference needs a reference"),
        (["--morph", "rock"], "FROM:TO"),
        (["--morph", "rock:polka"], "polka"),
        (["--morph", "rock:rock"], "one genre to another"),
        (["--morph", "rock:pop", "--reference", "song.wav"], "cannot go with references"),
        (["--morph", "rock:pop", "--preset", "p.json"], "cannot go with a preset"),
        (["--morph", "rock:pop", "--genre", "jazz"], "cannot go with a genre"),
        (["--morph", "rock:pop", "--dynamic"], "cannot go with dynamic"),
        (["--dynamic", "--preset", "p.json"], "cannot go with a preset"),
        (["--preset", "nothing.json"], "nothing.json"),
    ],
)
def test_wrong_options(run: Run, wav: Path, tmp_path: Path, words: list[str], says: str) -> None:
    refused(run("mix", wav, *words), says)
    assert files(tmp_path) == {"song.wav"}


def broken_inputs(folder: Path) -> dict[str, bytes | None]:
    """Name to content; None is a folder."""
    path = folder / "good.flac"
    soundfile.write(path, song(2.0).T, RATE)
    flac = path.read_bytes()
    path.unlink()
    return {
        "empty.wav": b"",
        "text.wav": b"this is not audio\n" * 100,
        "cut.flac": flac[: len(flac) // 2],
        "folder": None,
    }


@pytest.mark.parametrize("name", ["empty.wav", "text.wav", "cut.flac", "folder", "missing.wav"])
def test_broken_inputs(run: Run, tmp_path: Path, name: str) -> None:
    content = broken_inputs(tmp_path).get(name, b"") if name != "missing.wav" else None
    if name == "folder":
        (tmp_path / name).mkdir()
    elif name != "missing.wav":
        assert content is not None
        (tmp_path / name).write_bytes(content)
    before = files(tmp_path)
    for command in (["mix", name], ["analyze", name]):
        refused(run(*command), name)
    assert files(tmp_path) == before


@pytest.mark.parametrize(
    ("name", "audio", "says"),
    [
        ("silence.wav", np.zeros((RATE, 2)), "silent"),
        ("short.wav", song(0.3).T, "0.30 s"),
        ("offset.wav", np.full((RATE, 2), 0.2), "offset"),
        ("nan.wav", np.full((RATE, 2), np.nan), "NaN"),
        ("many.wav", np.zeros((100, 200)), "200"),
    ],
)
def test_unmixable_audio(run: Run, tmp_path: Path, name: str, audio: np.ndarray, says: str) -> None:  # type: ignore[type-arg]
    soundfile.write(tmp_path / name, audio, RATE, subtype="FLOAT")
    refused(run("mix", name), name, says)
    assert files(tmp_path) == {name}


def test_preset_from_a_newer_version(run: Run, wav: Path, tmp_path: Path) -> None:
    run("mix", wav, "-o", "a.wav", "--report", "none", "-q")
    data = json.loads((tmp_path / "a.preset.json").read_text())
    data["version"] = 99
    (tmp_path / "new.json").write_text(json.dumps(data))
    refused(run("render", wav, "--preset", "new.json", "-o", "b.wav"), "new.json", "newer")
    assert "b.wav" not in files(tmp_path)


def test_full_disk_leaves_nothing(run: Run, wav: Path, tmp_path: Path) -> None:
    def small() -> None:
        # Standing in for a full disk: the kernel refuses to let any file grow beyond this.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    result = run("mix", wav, "-o", "out.wav", preexec_fn=small)
    assert result.returncode == 1
    assert "mixwright: " in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert files(tmp_path) == {"song.wav"}


def writing(pid: int, folder: Path) -> int:
    """How many files without a name a process has open in a folder."""
    count = 0
    for link in Path(f"/proc/{pid}/fd").glob("*"):
        try:
            target = os.readlink(link)
        except OSError:
            continue
        count += target.startswith(str(folder)) and target.endswith("(deleted)")
    return count


def test_a_killed_run_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    soundfile.write(path, np.tile(song(10.0), 12).T, RATE)
    process = subprocess.Popen([sys.executable, "-m", "mixwright", "mix", str(path), "-o", str(tmp_path / "out.flac")])
    deadline = time.monotonic() + 60
    # Kill it while the mix is being written: two nameless files are open by then, the spool and the mix.
    while writing(process.pid, tmp_path) < 2 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    process.kill()
    process.wait()
    assert files(tmp_path) == {"long.wav"}


def test_interrupt_exits_with_130(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    soundfile.write(path, np.tile(song(10.0), 12).T, RATE)
    process = subprocess.Popen(
        [sys.executable, "-m", "mixwright", "mix", str(path), "-o", str(tmp_path / "out.flac")],
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while writing(process.pid, tmp_path) < 2 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors == "mixwright: interrupted; nothing was written\n"
    assert files(tmp_path) == {"long.wav"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_unwritable_folder(run: Run, wav: Path, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    refused(run("mix", wav, "-o", locked / "out.wav"), "locked")
