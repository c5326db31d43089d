"""How sure a network may say it is."""

from __future__ import annotations

import pytest
import torch

from mixwright.training.calibration import calibration_error


def test_the_calibration_error_is_the_gap_between_saying_and_being_right() -> None:
    sureness = torch.tensor([0.95] * 10 + [0.65] * 10)
    hits = torch.tensor([True] * 9 + [False] + [True] * 2 + [False] * 8)
    # 0.95 said, 0.9 right; 0.65 said, 0.2 right.
    assert calibration_error(sureness, hits) == pytest.approx((0.05 + 0.45) / 2, abs=1e-6)
    assert calibration_error(torch.ones(4), torch.tensor([True] * 4)) == 0.0
