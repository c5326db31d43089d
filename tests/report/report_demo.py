"""A realistic report for the tests; `python tests/report/report_demo.py page.html` writes it out."""

from __future__ import annotations

import io
import json
import sys
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np

from mixwright.mix.report import (
    Clip,
    Criterion,
    Delivery,
    GainReduction,
    Loudness,
    Ltas,
    Measurement,
    ParameterRow,
    ReportData,
    render_report,
)

_DECADE_HZ = (25, 31.5, 40, 50, 63, 80, 100, 125, 160, 200)  # nominal centres of IEC 61260
THIRD_OCTAVES_HZ = np.array([hz * decade for decade in (1, 10, 100) for hz in _DECADE_HZ])


def wav(frequency_hz: float, seconds: float = 2.0, level: float = 0.25, sample_rate: int = 44100) -> bytes:
    """A pulsing stereo tone as a 16-bit WAV file."""
    t = np.arange(int(seconds * sample_rate)) / sample_rate
    tone = level * np.sin(2 * np.pi * frequency_hz * t) * (0.25 + 0.75 * np.exp(-4 * (2 * t % 1.0)))
    samples = (np.stack([tone, tone], axis=1) * 32767).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(sample_rate)
        out.writeframes(samples.tobytes())
    return file.getvalue()


def ltas() -> Ltas:
    """A mix with heavy lows and a dull top, pulled half way to its target."""
    octaves = np.log2(THIRD_OCTAVES_HZ / 1000)
    target = -24 - 1.6 * octaves - 0.42 * octaves**2
    off = 4.2 * np.exp(-((octaves + 3) ** 2) / 2) - 2.6 / (1 + np.exp(-(octaves - 3)))
    before = target + off + 0.9 * np.sin(3.1 * octaves)
    return Ltas(THIRD_OCTAVES_HZ, before, before - 0.55 * off, target, 1.8 + 0.25 * np.abs(octaves), "Rock profile")


def loudness(seconds: float = 214.0) -> Loudness:
    """Verses and choruses, then the same 5.4 LU up with a little less swing."""
    t = np.arange(3.0, seconds, 0.1)
    noise = np.convolve(np.random.default_rng(7).normal(size=t.size), np.ones(25) / 9, mode="same")
    shape = np.where((t % 54) < 26, -23.5, -18.2)
    before = np.convolve(shape, np.ones(30) / 30, mode="same") + noise
    before[-60:] -= np.linspace(0, 22, 60)
    before[:15] = before[15]
    after = -19.9 + 0.86 * (before + 19.9) + 5.9
    return Loudness(np.stack([t, before], 1), np.stack([t, after], 1), -19.9, -14.0, -14.0)


def gain_reduction(seconds: float = 214.0) -> GainReduction:
    """The compressor breathes with the choruses, the limiter catches single peaks."""
    t = np.arange(0.0, seconds, 0.05)
    random = np.random.default_rng(3)
    loud = np.where((t % 54) < 26, 0.7, 1.7)
    compressor = -loud * (0.6 + 0.4 * np.abs(np.sin(2 * np.pi * t / 1.9))) - 0.15 * random.random(t.size)
    limiter = -np.maximum(0.0, random.gumbel(-1.4, 0.35, t.size)) * (loud > 1)
    return GainReduction(t, compressor, limiter)


def parameters() -> list[ParameterRow]:
    rows = [
        ("input_gain", "Input gain", "×", 0.97, 0.8, 1, 1.2, "refined", "Makes room for the bass."),
        (
            "low_eq",
            "Low EQ",
            "dB",
            -1.8,
            -3,
            0,
            3,
            "refined",
            "80 to 160 Hz lay 3.9 dB above the rock profile; the kick and the bass cover each other there.",
        ),
        ("mid_eq", "Mid EQ", "dB", 0.0, -2, 0, 2, "neutral", "The vocal range is where it should be."),
        ("high_eq", "High EQ", "dB", 1.4, -3, 0, 3, "predicted", "Above 8 kHz it is 2.2 dB dull."),
        ("presence", "Presence", "×", 1.04, 0.8, 1, 1.1, "predicted", "Brings the voice forward."),
        (
            "compressor_ratio",
            "Compressor ratio",
            ":1",
            1.65,
            1,
            1,
            4,
            "predicted",
            "Choruses are 5.1 LU above the verses; a gentle ratio holds them together.",
        ),
        ("delay", "Delay", "wet", 0.0, 0, 0, 0.2, "neutral", "The guitars already carry an echo."),
        ("reverb", "Reverb", "wet", 0.06, 0, 0, 0.3, "set", "You asked for a little room."),
        ("stereo_width", "Stereo width", "×", 1.0, 0.9, 1, 1.1, "neutral", "Wide, and safe in mono."),
        ("output_level", "Output level", "×", 1.05, 0.9, 1, 1.1, "refined", "Gives back what EQ took."),
    ]
    made = [ParameterRow(*row) for row in rows]
    # The treble opens toward the end of the song.
    made[3] = replace(made[3], movement=((0.0, 0.4), (60.0, 0.9), (75.0, 2.1), (214.0, 1.6)))
    return made


