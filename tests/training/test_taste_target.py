"""A shared taste in training: the target moves as far as it leans, what is heard does not, and it can be learned."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tests.training import small_set

from mixwright.errors import ParameterError
from mixwright.model.network_input import heard_bands
from mixwright.parameters import GENRES, PARAMETERS
from mixwright.training.batches import batch_of
from mixwright.training.fit import train
from mixwright.training.network import values_of
from mixwright.training.objective import NAMES, band_error_db, left_error_db, terms
from mixwright.training.taste_target import TasteTarget

BRIGHT = {"high_eq": 0.4, "stereo_width": 0.5, "reverb": 0.3, "compressor_ratio": 0.5}
EVEN = torch.full((1, len(GENRES)), 1 / len(GENRES))


def test_no_taste_is_no_target() -> None:
    assert TasteTarget.of({}) is None
    assert TasteTarget.of({"high_eq": 0.0, "compressor_ratio": 0.5}) is None
    with pytest.raises(ParameterError, match="input_gain"):
        TasteTarget.of({"input_gain": 0.1})


def test_the_answer_that_leans_is_as_good_as_the_one_that_mends_was() -> None:
    """Where a good song is undamaged, doing what the taste asks leaves no error; doing nothing leaves its curve."""
    faults = small_set.faults()
    rows = np.flatnonzero(faults.strength == 0)[:4]
    batch, taste = batch_of(small_set.segments(), faults, rows), TasteTarget.of(BRIGHT)
    assert taste is not None
    moved = taste.moved(batch)
    assert torch.equal(moved.mel_db, batch.mel_db)
    assert torch.equal(moved.mid_db, batch.mid_db)
    asked = values_of(torch.tensor([[BRIGHT.get(p.name, 0.0) for p in PARAMETERS]]))
    neutral = torch.tensor([[p.neutral for p in PARAMETERS]])
    even = EVEN.expand(len(rows), -1)
    for values, bound in ((asked, 1e-4), (neutral, 0.05)):
        found = terms(values.expand(len(rows), -1), even, moved)
        close = found.frequency_balance.max() < bound
        assert bool(close) is (values is asked)
        assert bool(found.perceptual.max() < bound) is (values is asked)


def test_the_space_is_learned_from_the_fitted_values() -> None:
    taste = TasteTarget.of(BRIGHT)
    assert taste is not None
    fitted = torch.zeros(3, len(PARAMETERS))
    moved = taste.targets(fitted)
    assert moved[0, NAMES.index("reverb")] == pytest.approx(0.3)
    assert moved[:, [i for i, n in enumerate(NAMES) if n != "reverb"]].abs().max() == 0
    assert taste.targets(fitted + 0.9).max() == 1.0


def test_a_network_that_is_trained_with_a_taste_leans_to_it() -> None:
    """Undamaged songs are brightened by the one and left by the other."""

    def bright(taste: dict[str, float]) -> float:
        config = small_set.config(tone_steps=250, steps=4, pretrain_steps=0, seed=1, taste=taste)
        model = train(small_set.music(), config).model
        faults = small_set.faults()
        batch = batch_of(small_set.segments(), faults, np.flatnonzero(faults.strength == 0))
        with torch.no_grad():
            heard = model(batch.mel_db, batch.mid_db, batch.side_db, torch.zeros(len(batch), len(GENRES)))
        return float(heard.positions.mean(dim=(0, 1))[NAMES.index("high_eq")])

    assert bright({"high_eq": 0.5}) > bright({}) + 0.15 > bright({"high_eq": -0.5}) + 0.3


def test_what_is_judged_stays_the_good_song() -> None:
    """The score that stops a run is of the unmoved songs: taste cannot buy it."""
    faults = small_set.faults()
    batch = batch_of(small_set.segments(), faults, np.arange(4))
    good = torch.from_numpy(heard_bands(small_set.segments()["ltas_db"][faults.segment[:4]]))
    assert torch.equal(batch.heard, good)
    before, _ = left_error_db(torch.tensor([[p.neutral for p in PARAMETERS]]).expand(4, -1), EVEN.expand(4, -1), batch)
    assert torch.equal(before, band_error_db(batch.change_db, batch.heard))
