"""The spectrum of each moment, summed up for the long-term average and for the correlation of each band.

Frames overlap by half under a sine window, whose squares add up to one at every sample: each sample weighs
the same and the bands' powers add up to the programme's, to rounding, at half the cost of the usual 75 %
overlap. Bands below 355 Hz are narrower than the bins of a frame short enough for rhythm and timbre (47 ms),
so the bass has its own frames, eight times as long, of the signal at a sixteenth of the rate.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .bands import NOMINAL_HZ, band_weights, third_octaves

Audio = NDArray[np.float32]
Floats = NDArray[np.float64]
Spectra = NDArray[np.float32]

BASS_RATE = 2756.25  # 44.1 kHz / 16; other rates come as near as a power of two allows: 1.95 to 3.9 kHz
FRAME_PER_DECIMATION = 128  # 2048 samples at 44.1 kHz
FRAMES_PER_CHUNK = 16
BASS_FRAME = 1024  # bins of 2.7 Hz; the band at 25 Hz is 5.8 Hz wide
TAPS_PER_STEP = 8  # times the decimation; stop band 82 dB down beyond what could fold below 355 Hz
KAISER_BETA = 8.1
BLOCK_RUN = 128
BASS_BANDS = NOMINAL_HZ.index(400.0)  # the first band that the short frames measure
FLOOR = 1e-15  # -150 dBFS


def decimation(sample_rate: int) -> int:
    """The power of two that brings sample_rate nearest to 2756 Hz; the frames' length follows from it."""
    return int(2 ** round(np.log2(sample_rate / BASS_RATE)))


