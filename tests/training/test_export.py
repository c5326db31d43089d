"""The network's file: answers as PyTorch does, for any number of windows, and says where it came from."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from tests.training import small_set

from mixwright.training.batches import batch_of
from mixwright.training.export import FORMAT, INPUTS, OUTPUTS, Both, export_network
from mixwright.training.network import BalancedMixingCNN
from mixwright.training.reference import ReferenceSolver

FACTS = {"version": "abc", "temperature": 1.5}


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Both, Path]:
    torch.manual_seed(3)
    both = Both(BalancedMixingCNN(small_set.SHAPE), ReferenceSolver())
    with torch.no_grad():  # the heads begin at nothing, which would equal anything
        for value in both.parameters():
            value += 0.05 * torch.randn_like(value)
    path = tmp_path_factory.mktemp("network") / "network.onnx"
    export_network(both.model, path, FACTS, both.solver)
    return both.eval(), path


@pytest.mark.parametrize("windows", [1, 3, 5])
@pytest.mark.parametrize("given", [False, True])
def test_it_answers_as_torch_does(exported: tuple[Both, Path], windows: int, given: bool) -> None:
    import onnxruntime

    both, path = exported
    batch = batch_of(small_set.segments(), small_set.faults(), np.array([3]))
    mel = batch.mel_db[:, [0, 1, 2, 1, 0][:windows]]
    genre = batch.genre if given else torch.zeros_like(batch.genre)
    inputs = (mel, batch.mid_db, batch.side_db, genre, batch.change_db, batch.heard.float())
    with torch.no_grad():
        expected = both(*inputs)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    found = session.run(list(OUTPUTS), {name: value.numpy() for name, value in zip(INPUTS, inputs, strict=True)})
    for name, got, wanted in zip(OUTPUTS, found, expected, strict=True):
        assert got.shape == tuple(wanted.shape), name
        np.testing.assert_allclose(got, wanted, rtol=0, atol=2e-4, err_msg=name)  # float32, other order of sums
    assert np.abs(found[1]).max() > 0.01  # it does say something
    assert np.abs(found[3]).max() > 0.01


def test_facts_and_format_are_in_the_file(exported: tuple[Both, Path]) -> None:
    kept = {entry.key: entry.value for entry in onnx.load(exported[1]).metadata_props}
    assert kept["format"] == FORMAT
    assert json.loads(kept["mixwright"]) == {**FACTS, "reference": True}


def test_the_same_weights_give_the_same_bytes(exported: tuple[Both, Path], tmp_path: Path) -> None:
    both, path = exported
    export_network(both.model, tmp_path / "again.onnx", FACTS, both.solver)
    assert (tmp_path / "again.onnx").read_bytes() == path.read_bytes()


def test_without_a_solver_it_says_that_references_were_not_learned(exported: tuple[Both, Path], tmp_path: Path) -> None:
    export_network(exported[0].model, tmp_path / "alone.onnx", FACTS)
    kept = {entry.key: entry.value for entry in onnx.load(tmp_path / "alone.onnx").metadata_props}
    assert json.loads(kept["mixwright"])["reference"] is False
