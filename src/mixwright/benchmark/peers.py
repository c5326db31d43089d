"""Mixers by others, each in a program of its own: Matchering, libsonare, ffmpeg. They are used where installed."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

from .child import ScriptChild, run_command
from .request import Answer, Mixer, Request

__all__ = ["PEERS"]

# Each script answers one line (paths and words, by tabs) with one line: "ok" or what went wrong. Matchering is GPL: it
# runs in a process of its own, as a program, and nothing of it is imported here.
MATCHERING = """
import matchering
matchering.log(None)
def work(source, target, reference):
    matchering.process(target=source, reference=reference, results=[matchering.Result(target, subtype="FLOAT")])
"""
LIBSONARE = """
import libsonare, numpy, soundfile
def work(source, target, word, _):
    audio, rate = soundfile.read(source, dtype="float32", always_2d=True)
    left, right = audio[:, 0].tolist(), audio[:, -1].tolist()
    if word == "assistant":
        word = libsonare.mastering_assistant_suggest_stereo(left, right, sample_rate=rate)
        chain = libsonare.mastering_assistant_suggest_chain_stereo(left, right, sample_rate=rate)
        out = libsonare.mastering_chain_stereo(left, right, sample_rate=rate, config=chain)
    else:
        out = libsonare.master_audio_stereo(left, right, sample_rate=rate, preset_name=word)
    soundfile.write(target, numpy.stack([out.left, out.right], axis=1), rate, subtype="FLOAT")
"""
# The nearest of libsonare's presets to each genre.
LIBSONARE_PRESETS = {
    "rock": "metal",
    "pop": "pop",
    "electronic": "edm",
    "jazz": "jazz",
    "classical": "classical",
    "hip_hop": "hipHop",
}


def _matchering(request: Request) -> Answer:
    out = request.folder / "matchering.wav"
    _CHILDREN["matchering"].ask(request.audio_file, out, request.reference_file)
    return Answer(request.read(out))


def _sonare_assistant(request: Request) -> Answer:
    out = request.folder / "sonare.wav"
    _CHILDREN["libsonare"].ask(request.audio_file, out, "assistant", "")
    return Answer(request.read(out))


def _sonare_preset(request: Request) -> Answer:
    out = request.folder / "sonare.wav"
    weights = request.genre or {"pop": 1.0}
    preset = LIBSONARE_PRESETS[max(weights, key=lambda genre: weights[genre])]
    _CHILDREN["libsonare"].ask(request.audio_file, out, preset, "")
    return Answer(request.read(out), {"preset": preset})


def _loudnorm(request: Request) -> Answer:
    out = request.folder / "loudnorm.wav"
    command: list[str | Path] = [
        "ffmpeg",
        "-v",
        "error",
        "-y",
        "-i",
        request.audio_file,
        "-af",
        "loudnorm=I=-14:TP=-1:LRA=11",
    ]
    run_command([*command, "-ar", str(request.sample_rate), "-c:a", "pcm_f32le", out])
    return Answer(request.read(out))


_CHILDREN = {"matchering": ScriptChild(MATCHERING), "libsonare": ScriptChild(LIBSONARE)}


def _without(package: str) -> str:
    return "" if find_spec(package) else f"{package} is not installed"


PEERS = (
    Mixer("Matchering", ("reference",), _matchering, _without("matchering")),
    Mixer("libsonare assistant", ("blind",), _sonare_assistant, _without("libsonare")),
    Mixer("libsonare preset", ("genre",), _sonare_preset, _without("libsonare")),
    Mixer("ffmpeg loudnorm", ("blind",), _loudnorm, "" if shutil.which("ffmpeg") else "ffmpeg is not installed"),
)
