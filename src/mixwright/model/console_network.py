"""The set model that balances stems: from what each sounds like beside the others to how loud it should be.

Any number of stems in any order: each is encoded by itself, the set is summed up by mean and maximum, and each answers
for itself with the set in mind (Zaheer et al., Deep Sets, NeurIPS 2017). A straight line beside it answers for what a
network of that size has too little music to learn. Some networks of other seeds answer together; what they do not
agree in is part of the model's doubt. NumPy alone runs it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError

__all__ = ["SetModel", "SetWeights", "load_set_model"]

Floats = NDArray[np.float64]
Weights = NDArray[np.float32]
FORMAT = 1
STANDARD = Path(__file__).with_name("console.npz")
FURTHEST = 4.0  # spreads from the mean; beyond, a feature is taken for this


@dataclass(frozen=True, eq=False)
class SetWeights:
    """Arrays of a model: of features f, hidden units h and members m."""

    centre: Weights  # (f,)
    spread: Weights  # (f,)
    encode: Weights  # (m, f, h)
    encode_bias: Weights  # (m, h)
    join: Weights  # (m, 3 h, h)
    join_bias: Weights  # (m, h)
    answer: Weights  # (m, h)
    line: Weights  # (m, f)


@dataclass(frozen=True, eq=False)
class SetModel:
    """Weights, the names of the features they are for, and the spread of its error in LU on songs it did not learn."""

    weights: SetWeights
    features: tuple[str, ...]
    error_lu: float = 3.3

    def loudness_lu(self, features: Floats) -> Floats:
        """(stems,) relative loudness in LU, mean 0, from features (stems, features) in the order of `features`."""
        w = self.weights
        x = np.clip((np.asarray(features, np.float64) - w.centre) / w.spread, -FURTHEST, FURTHEST)
        total = np.zeros(len(x))
        for m in range(len(w.line)):
            hidden = np.maximum(x @ w.encode[m] + w.encode_bias[m], 0)
            count = len(x)
            pooled = np.concatenate([hidden.mean(0), hidden.max(0)])
            both = np.hstack([hidden, np.broadcast_to(pooled, (count, len(pooled)))])
            found = np.maximum(both @ w.join[m] + w.join_bias[m], 0) @ w.answer[m]
            total += found + (x - x.mean(0)) @ w.line[m]
        total /= len(w.line)
        return np.asarray(total - total.mean())

    def save(self, path: Path) -> None:
        """As one NumPy archive."""
        arrays: dict[str, Any] = {field.name: getattr(self.weights, field.name) for field in fields(SetWeights)}
        with path.open("wb") as file:
            np.savez(file, format=np.int64(FORMAT), features=np.array(self.features), error_lu=self.error_lu, **arrays)


@cache
def load_set_model(path: Path = STANDARD) -> SetModel:
    """A model from a file; the package's own by default.

    Errors
    ------
    ModelError
        The file cannot be read, is no model of this format, or its arrays do not fit each other.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            if int(archive["format"]) != FORMAT:
                raise ModelError(f"{path.name}: format={int(archive['format'])} must be {FORMAT}")
            weights = SetWeights(**{f.name: np.asarray(archive[f.name], np.float32) for f in fields(SetWeights)})
            model = SetModel(weights, tuple(archive["features"].tolist()), float(archive["error_lu"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path}: is no model of a console ({error})") from None
    _check(model, path)
    return model


def _check(model: SetModel, path: Path) -> None:
    w = model.weights
    members, features, hidden = w.encode.shape if w.encode.ndim == 3 else (0, 0, 0)
    wanted = {
        "centre": (features,), "spread": (features,), "encode_bias": (members, hidden),
        "join": (members, 3 * hidden, hidden), "join_bias": (members, hidden), "answer": (members, hidden),
        "line": (members, features),
    }  # fmt: skip
    wrong = [name for name, shape in wanted.items() if getattr(w, name).shape != shape]
    if not members or wrong or len(model.features) != features or not model.error_lu > 0:
        raise ModelError(f"{path.name}: its arrays do not fit each other ({', '.join(wrong) or 'encode'})")
    if not all(np.isfinite(getattr(w, field.name)).all() for field in fields(SetWeights)) or not (w.spread > 0).all():
        raise ModelError(f"{path.name}: holds weights that are not numbers")
