"""Mixers by name: the baselines, and anybody's, as a Python function or as a command."""

from __future__ import annotations

import inspect
import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ParameterError
from .baselines import ABLATIONS, OWN, own_mixer
from .child import run_command
from .peers import PEERS
from .request import TASKS, Answer, Mixer, Request

__all__ = ["BASELINES", "function_mixer", "load_mixer", "load_mixers", "network_mixer_name"]

BASELINES = (*OWN, *PEERS)
NETWORK = "model:"


def load_mixers(names: Sequence[str] = ()) -> list[Mixer]:
    """The named mixers, or all baselines."""
    return [load_mixer(name) for name in names] if names else list(BASELINES)


def network_mixer_name(model: str) -> str:
    """The name under which `load_mixer` finds Mixwright with a network: a version of the registry, or a file."""
    return f"{NETWORK}{model}"


def load_mixer(name: str) -> Mixer:
    """A baseline's name; `model:NETWORK`, which is Mixwright with a version of the registry or a file;
    `module:function`; or a command with `{input}` and `{output}`, and perhaps `{genre}` and `{reference}`, each a word
    of its own or part of one.

    Errors
    ------
    ParameterError
        None of these, or a module or program that is not there.
    """
    known = {mixer.name: mixer for mixer in (*BASELINES, *ABLATIONS)}
    if name in known:
        return known[name]
    if name.startswith(NETWORK):
        return own_mixer(name, name.removeprefix(NETWORK))
    if "{input}" in name and "{output}" in name:
        return _command_mixer(name)
    module, colon, attribute = name.partition(":")
    if not colon or not module or not attribute:
        raise ParameterError(
            f"mixer={name!r} must be one of {', '.join(known)}; or model:NETWORK; or MODULE:FUNCTION; or a command "
            "with {input} and {output}"
        )
    if "" not in sys.path:
        sys.path.insert(0, "")  # a function in the folder where the user stands, as `python -m` finds it
    try:
        function = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ParameterError(f"mixer={name!r}: {error}") from None
    return function_mixer(function, name)


def function_mixer(function: Callable[..., NDArray[np.float32]], name: str = "") -> Mixer:
    """`function(audio, sample_rate)` to an array (channels, samples), as a mixer.

    Where it takes them by name, it is also given `genre` (weights, or None) and `reference` (audio, or None), and is
    measured in the tasks that make a difference to it.

    Errors
    ------
    ParameterError
        Not a function.
    """
    label = name or getattr(function, "__name__", type(function).__name__)
    if not callable(function):
        raise ParameterError(f"mixer={label!r} must be a function of audio and sample rate")
    accepted = inspect.signature(function).parameters
    whole = any(p.kind is p.VAR_KEYWORD for p in accepted.values())
    extras = [task for task in TASKS if task != "blind" and (whole or task in accepted)]

    def work(request: Request) -> Answer:
        given: dict[str, Any] = {"genre": request.genre, "reference": request.reference}
        return Answer(function(request.audio.copy(), request.sample_rate, **{word: given[word] for word in extras}))

    return Mixer(label, ("blind", *extras), work)


def _command_mixer(template: str) -> Mixer:
    words = shlex.split(template)
    program = shutil.which(words[0])
    if program is None:
        raise ParameterError(f"mixer: the program {words[0]!r} is not there")
    tasks = tuple(
        t
        for t in TASKS
        if ("{genre}" in template or t != "genre") and ("{reference}" in template) is (t == "reference")
    )

    def work(request: Request) -> Answer:
        out = request.folder / "command.wav"
        genre = ",".join(f"{name}:{share:g}" for name, share in (request.genre or {}).items()) or "auto"
        fill = {"{input}": str(request.audio_file), "{output}": str(out), "{genre}": genre}
        if request.reference is not None:
            fill["{reference}"] = str(request.reference_file)
        command = [program]
        for word in words[1:]:
            for place, value in fill.items():
                word = word.replace(place, value)
            command.append(word)
        out.unlink(missing_ok=True)
        run_command(command)
        return Answer(request.read(out))

    return Mixer(template, tasks, work)  # the whole of it: a process must find it by its name
