"""The process of one job: reads what to do, does it within limits of memory and time, and says how far it is.

Run as `python -m mixwright.web.studio.work`; the request is JSON on standard input, and every line that it prints is a
message in JSON: {"stage", "done"}, at last {"facts"} or {"error"}.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

__all__ = ["main"]

TELL_EVERY_S = 0.1


def main() -> None:
    """One job, from standard input to standard output."""
    request = json.loads(sys.stdin.readline())
    _limit(resource.RLIMIT_AS, request["memory_bytes"])
    _limit(resource.RLIMIT_CPU, request["cpu_s"])
    from ...errors import MixwrightError

    try:
        facts = {"mix": _mix, "export": _export}[request["what"]](request)
        _say({"facts": facts})
    except MixwrightError as error:
        _say({"error": " ".join(str(error).split()).replace(str(request.get("hide", "")), "")})
    except MemoryError:
        _say({"error": "this needs more memory than a job may have"})


def _mix(request: dict[str, Any]) -> dict[str, Any]:
    from ...audio import open_writer
    from ...mix import mix, mix_stems
    from ...mix.console_source import ConsoleSource
    from ...mix.files import write_preset, write_report
    from ...mix.source import FileSource, Source
    from ...mix.stem_source import console_rate, open_stems
    from ...model import Amounts
    from ...model.leaning import parse_leaning
    from .facts import EVENT, event_facts, mix_facts

    folder, song = Path(request["folder"]), Path(request["song"])
    how: dict[str, Any] = {
        "output": folder / "mix.wav", "bit_depth": 24, "genre": request["genre"],
        "amounts": Amounts.parse(request["amount"]), "loudness": request["loudness"], "settings": request["settings"],
        "preset": _preset(request), "excerpts": True, "progress": Progress(_hint(song)),
        "taste": None if request["taste"] is None else parse_leaning(request["taste"]),
    }  # fmt: skip
    source: Source
    if request["stems"]:
        made = mix_stems(song, **how)
        assert made.console is not None
        stems, _ = open_stems(song)
        source = ConsoleSource(stems, made.console.preset, song.name, console_rate(stems))
        (folder / "console.json").write_text(made.console.preset.to_json(), encoding="utf-8")
    else:
        (file,) = song.iterdir()
        made = mix(file, **how)
        source = FileSource(file)
    progress = Progress(made.before.samples)
    # 32-bit float: what the browser's chain is given is what the chain was given here.
    path = folder / "source.wav"
    with open_writer(path, sample_rate=source.sample_rate, channels=source.channels, bit_depth=32) as writer:
        for block in source.blocks():
            writer.write(block)
            progress("writing", block.shape[1])
    write_preset(made.preset, folder / "preset.json")
    write_report(made, folder / "report.html")
    if request["preset"] is None:
        (folder / EVENT).write_text(json.dumps(event_facts(made), allow_nan=False), encoding="utf-8")
    return {**mix_facts(made), "title": made.tags.get("title") or request["title"]}


def _export(request: dict[str, Any]) -> dict[str, Any]:
    """The edited mix: the ten values as they were set, the level settled for them, delivered as asked."""
    from ...mix import mix
    from ...mix.files import write_preset, write_report

    folder, source = Path(request["folder"]), Path(request["source"])
    output = folder / f"mix{request['ending']}"
    preset = _preset(request)
    made = mix(
        source, output=output, preset=preset, settings=request["settings"], loudness=request["loudness"],
        true_peak_dbtp=request["true_peak_dbtp"], bit_depth=request["bit_depth"], excerpts=True,
        progress=Progress(_hint(source)),
    )  # fmt: skip
    write_preset(made.preset, folder / "preset.json")
    write_report(made, folder / "report.html")
    return {
        "file": output.name, "integrated_lufs": made.after.integrated_lufs, "true_peak_dbtp": made.after.true_peak_dbtp,
        "warnings": list(made.warnings),
    }  # fmt: skip


def _preset(request: dict[str, Any]) -> Any:
    from ...parameters.preset_file import preset_from

    given = request.get("preset")
    return None if given is None else preset_from(given)


def _hint(song: Path) -> int | None:
    """About how many frames there are; None where no header says so."""
    from ...audio import open_reader

    paths = [song] if song.is_file() else sorted(song.iterdir())
    hints = []
    for path in paths:
        with open_reader(path) as reader:
            hints.append(reader.frames_hint)
    known = [hint for hint in hints if hint]
    return sum(known) if len(known) == len(hints) else None


class Progress:
    """Tells the stage and how much of it is done, a few times a second."""

    def __init__(self, frames: int | None) -> None:
        self._frames, self._stage, self._done, self._told = frames, "", 0, 0.0

    def __call__(self, stage: str, frames: int) -> None:
        if stage != self._stage:
            self._stage, self._done, self._told = stage, 0, 0.0
        self._done += frames
        now = time.monotonic()
        if now - self._told >= TELL_EVERY_S:
            self._told = now
            _say({"stage": stage, "done": min(1.0, self._done / self._frames) if self._frames else None})


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _say(message: dict[str, Any]) -> None:
    print(json.dumps(message, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
