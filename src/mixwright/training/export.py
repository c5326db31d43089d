"""The trained network as one ONNX file that holds all that its use needs: weights, calibration, where it came from."""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..analysis.bands import NOMINAL_HZ
from ..analysis.mel import MEL_BANDS, MEL_FRAMES
from ..audio import atomic_path
from ..errors import AudioWriteError
from ..model.network import FORMAT, INPUTS, OUTPUTS
from ..parameters import GENRES
from .network import BalancedMixingCNN
from .reference import ReferenceSolver

__all__ = ["FORMAT", "Both", "export_network"]


class Both(torch.nn.Module):
    """The network and the solver for references, as one file has them."""

    def __init__(self, model: BalancedMixingCNN, solver: ReferenceSolver) -> None:
        super().__init__()
        self.model, self.solver = model, solver

    def forward(
        self,
        mel_db: Tensor,
        mid_db: Tensor,
        side_db: Tensor,
        genre: Tensor,
        change: Tensor,
        heard: Tensor,
    ) -> tuple[Tensor, ...]:
        return (*self.model(mel_db, mid_db, side_db, genre), self.solver(change, heard))


def export_network(
    model: BalancedMixingCNN, path: Path, facts: Mapping[str, Any], solver: ReferenceSolver | None = None
) -> None:
    """Write the network for batches of one song with any number of windows, whole or not at all; without a solver, the
    equaliser is led to references as the rules lead it.

    `facts` are JSON values kept in its metadata under "mixwright"; "format" stands beside them. Inputs and outputs have
    the names and shapes of `BalancedMixingCNN.forward`. The same weights and facts give the same bytes.

    Errors
    ------
    AudioWriteError
        The file cannot be written.
    """
    import onnx

    both = Both(model, solver or ReferenceSolver()).eval()
    facts = {**facts, "reference": solver is not None}
    windows = 3
    generator = torch.Generator().manual_seed(0)

    def noise(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=generator)

    example = (
        noise(1, windows, 2, MEL_BANDS, MEL_FRAMES) * 10 - 60,
        noise(1, len(NOMINAL_HZ)) - 40,
        noise(1, len(NOMINAL_HZ)) - 50,
        torch.zeros(1, len(GENRES)),
        noise(1, len(NOMINAL_HZ)),
        torch.ones(1, len(NOMINAL_HZ)),
    )
    written = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter about itself, and that shapes of constants are constants
        torch.onnx.export(
            both,
            example,
            written,  # type: ignore[arg-type]  # a buffer is taken by the exporter that follows the calls
            input_names=list(INPUTS),
            output_names=list(OUTPUTS),
            dynamic_axes={"mel_db": {1: "windows"}, "attention": {2: "windows"}},
            opset_version=17,
            dynamo=False,
        )
    graph = onnx.load_from_string(written.getvalue())
    for key, value in (("format", FORMAT), ("mixwright", json.dumps(dict(facts), sort_keys=True))):
        entry = graph.metadata_props.add()
        entry.key, entry.value = key, value
    try:
        with atomic_path(path) as temporary:
            temporary.write_bytes(graph.SerializeToString())
    except OSError as error:
        raise AudioWriteError(f"{path.name}: cannot be written ({error.strerror or error})") from None
