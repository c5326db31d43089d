"""`mixwright live`: the balance stage in real time, between any two programs that speak JACK."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import LiveError, MixwrightError, ParameterError
from .interrupt import interruptible

if TYPE_CHECKING:
    from .._native import LiveClient
    from .live_preset import PresetFile

__all__ = ["live_command"]

# Another libjack than the loader finds, as PipeWire's where JACK is installed too.
LIBRARY_VARIABLE = "MIXWRIGHT_LIBJACK"
ROUND_S = 0.05

PresetArgument = Annotated[
    Path | None, typer.Argument(metavar="PRESET", help="A preset of `mixwright mix`; without one, all is neutral.")
]
Connect = Annotated[
    bool,
    typer.Option("--connect/--no-connect", help="Connect with the sound card (mind the loop from speakers to mics)."),
]
Server = Annotated[str, typer.Option(metavar="NAME", help="The JACK server; the default one without.")]
Learn = Annotated[
    float | None,
    typer.Option(metavar="SECONDS", help="Listen to the first 10 to 30 s of sound, decide, and glide there."),
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE.json", help="Write what was learned as a preset.")
]
Plain = Annotated[bool, typer.Option("--plain", help="A line a second instead of meters that move.")]


def live_command(
    preset: PresetArgument = None,
    name: Annotated[str, typer.Option(metavar="NAME", help="What the client is called.")] = "mixwright",
    connect: Connect = False,
    server: Server = "",
    learn: Learn = None,
    output: Output = None,
    plain: Plain = False,
) -> None:
    """Play a preset in real time as a JACK client (PipeWire serves as well), until Ctrl-C.

    The preset is read again whenever its file changes.
    """
    from .live_display import display
    from .live_learning import Learning, check_seconds
    from .live_preset import PresetFile

    check_seconds(learn, output)

    try:
        with interruptible() as check:
            # JACK waits for seconds for a client that died without a word.
            signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
            source = PresetFile(preset) if preset else None
            state = source.read() if source else None
            with _client(name, server, state) as client:
                connected = client.connect_physical() if connect else 0
                with display(preset.name if preset else "neutral", plain) as screen:
                    screen.say(_running(client))
                    screen.say(_connections(connected, asked=connect))
                    learning = None if learn is None else Learning(client, learn, output, screen.say)
                    while not client.lost:
                        check()
                        if source:
                            _follow(source, client, screen.say)
                        if learning and learning.follow(client, screen.say):
                            learning = None
                        screen.show(client)
                        time.sleep(ROUND_S)
                raise LiveError(client.lost)
    except KeyboardInterrupt:
        return  # how it is meant to end


@contextmanager
def _client(name: str, server: str, state: str | None) -> Iterator[LiveClient]:
    """A client that runs with the state from its first frame on."""
    try:
        from .._native import LiveClient
    except ImportError:
        raise LiveError("mixwright live runs on Linux only") from None
    try:
        client = LiveClient(name, server, os.environ.get(LIBRARY_VARIABLE, ""))
        if state is not None:
            client.load_state(state)
        client.start()
    except ValueError as error:
        raise ParameterError(str(error)) from None
    except RuntimeError as error:
        raise LiveError(str(error)) from None
    try:
        yield client
    finally:
        client.close()


def _follow(source: PresetFile, client: LiveClient, say: Callable[[str], None]) -> None:
    """What the preset's file became, if it changed; a broken one changes nothing."""
    try:
        state = source.changed()
    except MixwrightError as error:
        say(f"Kept     the preset of before: {error}")
        return
    if state is not None:
        client.load_state(state)
        say(f"Loaded   {source.path} again")


def _running(client: LiveClient) -> str:
    rate, frames = client.sample_rate, client.buffer_size
    return f"Running  {client.name} at {rate / 1000:g} kHz in blocks of {frames} frames ({1000 * frames / rate:.1f} ms)"


def _connections(made: int, *, asked: bool) -> str:
    if made:
        return f"Connected {made} of 4 ports with the sound card"
    if asked:
        return "Nothing is connected: the server has no sound card"
    return "Nothing is connected yet: in_l, in_r, out_l, out_r (--connect takes the sound card)"
