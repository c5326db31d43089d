"""Is an answer a mix of what was given, all of it and nothing else? A better song is no better mix."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..errors import SignalError

__all__ = ["check_same_music", "explained_share"]

Audio = NDArray[np.float32]
Floats = NDArray[np.float64]

FRAME_S, HOP_S = 0.1, 0.05
LOW_HZ, HIGH_HZ = 39.0, 16_000.0
# Every baseline leaves more than 0.98 on the bundled songs, severe damage itself 0.88; the reference over a third of
# the song leaves 0.1 to 0.5.
LEAST_SHARE = 0.7
BLOCK_S = 0.5
SILENT_DB = -60.0  # against the answer's usual gain
HEARD_DB = -30.0  # against the input's loudest block
LONGER_S = 1.0  # than the input, or shorter: room for a tail, a codec's padding, a delay


def check_same_music(given: Audio, answer: Audio, sample_rate: int, lag_samples: int = 0) -> None:
    """Refuse what is no mix of the input, (channels, samples) each; `lag_samples` is how much later the answer comes.

    Errors
    ------
    SignalError
        It is over a second longer or shorter; silent where the input is not; or filters on the input explain less than
        70 % of it: something was added that was not there.
    """
    seconds = [audio.shape[1] / sample_rate for audio in (given, answer)]
    if abs(seconds[1] - seconds[0]) > LONGER_S:
        raise SignalError(f"the answer: lasts {seconds[1]:.2f} s; the input lasts {seconds[0]:.2f} s")
    first, second = given[:, max(0, -lag_samples) :], answer[:, max(0, lag_samples) :]
    length = min(first.shape[1], second.shape[1])
    first, second = first[:, :length], second[:, :length]
    silent_s = _silent_s(first, second, sample_rate)
    if silent_s:
        raise SignalError(f"the answer: is silent for {silent_s:.1f} s where the input is not")
    share = explained_share(first, second, sample_rate)
    if share < LEAST_SHARE:
        raise SignalError(
            f"the answer: filters on the input explain {100 * share:.0f} % of it, at least {100 * LEAST_SHARE:.0f} % "
            "are needed; it is not the same music, or something was added to it"
        )


def explained_share(given: Audio, answer: Audio, sample_rate: int) -> float:
    """Share of the answer that any fixed filters from the input's channels to its own explain, 0 to 1.

    The multiple coherence (Bendat and Piersol, Random Data, chapter 7) of each of the answer's channels with all of the
    input's, over frames of 0.1 s, in each third octave by power, then the mean over the third octaves that hold
    anything. Equalisers, width, gain, polarity and swapped channels leave 1."""
    x, y = _spectra(given, sample_rate), _spectra(answer, sample_rate)
    cross = np.einsum("ctf,dtf->fcd", x.conj(), y)
    own = np.einsum("ctf,dtf->fcd", x.conj(), x)
    power = np.einsum("ctf,ctf->f", y.conj(), y).real
    # Equal channels make `own` singular: a little on the diagonal, 100 dB under its trace.
    floor = 1e-10 * np.trace(own, axis1=1, axis2=2).real + 1e-30
    filters = np.linalg.solve(own + floor[:, None, None] * np.eye(len(x)), cross)
    explained = np.einsum("fcd,fcd->f", cross.conj(), filters).real
    hz = np.fft.rfftfreq(round(FRAME_S * sample_rate), 1 / sample_rate)
    bands = np.round(3 * np.log2(np.maximum(hz, 1.0) / 1000))
    inside = (hz >= LOW_HZ) & (hz <= HIGH_HZ)
    shares, weights = [], []
    for band in np.unique(bands[inside]):
        here = inside & (bands == band)
        weights.append(power[here].sum())
        shares.append(explained[here].sum() / max(weights[-1], 1e-30))
    heard = np.array(weights) > 10**-4.5 * max(weights)  # as for the LTAS error
    return float(np.mean(np.array(shares)[heard]))


def _spectra(audio: Audio, sample_rate: int) -> NDArray[np.complex128]:
    """(channels, frames, frequencies), under Hann windows."""
    frame, hop = round(FRAME_S * sample_rate), round(HOP_S * sample_rate)
    frames = np.lib.stride_tricks.sliding_window_view(audio, frame, axis=1)[:, ::hop]
    return np.asarray(np.fft.rfft(frames * np.hanning(frame), axis=2))


def _silent_s(given: Audio, answer: Audio, sample_rate: int) -> float:
    """Seconds where the answer is silent and the input is not, by blocks of half a second."""
    block = round(BLOCK_S * sample_rate)
    count = given.shape[1] // block
    before, after = (
        np.mean(audio[:, : count * block].astype(np.float64).reshape(len(audio), count, block) ** 2, axis=(0, 2))
        for audio in (given, answer)
    )
    heard = before > before.max() * 10 ** (HEARD_DB / 10)
    gain = after[heard] / before[heard]
    return BLOCK_S * int(np.sum(gain <= np.max(gain) * 10 ** (SILENT_DB / 10)))
