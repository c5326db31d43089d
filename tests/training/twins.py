"""What the twin's tests share: one preset, rendered by the native chain and by the twin."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
import torch
from numpy.typing import NDArray
from tests.chain.rendering import MOVED
from tests.songs import Audio

from mixwright.chain import balance
from mixwright.parameters import Parameters, Preset
from mixwright.training.twin import Conditions, render

# One thread: with more, a busy machine spends its time on waiting, and sums are added in another order.
torch.set_num_threads(1)

SONG = Path(__file__).parents[2] / "examples" / "metal-madness.ogg"


def music(seconds: float = 2.0, start_s: float = 10.0) -> Audio:
    """Part of the bundled song, (2, samples) at 44.1 kHz."""
    frames, start = round(seconds * 44_100), round(start_s * 44_100)
    audio, _ = soundfile.read(SONG, frames, start, dtype="float32", always_2d=True)
    return np.ascontiguousarray(audio.T)


def vector(*presets: Preset) -> torch.Tensor:
    """The ten parameters of each, (batch, 10) float64."""
    return torch.tensor([p.parameters.vector() for p in presets], dtype=torch.float64)


def twin(audio: Audio, sample_rate: int, preset: Preset, dtype: torch.dtype = torch.float64) -> NDArray[np.float64]:
    """One song through the twin, (channels, samples)."""
    with torch.no_grad():
        out = render(torch.from_numpy(audio).to(dtype)[None], sample_rate, vector(preset), Conditions.of([preset]))
    return np.asarray(out[0].double().numpy())


def error_db(audio: Audio, sample_rate: int, preset: Preset, dtype: torch.dtype = torch.float64) -> float:
    """RMS of twin minus native over the RMS of native."""
    native = balance(audio, sample_rate, preset)
    return level_db(twin(audio, sample_rate, preset, dtype) - native) - level_db(native)


def level_db(audio: Audio | NDArray[np.float64]) -> float:
    """RMS; the same scale for all."""
    return 10 * float(np.log10(np.mean(audio.astype(np.float64) ** 2) + 1e-30))


def moved(**values: float) -> Parameters:
    """Everything away from neutral, but for what is named."""
    return Parameters({**MOVED, **values})
