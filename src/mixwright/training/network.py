"""BalancedMixingCNN: hears windows of a song and proposes ten parameters, one proposal from each genre's expert.

The way through it: log-mel frames in eight groups of neighbouring bands → three convolutions over time (short kernels
hear transients, long ones texture and held tones) → tokens, one a group and moment → for the genre, attention pooling;
for each parameter, a learned query that the genre bends → expert heads, which begin at neutral. Beside the tokens
stands the tone: the third-octave spectrum of mid and side, and how each mel band is spread over time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..analysis.bands import NOMINAL_HZ
from ..analysis.mel import MEL_BANDS
from ..parameters import GENRES, PARAMETERS

__all__ = ["BalancedMixingCNN", "Heard", "Shape", "values_of"]

# Kernels in frames of 46 ms: 0.14, 0.33 and 0.7 s.
KERNELS = (3, 7, 15)
GROUPS = 8
MARGIN = 4  # bands that a group shares with its neighbours on each side
STRIDE = 4
SIDE_RANGE_DB = (-40.0, 12.0)  # side over mid; what is narrower is mono
DEPTH_DB = 60.0
BODY = slice(NOMINAL_HZ.index(100.0), NOMINAL_HZ.index(8000.0))  # whose mean is the level of a spectrum
FAR = 4.0  # standard deviations: no single feature may shout


@dataclass(frozen=True)
class Shape:
    """Sizes, and what an ablation takes away."""

    channels: int = 16  # of each kernel
    token: int = 48
    tone: int = 128
    dropout: float = 0.3
    tokens: bool = True  # without: no convolutions, the tone alone
    attention: bool = True  # without: the mean of all tokens for every parameter
    experts: bool = True  # without: one head for all genres


class Heard(NamedTuple):
    """`genre_logits` (batch, 6); `positions` (batch, 6, 10) in [-1, 1], one row an expert; `attention` (batch, 10,
    windows, 8, moments), each parameter's summing to 1."""

    genre_logits: Tensor
    positions: Tensor
    attention: Tensor


