"""Numbers as text are read alike with and without std::from_chars, which Apple's library lacks for doubles."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

from tests.plugin.plugins import compile_native

LINES = [
    "0", "-0", "1.5", "-17.23 LUFS", "2.25dB", "1e3", "1e", "1e+", "1.", ".5", ".", "-", "--1", "+1", " 1", "0x10",
    "1,5", "5 on", "12e-2}", "1e400", "", "on", "9007199254740993", "0.1000000000000000055511151231257827",
]  # fmt: skip


def test_both_ways_of_reading_agree(tmp_path: Path) -> None:
    rng = random.Random(1)
    lines = LINES + [repr(rng.uniform(-100, 100)) for _ in range(500)]
    read = []
    for flags in ([], ["-DMIXWRIGHT_STRTOD"]):
        probe = compile_native("decimal_probe", tmp_path, *flags)
        done = subprocess.run([probe], input="\n".join(lines), capture_output=True, text=True, check=True)
        read.append(dict(zip(lines, done.stdout.splitlines(), strict=True)))
    one, other = read
    assert one == other
    assert one["-17.23 LUFS"] == "6 -17.23"
    assert one["+1"] == one["on"] == one["1e400"] == "-1 0"
    assert all(float(one[line].split()[1]) == float(line) for line in lines[len(LINES) :])
