"""Anybody's mixer: a function, a command, a script that crashes."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from tests.benchmark.music_folder import RATE, bass_cutter
from tests.songs import song

from mixwright import ParameterError
from mixwright.benchmark import BASELINES, Request, function_mixer, load_mixer, load_mixers
from mixwright.benchmark.child import MixerError, ScriptChild, run_command

COPY = "import sys, shutil; shutil.copy(sys.argv[1], sys.argv[2])"


@pytest.fixture
def request_(tmp_path: Path) -> Request:
    return Request(song(2.0, RATE), RATE, tmp_path, genre={"rock": 1.0}, reference=song(2.0, RATE, seed=3))


def test_names_of_baselines() -> None:
    assert [mixer.name for mixer in load_mixers()] == [mixer.name for mixer in BASELINES]
    assert load_mixer("rules").tasks == load_mixer("mixwright").tasks == ("blind", "genre", "reference")
    assert load_mixer("mixwright, no refinement") not in BASELINES  # an ablation, only by its name
    assert {mixer.name for mixer in BASELINES} >= {"nothing", "mean preset", "rules", "Matchering", "ffmpeg loudnorm"}


def test_a_function_by_its_place(request_: Request) -> None:
    mixer = load_mixer("tests.benchmark.music_folder:bass_cutter")
    assert mixer.tasks == ("blind",)
    np.testing.assert_array_equal(mixer.mix(request_).audio, bass_cutter(request_.audio, RATE))
    assert load_mixer("tests.benchmark.music_folder:informed").tasks == ("blind", "genre", "reference")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("best ever", "must be one of"),
        ("no.such.module:mix", "no"),
        ("tests.benchmark.music_folder:nothing_there", "nothing_there"),
        ("tests.benchmark.music_folder:NOT_A_FUNCTION", "must be a function"),
        ("no-such-program {input} {output}", "is not there"),
    ],
)
def test_names_that_lead_nowhere(name: str, reason: str) -> None:
    with pytest.raises(ParameterError, match=reason):
        load_mixer(name)


def test_a_command(request_: Request) -> None:
    mixer = load_mixer(f"{sys.executable} -c '{COPY}' {{input}} {{output}}")
    assert mixer.tasks == ("blind",)
    np.testing.assert_array_equal(mixer.mix(request_).audio, request_.audio)
    given = load_mixer(f"{sys.executable} -c '{COPY}' {{reference}} {{output}} {{input}} {{genre}}")
    assert given.tasks == ("reference",)
    assert request_.reference is not None
    np.testing.assert_array_equal(given.mix(request_).audio, request_.reference)


def test_a_command_that_fails_says_its_last_words(request_: Request) -> None:
    broken = load_mixer(f"{sys.executable} -c 'import sys; sys.exit(\"no licence found\")' {{input}} {{output}}")
    with pytest.raises(MixerError, match="no licence found"):
        broken.mix(request_)
    with pytest.raises(MixerError, match="longer than"):
        run_command([sys.executable, "-c", "import time; time.sleep(20)"], timeout_s=0.5)


def test_a_script_stays_up_raises_and_crashes() -> None:
    script = """
import os
jobs = []
def work(word):
    jobs.append(word)
    print("chatter that is no answer")
    if word == "raise":
        raise ValueError("of " + str(len(jobs)))
    if word == "crash":
        os.abort()
    if word == "sleep":
        import time
        time.sleep(60)
"""
    child = ScriptChild(script, timeout_s=5.0)
    child.ask("one")
    with pytest.raises(MixerError, match="of 2"):  # the same process: it remembers
        child.ask("raise")
    with pytest.raises(MixerError, match="died"):
        child.ask("crash")
    with pytest.raises(MixerError, match="of 1"):  # a new one
        child.ask("raise")
    slow = ScriptChild(script, timeout_s=0.5)
    with pytest.raises(MixerError, match="took over"):
        slow.ask("sleep")


def test_tasks_of_functions() -> None:
    assert function_mixer(lambda audio, rate, **rest: audio).tasks == ("blind", "genre", "reference")
    assert function_mixer(lambda audio, rate, reference: audio, "with reference").tasks == ("blind", "reference")