def demo() -> ReportData:
    """A finished rock mix with something of everything."""
    preset = {
        "format": 1,
        "parameters": {row.name: row.value for row in parameters()},
        "voicing": {"low_eq_hz": 100.0},
    }
    return ReportData(
        title="Night Bus (rough mix 3).flac",
        subtitle="The Paper Lanterns, Night Bus",
        genre={"rock": 0.64, "pop": 0.22, "electronic": 0.11, "jazz": 0.02, "hip_hop": 0.01},
        genre_sentence="Guitars and a steady backbeat; the chorus leans towards pop.",
        summary=[
            "The low end was heavy and the top a little dull; both are closer to what rock mixes "
            "have, and the rest was left alone.",
            "The choruses now sit 4.4 LU above the verses instead of 5.1 LU.",
            "The file is delivered at −14.0 LUFS with peaks under −1.0 dBTP.",
        ],
        warnings=[
            "31 samples of the input were already clipped, near 2:14. That cannot be undone here; "
            "a fresh bounce would help."
        ],
        clips=[
            Clip("Before", "audio/wav", wav(220.0, level=0.5), gain_db=-1.5),
            Clip("After", "audio/wav", wav(330.0, level=0.35)),
        ],
        clips_lufs=-19.9,
        parameters=parameters(),
        ltas=ltas(),
        loudness=loudness(),
        gain_reduction=gain_reduction(),
        measurements=[
            Measurement(
                "Integrated loudness",
                "LUFS",
                -19.9,
                -14.0,
                -14.0,
                "Brought to the target by the delivery stage.",
            ),
            Measurement(
                "Loudness range",
                "LU",
                8.3,
                7.2,
                None,
                "A little steadier; still a song with quiet and loud parts.",
            ),
            Measurement("True peak", "dBTP", 0.34, -1.02, -1.0, "Safe for lossy encoding."),
            Measurement("Crest factor", "dB", 16.2, 14.1, 13.4, "Transients are intact."),
            Measurement("Spectral centroid", "Hz", 1874.0, 2312.0, 2390.0, "Brighter, as intended."),
            Measurement("Stereo width", "", 0.42, 0.42),
            Measurement("Tempo", "BPM", 117.6, 117.6),
            Measurement("DC offset", "", float("nan"), 0.0),
            Measurement("Clipped samples", "samples", 31, 0),
        ],
        delivery=Delivery(
            -14.0, -1.0, 5.9, -14.0, -1.02, "Reached with at most 1.4 dB of limiting, in the choruses only."
        ),
        criteria=[
            Criterion("Loudness", 0.02, "LU", "within ±0.5 LU of the target", True, "On target."),
            Criterion("True peak", -1.02, "dBTP", "never above −1.0 dBTP", True),
            Criterion("Crest factor", 0.9, "dB", "at most 1.5 dB lost in the balance stage", True),
            Criterion("Spectral centroid", -3.3, "%", "within ±10 % of the reference", True),
            Criterion("RMS of the balance stage", 0.98, "×", "0.80× to 1.20×", True),
            Criterion("Parameters at their bounds", 0, "%", "under 5 %", True),
            Criterion(
                "Genre appropriateness",
                0.61,
                "",
                "above 0.65",
                False,
                "The top end is still a little soft for rock.",
            ),
            Criterion("PESQ", None, "", "above 3.5 against the target", None, "Needs a target mix; none was given."),
        ],
        preset_json=json.dumps(preset, indent=2),
        version="0.1.0",
        software={"NumPy": "2.3.4", "libsndfile": "1.2.2"},
    )


def bare() -> ReportData:
    """Only a title."""
    return ReportData(title="untitled")


def unsure() -> ReportData:
    """The demo when the listener could not name a genre."""
    return replace(demo(), genre=None, genre_sentence="No genre stood out, so the general profile was used.")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render_report(demo()), encoding="utf-8")
