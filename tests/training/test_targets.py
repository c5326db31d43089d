"""The fitted answers: better than to do nothing, none at all where nothing is wrong, and no better one nearby."""

from __future__ import annotations

import numpy as np
import torch
from tests.training import small_set

from mixwright.parameters import GENRES
from mixwright.training.batches import batch_of
from mixwright.training.network import values_of
from mixwright.training.objective import NAMES, left_error_db

EVEN = 1 / len(GENRES)


def errors(positions: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    batch = batch_of(small_set.segments(), small_set.faults(), np.arange(len(small_set.faults())))
    return left_error_db(values_of(positions), torch.full((len(batch), len(GENRES)), EVEN), batch)


def test_they_beat_neutral() -> None:
    strength = small_set.faults().strength
    before, after = errors(small_set.targets())
    assert bool((after <= before + 1e-3).all())
    removed = 1 - after / before
    for index, least in ((1, 0.45), (2, 0.25), (3, 0.15)):  # of 12 thousand: 0.61, 0.42 and 0.30
        assert float(removed[torch.from_numpy(strength == index)].median()) > least


def test_what_is_good_stays_at_neutral() -> None:
    undamaged = torch.from_numpy(small_set.faults().strength == 0)
    assert float(small_set.targets()[undamaged].abs().max()) < 0.01  # of the way to a bound
    _, after = errors(small_set.targets())
    assert float(after[undamaged].max()) < 0.005


def test_no_answer_nearby_is_better() -> None:
    """Descent got to the bottom: no step of a tenth in one filter wins more than the price of moving."""
    _, best = errors(small_set.targets())
    for name in ("low_eq", "mid_eq", "high_eq", "presence"):
        for step in (-0.1, 0.1):
            moved = small_set.targets().clone()
            moved[:, NAMES.index(name)] = torch.clamp(moved[:, NAMES.index(name)] + step, -1, 1)
            assert float((best - errors(moved)[1]).max()) < 0.02, name


def test_positions_are_within_bounds_and_space_stays_dry() -> None:
    targets = small_set.targets()
    assert float(targets.abs().max()) <= 1
    for name in ("reverb", "delay", "input_gain"):
        assert float(targets[:, NAMES.index(name)].abs().max()) == 0


def test_width_goes_back_where_it_came_from() -> None:
    width = values_of(small_set.targets())[:, NAMES.index("stereo_width")].numpy()
    wanted = np.clip(10 ** (-small_set.faults()["side_gain_db"] / 20), 0.9, 1.1)
    np.testing.assert_allclose(width, wanted, rtol=0, atol=1e-5)
