"""Seeded phrases for the sounds of General MIDI, as Standard MIDI Files that FluidSynth plays."""

from __future__ import annotations

import struct

import numpy as np

__all__ = ["DRUM_KEYS", "PROGRAM_ROLES", "kit_phrase", "one_drum", "phrase"]

TICKS = 480  # a quarter note
DRUMS = 9  # the channel of General MIDI's drums
# Of the 128 programs; those whose role is a matter of taste are left out.
PROGRAM_ROLES: dict[int, str] = {
    **dict.fromkeys(range(8), "keys"),
    **dict.fromkeys(range(9, 15), "percussion"),
    **dict.fromkeys(range(16, 24), "keys"),
    **dict.fromkeys(range(24, 32), "guitar"),
    **dict.fromkeys(range(32, 40), "bass"),
    **dict.fromkeys((40, 41, 42, 43, 44, 45, 48, 49, 50), "strings"),
    47: "percussion",
    **dict.fromkeys((52, 53, 54), "backing_vocal"),
    **dict.fromkeys(range(56, 80), "winds"),
    **dict.fromkeys((80, 81, 82, 83, 84, 86, 87, 88, 89, 90, 91, 93, 94, 95), "synth"),
    **dict.fromkeys((104, 105, 106, 107), "guitar"),
    **dict.fromkeys((112, 113, 114, 115, 116, 117, 118), "percussion"),
    **dict.fromkeys((119, 120, 122, 124, 125, 126, 127), "effects"),
}
DRUM_KEYS: dict[str, tuple[int, ...]] = {
    "kick": (35, 36),
    "snare": (38, 40, 39),
    "cymbals": (42, 44, 46, 49, 51, 53, 55, 57, 59),
    "percussion": (
        37,
        41,
        43,
        45,
        47,
        48,
        50,
        54,
        56,
        60,
        61,
        62,
        63,
        64,
        65,
        66,
        67,
        68,
        69,
        70,
        73,
        74,
        75,
        76,
        77,
        80,
    ),
}
RANGES = {"bass": (28, 52), "winds": (52, 84), "strings": (45, 88), "guitar": (42, 76), "backing_vocal": (48, 79)}
Note = tuple[float, float, int, int]  # start and length in quarter notes, key, velocity


def phrase(program: int, seed: int, seconds: float) -> bytes:
    """A line or chords on a program, as its role plays: lines for basses and winds, chords for most others."""
    rng = np.random.default_rng([program, seed])
    role = PROGRAM_ROLES[program]
    tempo = float(rng.uniform(75, 160))
    low, high = RANGES.get(role, (40, 84))
    centre = int(rng.integers(low + 5, high - 5))
    scale = np.array([0, 2, 4, 5, 7, 9, 11]) if rng.random() < 0.5 else np.array([0, 2, 3, 5, 7, 8, 10])
    size = 1 if role in ("bass", "winds", "percussion") or rng.random() < 0.4 else int(rng.integers(2, 5))
    step = float(
        rng.choice(
            [0.5, 0.5, 1.0, 2.0, 4.0]
            if role in ("strings", "backing_vocal", "synth", "keys")
            else [0.25, 0.5, 0.5, 1.0]
        )
    )
    held = float(rng.uniform(0.4, 1.0))
    notes: list[Note] = []
    at, degree = 0.0, 0
    while at < seconds * tempo / 60:
        if rng.random() < 0.85:
            degree = int(np.clip(degree + rng.integers(-3, 4), -7, 7))
            velocity = int(np.clip(rng.normal(90, 15), 30, 127))
            for voice in range(size):
                octave, place = divmod(degree + 2 * voice, 7)
                key = int(np.clip(centre + 12 * octave + scale[place], low - 5, high + 7))
                notes.append((at, step * held, key, velocity))
        at += step
    return _file(notes, program, 0, tempo)


def one_drum(key: int, seed: int, seconds: float) -> bytes:
    """One drum in a rhythm of its own."""
    rng = np.random.default_rng([key, seed, 1])
    tempo = float(rng.uniform(75, 170))
    pattern = rng.random(16) < float(rng.uniform(0.12, 0.6))
    pattern[0] = True
    return _file(_bar(pattern, key, rng, seconds * tempo / 60), 0, DRUMS, tempo)


def kit_phrase(seed: int, seconds: float) -> bytes:
    """A whole kit: kick, snare, a cymbal, now and then toms."""
    rng = np.random.default_rng([seed, 2])
    tempo = float(rng.uniform(75, 170))
    length = seconds * tempo / 60
    kick, snare, hats = rng.random(16) < 0.25, rng.random(16) < 0.06, rng.random(16) < 0.6
    kick[0] = snare[4] = snare[12] = True
    hats[:: int(rng.choice([1, 2, 4]))] = True
    notes = _bar(kick, int(rng.choice([35, 36])), rng, length) + _bar(snare, int(rng.choice([38, 40])), rng, length)
    notes += _bar(hats, int(rng.choice([42, 46, 51])), rng, length)
    if rng.random() < 0.5:
        notes += _bar(rng.random(16) < 0.1, int(rng.choice([45, 47, 50])), rng, length)
    return _file(notes, 0, DRUMS, tempo)


def _bar(pattern: np.ndarray, key: int, rng: np.random.Generator, length: float) -> list[Note]:
    """A pattern of sixteenths, again and again."""
    return [
        (place / 4, 0.2, key, int(np.clip(rng.normal(95, 14), 30, 127)))
        for place in range(int(length * 4))
        if pattern[place % len(pattern)] and rng.random() < 0.95
    ]


def _file(notes: list[Note], program: int, channel: int, tempo: float) -> bytes:
    """A Standard MIDI File of format 0."""
    events = [(0, bytes([0xFF, 0x51, 3]) + int(60e6 / tempo).to_bytes(3, "big")), (0, bytes([0xC0 | channel, program]))]
    for start, length, key, velocity in notes:
        events.append((round(start * TICKS), bytes([0x90 | channel, key, velocity])))
        events.append((round((start + length) * TICKS), bytes([0x80 | channel, key, 0])))
    events.sort(key=lambda event: (event[0], event[1][0] & 0xF0 == 0x90))
    track, now = b"", 0
    for tick, data in events:
        track += _variable(tick - now) + data
        now = tick
    track += _variable(TICKS) + bytes([0xFF, 0x2F, 0])
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, TICKS) + b"MTrk" + struct.pack(">I", len(track)) + track


def _variable(value: int) -> bytes:
    out = [value & 0x7F]
    while value := value >> 7:
        out.append(value & 0x7F | 0x80)
    return bytes(reversed(out))
