"""The trained network: loaded once from its file, asked about a song, the same answer every time.

onnxruntime is imported when the first network is loaded, so that what needs none does not wait for it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..analysis.bands import NOMINAL_HZ
from ..analysis.mel import MEL_BANDS, MEL_FRAMES
from ..errors import ModelError
from ..parameters import GENRES, PARAMETERS
from .network_input import NetworkInput
from .tone import EQ_PARAMETERS

__all__ = ["FORMAT", "SHIPPED", "Answer", "Network", "load_network"]

FORMAT = "mixwright-network-3"  # counts up when inputs or outputs change
SHIPPED = Path(__file__).with_name("network.onnx")
ROUNDING = 1e-5  # the library's tanh may end a rounding beyond 1
GROUPS = 8  # of neighbouring mel bands, as the attention sees them
# None: any number.
INPUTS: dict[str, tuple[int | None, ...]] = {
    "mel_db": (1, None, 2, MEL_BANDS, MEL_FRAMES),
    "mid_db": (1, len(NOMINAL_HZ)),
    "side_db": (1, len(NOMINAL_HZ)),
    "genre": (1, len(GENRES)),
    "reference_change_db": (1, len(NOMINAL_HZ)),
    "reference_heard": (1, len(NOMINAL_HZ)),
}
OUTPUTS: dict[str, tuple[int | None, ...]] = {
    "genre_logits": (1, len(GENRES)),
    "positions": (1, len(GENRES), len(PARAMETERS)),
    "attention": (1, len(PARAMETERS), None, GROUPS, None),
    "reference_positions": (1, len(EQ_PARAMETERS)),
}


@dataclass(frozen=True, eq=False)
class Answer:
    """What the network says about a song.

    `logits` (6,) of the genres; `positions` (6, 10) in [-1, 1] around neutral, one row an expert; `attention`
    (10, windows, 8 groups of bands, moments), each parameter's summing to 1.
    """

    logits: NDArray[np.float64]
    positions: NDArray[np.float64]
    attention: NDArray[np.float32]


@dataclass(frozen=True)
class Facts:
    """What a network's file says about itself: `temperature` divides the logits; below `unsure_below` the most likely
    genre is not believed; `amount` scales the positions; `reference`: it has learned to lead a mix to a reference."""

    version: str
    temperature: float
    unsure_below: float
    amount: float = 1.0
    reference: bool = False


class Network:
    """A network from a file; `facts` has its calibration.

    Errors
    ------
    ModelError
        No network, of another format, or with facts that cannot be.
    """

    def __init__(self, data: bytes, name: str) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # the same sums in the same order
        options.log_severity_level = 4
        try:
            self._session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # the library has a class for each failure, with no common root of its own
            raise ModelError(f"model {name}: is damaged, or not an ONNX network") from error
        self._name = name
        meta = self._session.get_modelmeta().custom_metadata_map
        form = meta.get("format")
        if form != FORMAT:
            raise ModelError(f"model {name}: format={form or 'none'} must be {FORMAT}; it needs another Mixwright")
        for what, places, wanted in (
            ("input", self._session.get_inputs(), INPUTS),
            ("output", self._session.get_outputs(), OUTPUTS),
        ):
            _check_places(name, what, {place.name: place.shape for place in places}, wanted)
        self.facts = _facts(name, meta.get("mixwright", ""))

    def ask(self, given: NetworkInput, genre: Mapping[str, float] | None = None) -> Answer:
        """The network's answer; with weights by genre it pays attention as for these, without as for what it hears.

        Errors
        ------
        ModelError
            The answer holds what is not a number, or positions outside [-1, 1]: its weights are damaged.
        """
        weights = [genre.get(g, 0.0) for g in GENRES] if genre else [0.0] * len(GENRES)
        logits, positions, attention, _ = self._session.run(
            list(OUTPUTS),
            {
                "mel_db": np.ascontiguousarray(given.mel_db[None], np.float32),
                "mid_db": given.mid_db[None].astype(np.float32),
                "side_db": given.side_db[None].astype(np.float32),
                "genre": np.array([weights], np.float32),
                "reference_change_db": _zeros("reference_change_db"),
                "reference_heard": _zeros("reference_heard"),
            },
        )
        if not all(np.isfinite(part).all() for part in (logits, positions, attention)):
            raise ModelError(f"model {self._name}: answers with what is not a number; the file is damaged")
        if np.abs(positions).max() > 1 + ROUNDING:
            raise ModelError(f"model {self._name}: positions must be in [-1, 1]; the file is damaged")
        held = np.clip(positions[0].astype(np.float64), -1.0, 1.0)
        return Answer(logits[0].astype(np.float64), held, attention[0])

    def lead(self, change_db: NDArray[np.float64], heard: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Positions (4,) of the equaliser in [-1, 1] that lead a mix to a reference.

        `change_db` (30,): third-octave LTAS of the mix minus the reference's; `heard` (30,): the bands that count. Only
        where `facts.reference` says that this was learned.

        Errors
        ------
        ModelError
            The answer holds what is not a number: its weights are damaged.
        """
        given = {name: _zeros(name) for name in INPUTS}
        given["reference_change_db"] = np.where(heard, change_db, 0.0)[None].astype(np.float32)
        given["reference_heard"] = heard[None].astype(np.float32)
        (positions,) = self._session.run(["reference_positions"], given)
        if not np.isfinite(positions).all():
            raise ModelError(f"model {self._name}: answers with what is not a number; the file is damaged")
        held: NDArray[np.float64] = np.clip(positions[0].astype(np.float64), -1.0, 1.0)
        return held

    def probabilities(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated probability of each genre, (6,), from its logits."""
        scaled = logits / self.facts.temperature
        powers = np.exp(scaled - scaled.max())
        return np.asarray(powers / powers.sum())


def load_network(path: str | Path | None = None) -> Network:
    """The shipped network, or one from a file; a file that has not changed is read once.

    Errors
    ------
    ModelError
        There is no file, or it is no network that this version can use.
    """
    file = SHIPPED if path is None else Path(path)
    try:
        state = file.stat()
        return _loaded(file, state.st_mtime_ns, state.st_size)
    except OSError as error:
        raise ModelError(f"model {file}: cannot be read ({error.strerror})") from None


@lru_cache(maxsize=4)
def _loaded(file: Path, changed_ns: int, size: int) -> Network:
    return Network(file.read_bytes(), str(file))


def _zeros(name: str) -> NDArray[np.float32]:
    """An input that nothing is asked with."""
    return np.zeros([1 if n is None else n for n in INPUTS[name]], np.float32)


def _check_places(
    name: str, what: str, found: Mapping[str, list[Any]], wanted: Mapping[str, tuple[int | None, ...]]
) -> None:
    for place, shape in wanted.items():
        given = found.get(place)
        fits = given is not None and len(given) == len(shape)
        if not fits or any(n is not None and n != m for n, m in zip(shape, given or (), strict=True)):
            text = "×".join("any" if n is None else str(n) for n in shape)
            raise ModelError(f"model {name}: {what} {place} must be {text}; it needs another Mixwright")
    extra = sorted(set(found) - set(wanted)) if what == "input" else []
    if extra:
        raise ModelError(f"model {name}: input {extra[0]} is unknown; it needs another Mixwright")


def _facts(name: str, text: str) -> Facts:
    try:
        facts = json.loads(text)
        found = Facts(
            str(facts["version"]), float(facts["temperature"]), float(facts["unsure_below"]),
            float(facts.get("amount", 1.0)), bool(facts.get("reference", False)),
        )  # fmt: skip
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ModelError(f"model {name}: its facts cannot be read; the file is damaged") from None
    if not (math.isfinite(found.temperature) and found.temperature > 0):
        raise ModelError(f"model {name}: temperature={found.temperature:g} must be above 0")
    for word in ("unsure_below", "amount"):
        if not 0 <= getattr(found, word) <= 1:
            raise ModelError(f"model {name}: {word}={getattr(found, word):g} must be in [0, 1]")
    return found
