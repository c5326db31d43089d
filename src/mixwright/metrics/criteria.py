"""The success criteria as one table: what a mix is held to, and what a model is held to over many mixes and listeners.

The verdict of `score`, the report of a mix, the benchmark, the build and the promotion of a new model read this table
and nothing else.
"""

from __future__ import annotations

from .criterion_row import Criterion, Judged

__all__ = ["CRITERIA"]


def _crest_kept(j: Judged) -> float | None:
    return j.crest_balanced_db if j.crest_before_db is not None and j.crest_before_db > 12 else None


def _difference(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first - second


def _loudness_error(j: Judged, delivered: bool) -> float | None:
    return _difference(j.loudness_lufs, j.loudness_target_lufs) if j.delivered is delivered else None


CRITERIA: tuple[Criterion, ...] = (
    Criterion(
        name="rms_ratio",
        label="RMS of the balance stage",
        unit="×",
        better="nearer to 1",
        low=0.8,
        high=1.2,
        value=lambda j: j.rms_ratio,
        sentence="Level after the balance stage over the level before: louder is not sold as better.",
    ),
    Criterion(
        name="crest_factor_kept",
        label="Crest factor kept",
        unit="dB",
        better="higher",
        low=12,
        strict=True,
        condition="where the input has it",
        value=_crest_kept,
        sentence="Peaks over average before the limiter (of a finished file: after it); not how good the punch sounds.",
    ),
    Criterion(
        name="crest_factor_lost",
        label="Crest factor lost",
        unit="dB",
        better="lower",
        high=1.5,
        value=lambda j: _difference(j.crest_before_db, j.crest_balanced_db),
        sentence="What was taken from the transients; in a finished file, by the limiter too.",
    ),
    Criterion(
        name="loudness_error",
        label="Loudness against the target",
        unit="LU",
        better="nearer to 0",
        low=-0.5,
        high=0.5,
        value=lambda j: _loudness_error(j, True),
        sentence="Integrated loudness of the file that was written, measured again, minus the target.",
    ),
    Criterion(
        name="loudness_off_target",
        label="Loudness of the file against the target",
        unit="LU",
        better="nearer to 0",
        low=-3,
        high=3,
        value=lambda j: _loudness_error(j, False),
        sentence="Of a finished file from anywhere; services turn down what is too loud, so it is no fault of sound.",
    ),
    Criterion(
        name="true_peak_over",
        label="True peak against the ceiling",
        unit="dB",
        better="lower",
        high=0,
        tolerance=0.05,  # the meter's own error
        value=lambda j: _difference(j.true_peak_dbtp, j.ceiling_dbtp),
        sentence="Between the samples too; a negative figure is headroom.",
    ),
    Criterion(
        name="spectral_centroid",
        label="Spectral centroid against the reference",
        unit="%",
        better="nearer to 0",
        low=-10,
        high=10,
        value=lambda j: j.centroid_change_percent,
        sentence="Brightness in one number; two very different spectra can share it.",
    ),
    Criterion(
        name="treble",
        label="Treble against the reference",
        unit="dB",
        better="nearer to 0",
        low=-3,
        high=3,
        value=lambda j: j.treble_change_db,
        sentence="Power from 7 to 18 kHz over that of the body (90 Hz to 2.2 kHz); it finds harshness and a low-pass.",
    ),
    Criterion(
        name="ltas_error",
        label="Spectrum against the reference",
        unit="dB",
        better="lower",
        high=3,
        value=lambda j: j.ltas_error_db,
        sentence="Mean distance of the third octaves; it knows nothing of time.",
    ),
    Criterion(
        name="side",
        label="Width against the reference",
        unit="dB",
        better="nearer to 0",
        low=-3,
        high=3,
        value=lambda j: j.side_change_db,
        sentence="Side over mid against the reference's; it finds a collapse to mono, which PESQ and STOI miss.",
    ),
    Criterion(
        name="imbalance",
        label="Left over right against the reference",
        unit="dB",
        better="nearer to 0",
        low=-3,
        high=3,
        value=lambda j: j.imbalance_change_db,
        sentence="Finds a lost or turned-down channel; an instrument panned elsewhere may move it too.",
    ),
    Criterion(
        name="mono_loss",
        label="Lost in mono",
        unit="dB",
        better="lower",
        high=6,
        value=lambda j: j.mono_loss_db,
        sentence="Power that vanishes when the channels are summed; unrelated channels lose 3 dB.",
    ),
    Criterion(
        name="clipped",
        label="Clipped samples",
        unit="samples",
        better="lower",
        high=0,
        value=lambda j: j.clipped_samples,
        sentence="Runs of three or more at full scale; clipping that was turned down afterwards is not found.",
    ),
    Criterion(
        name="pesq_wb",
        label="PESQ wide-band",
        unit="",
        better="higher",
        low=3.5,
        strict=True,
        value=lambda j: j.pesq_wb,
        sentence="A speech measure at 16 kHz, mono: nearness of waveforms, blind to stereo and treble, no mix quality.",
    ),
    Criterion(
        name="stoi",
        label="STOI",
        unit="",
        better="higher",
        low=0.85,
        strict=True,
        value=lambda j: j.stoi,
        sentence="A speech measure at 10 kHz, mono: even an unmixed sum passes it; no mix quality.",
    ),
    Criterion(
        name="visqol",
        label="ViSQOL audio, worse channel",
        unit="of 4.73",
        better="higher",
        value=lambda j: j.visqol,
        sentence="A measure for codecs at 48 kHz: hears treble and noise, hardly stereo; an unmixed sum gets 4.5.",
    ),
    Criterion(
        name="genre_appropriateness",
        label="Genre appropriateness",
        unit="of 100",
        better="higher",
        value=lambda j: j.genre_appropriateness,
        sentence="How usual the mix is for the genre's profile, which is as good as the music it was made from.",
    ),
    Criterion(
        name="parameters_at_bounds",
        label="Parameters at their bounds",
        unit="of 10",
        better="lower",
        value=lambda j: j.parameters_at_bounds,
        sentence="A parameter at its bound means that the mix would have needed more than a safe move.",
    ),
    Criterion(
        name="parameters_at_bounds_share",
        label="Parameters at their bounds, over many mixes",
        unit="share",
        better="lower",
        high=0.05,
        strict=True,
        scope="set",
        sentence="Of all predicted parameters; many at their bounds mean ranges too narrow or a model too sure.",
    ),
    Criterion(
        name="harm_ltas_db",
        label="Harm on balanced mixes",
        unit="dB",
        better="lower",
        high=0.5,
        scope="set",
        sentence="How far the spectrum of mixes that were good is moved, in the median; small is not yet useful.",
    ),
    Criterion(
        name="ltas_error_removed",
        label="Share of the spectrum's error removed",
        unit="share",
        better="higher",
        low=0,
        strict=True,
        scope="set",
        sentence="Of the error that damage put into the spectrum; 0 is doing nothing. It knows nothing of dynamics.",
    ),
    Criterion(
        name="made_worse",
        label="Cases made worse",
        unit="share",
        better="lower",
        scope="set",
        sentence="Cases further from the undamaged mix than before; a good median can hide them.",
    ),
    Criterion(
        name="ab_win_rate",
        label="A/B win rate against the current model",
        unit="share",
        better="higher",
        low=0.7,
        strict=True,
        scope="set",
        interval_above=0.5,
        sentence="Blind, level-matched choices, ties as half; it holds for these listeners and this music.",
    ),
    Criterion(
        name="professional_rating",
        label="Professional rating",
        unit="of 10",
        better="higher",
        low=7,
        strict=True,
        scope="set",
        sentence="Of mixing engineers in the listening room; absolute ratings are compressed, so choices say more.",
    ),
)