class CrossSpectrum:
    """Sums of the channels' power spectra and of their cross-spectrum, over frames overlapping by half.

    Power is scaled so that the bins of one frame add up to its mean square.
    """

    def __init__(self, channels: int, frame: int, chunk: int) -> None:
        hop, bins = frame // 2, frame // 2 + 1
        self._hop = hop
        self._window = (2.0 / frame * np.sin(np.pi * (np.arange(frame) + 0.5) / frame)).astype(np.float32)
        self._input = np.zeros((channels, hop + chunk), np.float32)
        sample, row = self._input.strides[1], self._input.strides[0]
        self._overlapped = np.lib.stride_tricks.as_strided(
            self._input, (channels, chunk // hop, frame), (row, hop * sample, sample), writeable=False
        )
        # Buffers stay: a temporary of this size would be mapped and unmapped by the system at every chunk.
        self._frames = np.empty(self._overlapped.shape, np.float32)
        self._spectra = np.empty((channels, chunk // hop, bins), np.complex64)
        self.parts: Spectra = self._spectra.view(np.float32)  # (channels, frames, 2 * bins): re, im, re, im, ...
        self.squares: Spectra = np.empty_like(self.parts)
        self._power = np.zeros((channels, 2 * bins))
        self._cross = np.zeros(2 * bins)

    def process(self, audio: Audio) -> None:
        """Add audio (channels, chunk); the frames start half a frame before it."""
        self._input[:, self._hop :] = audio
        np.multiply(self._overlapped, self._window, out=self._frames)
        np.fft.rfft(self._frames, out=self._spectra)  # type: ignore[arg-type]  # numpy types only complex128
        np.multiply(self.parts, self.parts, out=self.squares)
        self._power += self.squares.sum(axis=1)
        if len(self.parts) == 2:
            self._cross += np.einsum("fk,fk->k", self.parts[0], self.parts[1])
        self._input[:, : self._hop] = self._input[:, -self._hop :]

    def band_powers(self, weights: Floats, samples: float) -> tuple[Floats, Floats]:
        """Mean squares (channels, bands) and mean products of the two (bands,) over that many samples."""
        scale = self._hop / samples
        power = (self._power[:, ::2] + self._power[:, 1::2]) @ weights * scale
        cross = (self._cross[::2] + self._cross[1::2]) @ weights * scale
        return power, cross


class Decimator:
    """Low-pass and keep every step-th sample; what a block owes to later outputs crosses chunks without a seam."""

    def __init__(self, channels: int, step: int, chunk: int) -> None:
        taps = TAPS_PER_STEP * step
        ideal = np.sinc((np.arange(taps) - (taps - 1) / 2) / step)
        response = ideal * np.kaiser(taps, KAISER_BETA)
        response /= response.sum()
        # tap k * step + j meets sample j of the block k blocks on: (step, TAPS_PER_STEP)
        self._response = np.ascontiguousarray(response.reshape(TAPS_PER_STEP, step).T.astype(np.float32))
        self._step = step
        # each block of step samples times each part of the response, seven blocks of the last chunk in front
        self._products = np.zeros((channels, TAPS_PER_STEP - 1 + chunk // step, TAPS_PER_STEP), np.float32)

    def process(self, audio: Audio) -> Audio:
        """From (channels, chunk) to (channels, chunk // step)."""
        count = audio.shape[1] // self._step
        # in runs of 128 blocks: a product this small stays on the calling thread
        runs = audio.reshape(len(audio), -1, BLOCK_RUN, self._step) @ self._response
        self._products[:, -count:] = runs.reshape(len(audio), count, TAPS_PER_STEP)
        low = self._products[:, :count, 0].copy()
        for tap in range(1, TAPS_PER_STEP):
            low += self._products[:, tap : tap + count, tap]
        self._products[:, : TAPS_PER_STEP - 1] = self._products[:, 1 - TAPS_PER_STEP :]
        return low


class Spectrum:
    """Both resolutions together: short frames for everything from 400 Hz up, long ones for the bass."""

    def __init__(self, sample_rate: int, channels: int) -> None:
        step = decimation(sample_rate)
        self.frame = FRAME_PER_DECIMATION * step
        self.hop = self.frame // 2
        self.chunk = FRAMES_PER_CHUNK * self.hop
        self._sample_rate, self._channels, self._step = sample_rate, channels, step
        self._short = CrossSpectrum(channels, self.frame, self.chunk)
        self._decimator = Decimator(channels, step, self.chunk)
        self._long = CrossSpectrum(channels, BASS_FRAME, self.chunk // step)
        self._power = np.empty((FRAMES_PER_CHUNK, self.frame // 2 + 1), np.float32)
        self._mid = np.empty_like(self._power)
        self._product = np.empty((FRAMES_PER_CHUNK, 2 * self._power.shape[1]), np.float32)

    def process(self, audio: Audio) -> Spectra:
        """Add audio (channels, chunk); gives power (frames, bins), mean over channels, to be read at once."""
        self._short.process(audio)
        self._long.process(self._decimator.process(audio))
        squares = self._short.squares[0]
        if self._channels == 2:
            squares += self._short.squares[1]
        np.add(squares[:, ::2], squares[:, 1::2], out=self._power)
        if self._channels == 2:
            self._power *= np.float32(0.5)
        return self._power

    def middle(self) -> Spectra:
        """Power (frames, bins) of (L + R) / 2 in the chunk that was added last, to be read at once."""
        if self._channels == 1:
            return self._power
        left, right = self._short.parts
        np.multiply(left, right, out=self._product)
        np.add(self._product[:, ::2], self._product[:, 1::2], out=self._mid)
        self._mid += self._power  # |L + R|^2 / 4 = (|L|^2 + |R|^2) / 4 + Re(L R*) / 2
        self._mid *= np.float32(0.5)
        np.maximum(self._mid, np.float32(0.0), out=self._mid)
        return self._mid

    def finish(self, samples: int) -> tuple[Floats, Floats, Floats]:
        """Centres in Hz, LTAS in dBFS and correlation of both channels, each (bands,).

        Every sample must have been followed by a chunk of zeros, so that all frames with sound in them are
        in.
        """
        nominal = third_octaves(self._sample_rate)
        low = band_weights(slice(BASS_BANDS), BASS_FRAME, self._sample_rate / self._step)
        high = band_weights(slice(BASS_BANDS, len(nominal)), self.frame, self._sample_rate)
        samples = max(samples, 1)
        bass_power, bass_cross = self._long.band_powers(low, samples / self._step)
        power, cross = self._short.band_powers(high, samples)
        power, cross = np.hstack((bass_power, power)), np.append(bass_cross, cross)
        ltas_db = 10.0 * np.log10(np.maximum(power.mean(axis=0), FLOOR))
        return np.array(nominal), ltas_db, correlation(power, cross)


def correlation(power: Floats, cross: Floats) -> Floats:
    """From mean squares (channels, n) and mean products (n,) of two channels; 1 for mono, 0 with silence."""
    if len(power) == 1:
        return np.ones(power.shape[1])
    both = np.sqrt(power[0] * power[1])
    heard = np.minimum(power[0], power[1]) > FLOOR
    shares: Floats = np.divide(cross, both, out=np.zeros_like(cross), where=heard)
    return np.clip(shares, -1.0, 1.0)
