"""The first stage of training: the colour alone, so quick that a million damaged songs are heard in minutes.

A filter moves the features that tell the colour by its own gain and leaves all others as they are; so every song is
measured once, and filters are put on the measurements, others at every draw. The judged figure itself is made small,
and a price is paid for what becomes worse.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ..analysis.bands import NOMINAL_HZ
from ..analysis.mel import MEL_BANDS
from ..model.network_input import heard_bands
from ..parameters import GENRES
from .batches import batch_of
from .config import Config, Music
from .faults import Faults
from .network import BODY, BalancedMixingCNN, normalised, tone_features, values_of
from .objective import NAMES, band_error_db, eq_gain_db, looked_up
from .segments import Segments
from .taste_target import TasteTarget

__all__ = ["fault_features", "train_tone"]

# The first part of the stage learns fitted parameters by their squared distance.
PRETRAIN_SHARE = 0.08
VALUE_WEIGHT = 0.5
DYNAMICS_WEIGHT = 0.1
EVEN_SHARE = 0.4  # of the songs, blended evenly over genres: what an unsure answer falls back to
TOLD_SHARE = 0.3
FEATURE_NOISE = 0.02  # of each feature's spread
SMALLEST_BATCH = 32
CHUNK = 64  # songs whose spectra are in memory together
BANDS = len(NOMINAL_HZ)
BY_VALUE = [NAMES.index(n) for n in ("input_gain", "output_level", "reverb", "delay", "stereo_width")]


def train_tone(model: BalancedMixingCNN, music: Music, config: Config, probability: NDArray[np.float64]) -> None:
    """Train everything but the convolutions and the attention, in place."""
    faults, segments = music.train, music.segments
    features = fault_features(segments, faults, np.arange(len(faults)))
    good = segments["ltas_db"][faults.segment]
    change, heard = faults["ltas_db"] - good, heard_bands(good)
    targets, taste = music.targets, TasteTarget.of(config.taste)
    if taste is not None:
        change, targets = change - taste.bands_db.numpy(), taste.targets(targets)
    songs = [segments.songs[s] for s in segments.song[faults.segment]]
    genres = torch.tensor([song.weights for song in songs], dtype=torch.float32)
    labelled = torch.tensor([float(song.labelled) for song in songs])
    left = torch.from_numpy(faults["dynamics_left"])
    donors = faults.filter_donors()
    # Of a small collection no song is drawn dozens of times a step.
    size = min(config.tone_batch, max(SMALLEST_BATCH, len(faults) // 2))
    descent = torch.optim.AdamW(model.parameters(), lr=config.tone_learning_rate, weight_decay=config.weight_decay)
    rng = np.random.default_rng([config.seed, 2])
    torch.manual_seed(config.seed)
    model.train()
    for step in range(config.tone_steps):
        for group in descent.param_groups:
            group["lr"] = config.tone_learning_rate * 0.5 * (1 + math.cos(math.pi * step / config.tone_steps))
        by_value = config.objective == "parameters" or step < PRETRAIN_SHARE * config.tone_steps
        rows = rng.choice(len(faults), size, p=probability)
        bands, mels = (np.zeros((len(rows), count), np.float32) for count in (BANDS, MEL_BANDS))
        if config.refilter and not by_value:
            others = np.array([rng.choice(donors[s]) for s in faults.strength[rows]])
            sign = rng.choice(np.array([-1.0, 1.0], np.float32), len(rows))[:, None]
            bands, mels = (faults.other_filter_db(name, rows, others, sign) for name in ("band_gain_db", "mel_gain_db"))
        moved = filtered(features[rows], torch.from_numpy(bands), torch.from_numpy(mels))
        moved = moved + torch.randn_like(moved) * model.scale * FEATURE_NOISE
        genre, draw = genres[rows], torch.from_numpy(rng.random(len(rows)))
        told = (draw < TOLD_SHARE) & (genre.sum(dim=1) > 0)
        answer = model.decide(
            moved, moved.new_zeros(len(rows), 1, model.shape.token), torch.where(told[:, None], genre, 0.0)
        )
        own = torch.softmax(answer.genre_logits, dim=1).detach()
        own = torch.where((draw > 1 - EVEN_SHARE)[:, None], torch.full_like(own, 1 / len(GENRES)), own)
        shares = torch.where(told[:, None], genre, own)
        positions = (answer.positions * shares[:, :, None]).sum(dim=1)
        away = (positions - targets[rows]).square()
        weight = genre.sum(dim=1) * (0.3 + 0.7 * labelled[rows])
        named = (functional.cross_entropy(answer.genre_logits, genre, reduction="none") * weight).mean()
        loss = config.genre_weight * named
        if by_value:
            loss = loss + 4 * away.mean()
        else:
            values = values_of(positions)
            counts, before = torch.from_numpy(heard[rows]), torch.from_numpy(change[rows] + bands).float()
            was = band_error_db(before, counts)
            now = band_error_db(before + eq_gain_db(values, shares)[0], counts)
            ratio = torch.log(values[:, NAMES.index("compressor_ratio")])
            loss = loss + now.mean() + config.worse_weight * functional.relu(now - was).mean()
            loss = loss + VALUE_WEIGHT * away[:, BY_VALUE].mean()
            loss = loss + DYNAMICS_WEIGHT * looked_up(left[rows], ratio).mean()
        descent.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        descent.step()
    model.eval()


def filtered(features: Tensor, bands_db: Tensor, mels_db: Tensor) -> Tensor:
    """Tone features (batch, 256) of songs with a filter more: its gain at third octaves (batch, 30) and mel bands
    (batch, 64)."""
    moved = features.clone()
    moved[:, :BANDS] += (bands_db - bands_db[:, BODY].mean(dim=1, keepdim=True)) / 10
    moved[:, 2 * BANDS : 2 * BANDS + MEL_BANDS] += (mels_db - mels_db.mean(dim=1, keepdim=True)) / 20
    return moved


@torch.no_grad()
def fault_features(segments: Segments, faults: Faults, rows: NDArray[np.int64]) -> Tensor:
    """Tone features of these faults, (rows, 256)."""
    parts = []
    for part in np.array_split(rows, max(1, len(rows) // CHUNK)):
        batch = batch_of(segments, faults, part)
        parts.append(tone_features(normalised(batch.mel_db), batch.mid_db, batch.side_db))
    return torch.cat(parts)
