"""What the model hears: log-mel spectra of mid and side, in windows of ten seconds.

Two frames of the analysis make one of these, 46 ms at 44.1 kHz. Of a long programme only some windows are kept, evenly
spread, so that memory does not grow with its length: 64 at most, which is every window up to ten minutes, every
second up to twenty, and so on.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .bands import mel_corners_hz, mel_weights, split_filters
from .spectrum import Floats, Spectra

__all__ = ["MEL_BANDS", "MEL_FLOOR_DB", "MEL_FRAMES", "MEL_TOP_HZ", "MelMeter", "mel_centres_hz"]

MEL_BANDS = 64
MEL_TOP_HZ = 16_000.0  # lossy codecs leave nothing above, and sample rates differ there
MEL_FRAMES = 216  # of a window: 10.0 s at 44.1 kHz, 9.2 s at 48 kHz
MEL_FLOOR_DB = -120.0
MOST_WINDOWS = 64
FRAMES_IN_ONE = 2
Windows = NDArray[np.float16]


class MelMeter:
    """Takes power spectra chunk by chunk, keeps windows (2, 64, 216) in dB a mel band: mid, side."""

    def __init__(self, frame: int, sample_rate: int) -> None:
        hz = np.arange(frame // 2 + 1) * (sample_rate / frame)
        self._bins = int(np.searchsorted(hz, MEL_TOP_HZ, side="right"))
        self._parts = split_filters(
            mel_weights(MEL_BANDS, MEL_TOP_HZ, frame, sample_rate)[: self._bins] / FRAMES_IN_ONE
        )
        self._hop_s = FRAMES_IN_ONE * (frame // 2) / sample_rate
        self._window = np.full((2, MEL_FRAMES, MEL_BANDS), MEL_FLOOR_DB, np.float32)
        self._filled = self._index = 0
        self._every = 1
        self._kept: list[tuple[int, Windows]] = []

    def process(self, power: Spectra, mid: Spectra) -> None:
        """Add power (frames, bins), mean over channels, and that of the middle; an even number of frames."""
        count = len(power) // FRAMES_IN_ONE
        rows: Spectra | None = None
        position = 0
        while position < count:
            taken = min(count - position, MEL_FRAMES - self._filled)
            if self._index % self._every == 0:
                rows = self._rows(power, mid) if rows is None else rows
                self._window[:, self._filled : self._filled + taken] = rows[:, position : position + taken]
            position += taken
            self._filled += taken
            if self._filled == MEL_FRAMES:
                self._keep()

    def finish(self) -> tuple[Windows, Floats]:
        """Windows (n, 2, 64, 216) in dB and where each begins in s. The last one reaches back into the one before it
        where half of it is there; what is shorter than one window is repeated until it fills one."""
        starts = [index * MEL_FRAMES * self._hop_s for index, _ in self._kept]
        if not self._kept and self._filled:
            self._keep_as(self._window[:, np.arange(MEL_FRAMES) % self._filled])
            starts = [0.0]
        elif self._every == 1 and self._kept and self._filled >= MEL_FRAMES // 2:
            # The buffer was not emptied: behind what is filled stands the end of the window before.
            self._keep_as(np.roll(self._window, -self._filled, axis=1))
            starts.append(((self._index - 1) * MEL_FRAMES + self._filled) * self._hop_s)
        shape = (0, 2, MEL_BANDS, MEL_FRAMES)
        windows = np.stack([w for _, w in self._kept]) if self._kept else np.empty(shape, np.float16)
        return windows, np.array(starts)

    def _rows(self, power: Spectra, mid: Spectra) -> Spectra:
        """(2, frames, bands) in dB."""
        pairs = [p[0::2, : self._bins] + p[1::2, : self._bins] for p in (power, mid)]
        frames = np.concatenate(pairs)
        both = np.zeros((len(frames), MEL_BANDS), np.float32)
        for bins, bands, weights in self._parts:
            both[:, bands] += frames[:, bins] @ weights
        total, middle = both[: len(pairs[0])], both[len(pairs[0]) :]
        # L^2 + R^2 = 2 (M^2 + S^2); a side 60 dB under the middle is lost in the rounding, and to the ear.
        side = np.where(total - middle > 1e-6 * total, total - middle, 0.0)
        least = np.float32(10 ** (MEL_FLOOR_DB / 10))
        return np.asarray(10 * np.log10(np.maximum(np.stack([middle, side]), least)), np.float32)

    def _keep(self) -> None:
        if self._index % self._every == 0:
            self._keep_as(self._window)
            if len(self._kept) > MOST_WINDOWS:
                self._every *= 2
                self._kept = [(index, w) for index, w in self._kept if index % self._every == 0]
        self._index += 1
        self._filled = 0

    def _keep_as(self, window: Spectra) -> None:
        self._kept.append((self._index, window.transpose(0, 2, 1).astype(np.float16)))


def mel_centres_hz() -> Floats:
    """Centres in Hz of the model's mel bands."""
    return mel_corners_hz(MEL_BANDS, MEL_TOP_HZ)[1:-1]
