"""The shipped network's sums in float64: what both of its engines round. Needs PyTorch."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import onnx
from tools.network_weights import tensors

from mixwright.model.network import SHIPPED
from mixwright.model.network_input import NetworkInput
from mixwright.parameters import GENRES


def exact_answer(given: NetworkInput) -> tuple[np.ndarray, np.ndarray]:
    """Logits (6,) and positions (6, 10) of the experts, attended to as for what is heard."""
    import torch

    numbers = (given.mel_db, given.mid_db, given.side_db, [0.0] * len(GENRES))
    rounded = [torch.tensor(np.asarray(part, np.float32)[None], dtype=torch.float64) for part in numbers]
    with torch.no_grad():
        answer = _network()(*rounded)
    return answer.genre_logits[0].numpy(), answer.positions[0].numpy()


@cache
def _network() -> Any:
    import torch

    from mixwright.training.network import BalancedMixingCNN

    exact = BalancedMixingCNN().double().eval()
    stored = tensors(onnx.load(str(SHIPPED)))
    state = {name: np.array(stored[name]).reshape(value.shape) for name, value in exact.state_dict().items()}
    exact.load_state_dict({name: torch.tensor(value, dtype=torch.float64) for name, value in state.items()})
    return exact
