"""Brightness, noisiness and colour of the sound: centroid, flatness, contrast and MFCC, frame by frame.

librosa's definitions on the channels' mean power, so that sound out of phase counts, with three differences:
nothing above 16 kHz enters, because lossy codecs remove it and sample rates differ there; frames below -70
dBFS, the gate of BS.1770, do not count; and 64 mel bands instead of 128. Powers are scaled to those of
librosa's default frame (Hann, 2048 samples, not normalised), so that figures are on the scale of published
ones at any sample rate. Sources: McFee et al., librosa (2015); Jiang et al., spectral contrast (2002);
Slaney, Auditory Toolbox (1998).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .bands import mel_weights, split_filters
from .spectrum import Floats, Spectra

TOP_HZ = 16000.0
MEL_BANDS = 64
MFCC_COUNT = 13
GATE = 1e-7  # -70 dBFS
HANN_2048 = 2048**2 / 4 * 0.75  # from a frame's mean square to librosa's unnormalised power
FLOOR = 1e-6  # -60 dB on that scale, near -98 dBFS in a mel band: 16-bit noise; stands for librosa's top_db
FLATNESS_FLOOR = 1e-10  # librosa's amin
CONTRAST_EDGES_HZ = (0.0, 200.0, 400.0, 800.0, 1600.0, 3200.0, 6400.0, TOP_HZ)
CONTRAST_QUANTILE = 0.02
EVERY = 4  # contrast and flatness look at each fourth frame, 11 a second: their means move by less than 1 %


@dataclass(frozen=True)
class Timbre:
    """Means over the frames with sound; NaN where there is none."""

    centroid_hz: float
    flatness: float
    contrast: Floats  # (7,)
    mfcc: Floats  # (13,)


class TimbreMeter:
    """Takes power spectra (frames, bins) chunk by chunk and keeps sums; gives the log-mel spectrum on."""

    def __init__(self, frame: int, sample_rate: int) -> None:
        top_hz = min(TOP_HZ, sample_rate / 2)
        hz = np.arange(frame // 2 + 1) * (sample_rate / frame)
        self._bins = int(np.searchsorted(hz, top_hz, side="right"))
        self._hz = hz[: self._bins].astype(np.float32)
        self._mel_parts = split_filters(mel_weights(MEL_BANDS, top_hz, frame, sample_rate)[: self._bins] * HANN_2048)
        self._contrast_parts = _contrast_parts(self._hz, sample_rate)
        self._frames = self._sparse_frames = 0
        self._centroid = self._flatness = 0.0
        self._contrast = np.zeros(len(CONTRAST_EDGES_HZ) - 1)
        self._mel_db = np.zeros(MEL_BANDS)

    def process(self, power: Spectra) -> tuple[Spectra, NDArray[np.bool_]]:
        """Add power (frames, bins); gives the mel spectrum in dB (frames, 64) and which frames have sound."""
        power = power[:, : self._bins]
        loud = power.sum(axis=1) > GATE
        mel_db = self._mel(power)
        if loud.any():
            self._frames += int(loud.sum())
            self._mel_db += mel_db[loud].sum(axis=0)
            magnitude = np.sqrt(power[loud])
            self._centroid += float(((magnitude @ self._hz) / magnitude.sum(axis=1)).sum())
            self._add_sparse(power[::EVERY][loud[::EVERY]])
        return mel_db, loud

    def finish(self) -> Timbre:
        """The means so far."""
        with np.errstate(invalid="ignore"):
            return Timbre(
                centroid_hz=float(np.divide(self._centroid, self._frames)),
                flatness=float(np.divide(self._flatness, self._sparse_frames)),
                contrast=self._contrast / self._sparse_frames,
                mfcc=_dct(self._mel_db / self._frames)[:MFCC_COUNT],
            )

    def _mel(self, power: Spectra) -> Spectra:
        mel = np.zeros((len(power), MEL_BANDS), np.float32)
        for bins, bands, weights in self._mel_parts:
            mel[:, bands] += power[:, bins] @ weights
        np.maximum(mel, np.float32(FLOOR), out=mel)
        np.log10(mel, out=mel)
        mel *= np.float32(10.0)
        return mel

    def _add_sparse(self, power: Spectra) -> None:
        """Flatness and contrast of some frames (frames, bins)."""
        if len(power) == 0:
            return
        power = power * np.float32(HANN_2048)
        self._sparse_frames += len(power)
        floored = np.maximum(power, np.float32(FLATNESS_FLOOR))
        self._flatness += float((np.exp(np.log(floored).mean(axis=1)) / floored.mean(axis=1)).sum())
        for band, (low, high, count) in enumerate(self._contrast_parts):
            ordered = np.sqrt(np.sort(floored[:, low:high], axis=1))
            valley, peak = ordered[:, :count].mean(axis=1), ordered[:, -count:].mean(axis=1)
            self._contrast[band] += float(10.0 * np.log10(peak / valley).sum())
        self._contrast[len(self._contrast_parts) :] = np.nan


def _contrast_parts(hz: NDArray[np.float32], sample_rate: int) -> list[tuple[int, int, int]]:
    """First bin, end bin, and bins that make a peak or a valley, for each octave band below Nyquist."""
    parts = []
    for low_hz, high_hz in pairwise(CONTRAST_EDGES_HZ):
        if low_hz >= sample_rate / 2:
            break
        low, high = int(np.searchsorted(hz, low_hz)), int(np.searchsorted(hz, high_hz, side="right"))
        low = max(low - 1, 0)  # librosa lets each band begin one bin early
        parts.append((low, high, max(round(CONTRAST_QUANTILE * (high - low)), 1)))
    return parts


def _dct(values: Floats) -> Floats:
    """Orthonormal DCT-II, which turns a log-mel spectrum into cepstral coefficients."""
    count = len(values)
    steps = np.arange(count)
    basis = np.cos(np.pi / count * np.outer(steps, steps + 0.5)) * np.sqrt(2.0 / count)
    basis[0] /= np.sqrt(2.0)
    result: Floats = basis @ values
    return result
