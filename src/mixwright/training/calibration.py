"""What is settled after training, on the validation songs: how sure the genre is, when to say "unsure", how far to go.

Temperature: Guo et al., On Calibration of Modern Neural Networks (2017): one number that divides the logits.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import Tensor

from ..parameters import PARAMETERS
from .batches import Batch, batch_of
from .evaluation import answers, figures_of, judged
from .faults import STRENGTH_NAMES, Faults
from .network import BalancedMixingCNN, values_of
from .objective import left_error_db
from .segments import Segments

__all__ = [
    "ALWAYS_UNSURE",
    "Calibration",
    "calibrate",
    "calibration_error",
    "fit_temperature",
    "judge",
    "unsure_threshold",
]

TEMPERATURES = np.exp(np.linspace(np.log(0.3), np.log(10.0), 120))
# What undamaged music may be moved by: median and 95th percentile, as the benchmark promises. Nothing always keeps it.
MOST_HARM_DB, MOST_HARM_P95_DB = 0.5, 1.0
AMOUNTS = (0.0, 0.25, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
RIGHT_ENOUGH = 0.8  # of the songs whose genre is named
SOFT_WEIGHT = 0.3  # of a song whose genre is another program's guess, as in training
ALWAYS_UNSURE = 1.0
CHUNK = 64


@dataclass(frozen=True)
class Calibration:
    """`temperature` divides the genre's logits; a genre less probable than `unsure_below` is not named; `amount` is the
    share of the way from neutral to the network's answer that is gone. `named` and `right`: shares of the labelled
    validation cases that get a genre, and of those the ones that get the right one; None without labels."""

    temperature: float
    unsure_below: float
    amount: float
    nll: float | None = None
    named: float | None = None
    right: float | None = None

    def to_dict(self) -> dict[str, float | None]:
        """Plain JSON types."""
        return asdict(self)


def calibrate(model: BalancedMixingCNN, segments: Segments, faults: Faults, *, genres: bool = True) -> Calibration:
    """All three on faults of the validation songs. Without `genres`, or where not every genre is among those that their
    credits tell, the answer is "unsure" for every song."""
    model.eval()
    logits, labels, labelled, values, shares = [], [], [], [], []
    for rows in np.array_split(np.arange(len(faults)), max(1, len(faults) // CHUNK)):
        batch = batch_of(segments, faults, rows)
        answer, share, probability = answers(model, batch, genre_given=False)
        logits.append(torch.log(torch.clamp(probability, min=1e-12)))
        labels.append(batch.genre)
        labelled.append(batch.labelled)
        values.append(answer)
        shares.append(share)
    amount = _amount(torch.cat(values), torch.cat(shares), segments, faults)
    genre, credited = torch.cat(labels), torch.cat(labelled) > 0
    known = genre.sum(dim=1) > 0
    if not genres or not bool(known.any()):
        return Calibration(1.0, ALWAYS_UNSURE, amount)
    found, weight = torch.cat(logits)[known], torch.where(credited, 1.0, SOFT_WEIGHT)[known]
    temperature, nll = fit_temperature(found, genre[known], weight)
    probability = torch.softmax(found / temperature, dim=1)
    judged = credited[known]
    if len(torch.unique(genre[known][judged].argmax(dim=1))) < genre.shape[1]:
        # What is right for rock alone says nothing of jazz that is taken for rock: then no genre is named.
        return Calibration(temperature, ALWAYS_UNSURE, amount, nll)
    threshold, named, right = unsure_threshold(probability[judged], genre[known][judged])
    return Calibration(temperature, threshold, amount, nll, named, right)


def fit_temperature(logits: Tensor, labels: Tensor, weight: Tensor) -> tuple[float, float]:
    """The temperature of least negative log-likelihood, and that; logits and soft labels (n, 6), weight (n,)."""
    losses = []
    for temperature in TEMPERATURES:
        logs = torch.log_softmax(logits / float(temperature), dim=1)
        losses.append(float((-(labels * logs).sum(dim=1) * weight).sum() / weight.sum()))
    best = int(np.argmin(losses))
    return float(TEMPERATURES[best]), losses[best]


def unsure_threshold(probability: Tensor, labels: Tensor) -> tuple[float, float, float]:
    """The lowest threshold from which on 80 % of the genres that are named are right, the share that is named and the
    share of those that is right; where none is, ALWAYS_UNSURE."""
    top = probability.max(dim=1)
    right = (top.indices == labels.argmax(dim=1)).numpy()
    sure = top.values.numpy()
    for threshold in np.arange(0.2, 1.0, 0.01):
        named = sure >= threshold
        if named.any() and right[named].mean() >= RIGHT_ENOUGH:
            return round(float(threshold), 2), float(named.mean()), float(right[named].mean())
    return ALWAYS_UNSURE, 0.0, 0.0


def judge(
    model: BalancedMixingCNN, segments: Segments, faults: Faults, calibration: Calibration, *, genre_given: bool = False
) -> dict[str, float]:
    """Figures of the network as it is used: calibrated, an even blend where it is unsure, `amount` of the way.

    Beside those of `evaluation.judged`: of the cases with a genre from their credits `genre_named`, `genre_right` of
    those named, `genre_top1` of all, `genre_calibration_error` and `n_labelled`; and `n_STRENGTH`, the cases.
    """
    model.eval()
    sureness, hits = [], []

    def ask(batch: Batch) -> tuple[Tensor, Tensor]:
        heard = model(batch.mel_db, batch.mid_db, batch.side_db, torch.zeros_like(batch.genre))
        probability = torch.softmax(heard.genre_logits / calibration.temperature, dim=1)
        sure = probability.max(dim=1).values >= calibration.unsure_below
        shares = torch.where(sure[:, None], probability, torch.full_like(probability, 1 / probability.shape[1]))
        credited = batch.labelled > 0
        sureness.append(probability.max(dim=1).values[credited])
        hits.append((probability.argmax(dim=1) == batch.genre.argmax(dim=1))[credited])
        positions = heard.positions
        if genre_given:
            known = batch.genre.sum(dim=1, keepdim=True) > 0
            shares = torch.where(known, batch.genre, shares)
            positions = model(batch.mel_db, batch.mid_db, batch.side_db, batch.genre).positions
        values = values_of((positions * shares[:, :, None]).sum(dim=1))
        return toward_neutral(values, calibration.amount), shares

    figures = judged(ask, segments, faults)
    figures |= _genre_figures(torch.cat(sureness), torch.cat(hits), calibration.unsure_below)
    for index, name in enumerate(STRENGTH_NAMES):
        figures[f"n_{name}"] = int((faults.strength == index).sum())
    return figures


def _genre_figures(sureness: Tensor, hits: Tensor, unsure_below: float) -> dict[str, float]:
    if not len(hits):
        return {}
    right, named = hits.float(), sureness >= unsure_below
    figures = {
        "n_labelled": len(hits),
        "genre_named": float(named.float().mean()),
        "genre_top1": float(right.mean()),
        "genre_calibration_error": calibration_error(sureness, hits),
    }
    return figures | ({"genre_right": float(right[named].mean())} if named.any() else {})


def calibration_error(sureness: Tensor, hits: Tensor, bins: int = 10) -> float:
    """Expected calibration error: how far the probability of the likeliest genre (n,) is from the share of those that
    are right (n,) bool, mean over bins of equal width weighed by their cases (Guo et al., 2017)."""
    at = torch.clamp((sureness * bins).long(), max=bins - 1)
    gaps = [(sureness[at == b].mean() - hits[at == b].float().mean()).abs() * (at == b).sum() for b in set(at.tolist())]
    return float(sum(gaps)) / len(hits)


def toward_neutral(values: Tensor, amount: float) -> Tensor:
    """That share of the way from neutral to the values (..., 10)."""
    neutral = values.new_tensor([p.neutral for p in PARAMETERS])
    return neutral + amount * (values - neutral)


def _amount(values: Tensor, shares: Tensor, segments: Segments, faults: Faults) -> float:
    """The share of the answer with the best score, of those that move undamaged songs no further than is promised; the
    larger one where two are as good."""
    scores: dict[float, float] = {}
    for amount in AMOUNTS:
        pairs = []
        for rows in np.array_split(np.arange(len(faults)), max(1, len(faults) // CHUNK)):
            moved = toward_neutral(values[rows], amount)
            pairs.append([e.numpy() for e in left_error_db(moved, shares[rows], batch_of(segments, faults, rows))])
        before, after = (np.concatenate(column) for column in zip(*pairs, strict=True))
        found = figures_of(before, after, faults.strength)
        if found.get("harm_p95_db", 0.0) <= MOST_HARM_P95_DB and found.get("harm_median_db", 0.0) <= MOST_HARM_DB:
            scores[amount] = found["score"]
    return max(amount for amount, score in scores.items() if score <= min(scores.values()) + 1e-4)