class BalancedMixingCNN(nn.Module):
    """`forward(mel_db, mid_db, side_db, genre)`; `genre` (batch, 6) bends the queries; where a row is zero,
    the network's own answer does."""

    centre: Tensor  # of each tone feature over the training music
    scale: Tensor

    def __init__(self, shape: Shape | None = None) -> None:
        super().__init__()
        self.shape = shape = shape or Shape()
        width = MEL_BANDS // GROUPS + 2 * MARGIN
        self.branches = nn.ModuleList(
            nn.Conv1d(2 * width, shape.channels, kernel, stride=STRIDE, padding=kernel // 2) for kernel in KERNELS
        )
        self.join = nn.Conv1d(len(KERNELS) * shape.channels, shape.token, 3, padding=1)
        self.group = nn.Parameter(torch.randn(GROUPS, shape.token) * 0.1)
        bands = len(NOMINAL_HZ)
        features = 2 * bands + 3 * MEL_BANDS
        # Of the training music, so that every feature counts alike: part of the weights.
        self.register_buffer("centre", torch.zeros(features))
        self.register_buffer("scale", torch.ones(features))
        self.tone = nn.Sequential(
            nn.Linear(features, shape.tone),
            nn.GELU(),
            nn.Dropout(shape.dropout),
            nn.Linear(shape.tone, shape.tone),
            nn.GELU(),
            nn.Dropout(shape.dropout),
        )
        self.genre_query = nn.Parameter(torch.randn(shape.token) * 0.1)
        self.genre_head = nn.Sequential(
            nn.Linear(shape.token + shape.tone, shape.tone),
            nn.GELU(),
            nn.Dropout(shape.dropout),
            nn.Linear(shape.tone, len(GENRES)),
        )
        self.key = nn.Linear(shape.token, shape.token)
        self.query = nn.Parameter(torch.randn(len(PARAMETERS), shape.token) * 0.1)
        self.gate = nn.Parameter(torch.zeros(len(GENRES), len(PARAMETERS), shape.token))
        heads = len(GENRES) if shape.experts else 1
        self.hidden = nn.Linear(shape.token + shape.tone, shape.tone)
        self.head = nn.Parameter(torch.zeros(heads, len(PARAMETERS), shape.tone))
        self.bias = nn.Parameter(torch.zeros(heads, len(PARAMETERS)))

    def forward(self, mel_db: Tensor, mid_db: Tensor, side_db: Tensor, genre: Tensor) -> Heard:
        """Windows (batch, windows, 2, 64, frames) in dB; spectra (batch, 30) in dB; genre (batch, 6).
        Levels do not matter: all are taken off here."""
        batch, windows = mel_db.shape[:2]
        frames = normalised(mel_db)
        if self.shape.tokens:
            tokens = self._tokens(frames.flatten(0, 1))  # (batch * windows, 8, moments, token)
        else:
            tokens = frames.new_zeros(batch * windows, GROUPS, 1, self.shape.token)
        moments = tokens.shape[2]
        tokens = tokens.reshape(batch, windows * GROUPS * moments, -1)
        features = tone_features(frames, mid_db, side_db)
        logits, positions, attention = self.decide(features, tokens, genre)
        return Heard(logits, positions, attention.reshape(batch, len(PARAMETERS), windows, GROUPS, moments))

    def decide(self, features: Tensor, tokens: Tensor, genre: Tensor) -> Heard:
        """From tone features (batch, 252) and tokens (batch, tokens, token); `attention` is (batch, 10, tokens)."""
        tone = self.tone(torch.clamp((features - self.centre) / self.scale, -FAR, FAR))
        weights = torch.softmax(tokens @ self.genre_query / math.sqrt(tokens.shape[-1]), dim=1)
        pooled = (weights[..., None] * tokens).sum(dim=1)
        logits = self.genre_head(torch.cat([pooled, tone], dim=1))
        given = genre.sum(dim=1, keepdim=True) > 0
        shares = torch.where(given, genre, torch.softmax(logits, dim=1).detach())
        query = self.query + torch.einsum("bg,gpt->bpt", shares, self.gate)
        scores = torch.einsum("bpt,bnt->bpn", query, self.key(tokens)) / math.sqrt(tokens.shape[-1])
        attention = torch.softmax(scores, dim=2) if self.shape.attention else torch.softmax(scores * 0.0, dim=2)
        context = attention @ tokens  # (batch, 10, token)
        both = torch.cat([context, tone[:, None].expand(-1, len(PARAMETERS), -1)], dim=2)
        hidden = functional.gelu(self.hidden(both))
        raw = torch.einsum("bph,gph->bgp", hidden, self.head) + self.bias
        positions = torch.tanh(raw).expand(-1, len(GENRES), -1)
        return Heard(logits, positions, attention)

    def _tokens(self, frames: Tensor) -> Tensor:
        """Windows (n, 2, 64, frames) to tokens (n, 8, moments, token)."""
        padded = functional.pad(frames, (0, 0, MARGIN, MARGIN))
        step = MEL_BANDS // GROUPS
        groups = torch.stack([padded[:, :, g * step : g * step + step + 2 * MARGIN] for g in range(GROUPS)], dim=1)
        flat = groups.flatten(2, 3).flatten(0, 1)  # (n * 8, 2 * 16, frames)
        heard = torch.cat([functional.gelu(branch(flat)) for branch in self.branches], dim=1)
        joined = functional.gelu(self.join(heard)).transpose(1, 2)
        moments = joined.shape[1]
        tokens: Tensor = joined.reshape(-1, GROUPS, moments, self.shape.token) + self.group[:, None]
        return tokens


def tone_features(frames: Tensor, mid_db: Tensor, side_db: Tensor) -> Tensor:
    """(batch, 252) from normalised frames and spectra in dB: how the song is coloured, and what plays in it.

    A filter moves the spectrum and each band's mean, but neither deviation nor skewness: these tell what music it is,
    and with it, which colour it should have."""
    return torch.cat([spectrum(mid_db, side_db), spread(frames)], dim=1)


def normalised(mel_db: Tensor) -> Tensor:
    """Free of level and about in [-3, 3]: the middle against its own mean, the side against the middle."""
    level = mel_db[:, :, :1].mean(dim=(1, 3, 4), keepdim=True)
    mid = torch.clamp(mel_db[:, :, :1] - level, -DEPTH_DB, DEPTH_DB)
    side = torch.clamp(mel_db[:, :, 1:] - mel_db[:, :, :1], *SIDE_RANGE_DB)
    return torch.cat([mid / 20, side / 20], dim=2)


def spectrum(mid_db: Tensor, side_db: Tensor) -> Tensor:
    """(batch, 60): the middle free of level, and the side over it."""
    middle = mid_db - mid_db[:, BODY].mean(dim=1, keepdim=True)
    side = torch.clamp(side_db - mid_db, *SIDE_RANGE_DB)
    return torch.cat([torch.clamp(middle, -DEPTH_DB, DEPTH_DB) / 10, side / 10], dim=1)


def spread(frames: Tensor) -> Tensor:
    """(batch, 192): mean, deviation and skewness over time of each band of the middle."""
    mid = frames[:, :, 0].transpose(1, 2).flatten(2)  # (batch, 64, windows * frames)
    mean = mid.mean(dim=2)
    away = mid - mean[..., None]
    deviation = torch.sqrt(away.square().mean(dim=2) + 1e-4)
    skewness = (away**3).mean(dim=2) / deviation**3
    return torch.cat([mean, deviation, torch.clamp(skewness, -3, 3) / 3], dim=1)


def values_of(positions: Tensor) -> Tensor:
    """Positions (..., 10) in [-1, 1] to values in the units of the table."""
    low, rest, high = (positions.new_tensor([getattr(p, n) for p in PARAMETERS]) for n in ("low", "neutral", "high"))
    return rest + torch.where(positions > 0, positions * (high - rest), positions * (rest - low))
