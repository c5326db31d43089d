"""Networks for the tests, built operation by operation: answers that are known, and files that are wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx.helper
import onnx.numpy_helper

from mixwright.model.network import FORMAT, GROUPS, INPUTS
from mixwright.parameters import GENRES, PARAMETERS

FACTS = {"version": "test", "temperature": 1.0, "unsure_below": 0.4}
MOMENTS = 54


def write_network(
    path: Path,
    *,
    logits: Sequence[float] = (4.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    positions: Mapping[str, float] | None = None,
    by_genre: Mapping[str, Mapping[str, float]] | None = None,
    follow_level: Mapping[str, float] | None = None,
    lead: Sequence[float] | None = None,
    facts: Mapping[str, Any] | None = None,
    form: str | None = FORMAT,
    bands: int = 64,
    drop: str = "",
) -> Path:
    """A network that answers `positions` with every expert, or `by_genre` with each its own.

    `follow_level` adds a slope per dB of the mean mel level over -60 dB, so that passages differ. `lead` has the
    equaliser's four positions toward any reference; without, it has not learned to find them. `drop` leaves an
    output out.
    """
    helper, kind = onnx.helper, onnx.TensorProto

    def rows(values: Mapping[str, float]) -> list[float]:
        return [float(values.get(p.name, 0.0)) for p in PARAMETERS]

    table = [rows((by_genre or {}).get(g, positions or {})) for g in GENRES]
    slope = [rows(follow_level or {}) for _ in GENRES]
    plain = [name for name in INPUTS if name != "mel_db"]
    constants = {
        "logits0": np.array([logits], np.float32),
        "base": np.array([table], np.float32),
        "slope": np.array([slope], np.float32),
        "sixty": np.array(60.0, np.float32),
        "zero": np.array(0.0, np.float32),
        "low": np.array(-1.0, np.float32),
        "high": np.array(1.0, np.float32),
        "toward": np.array([[0.0, 0.0, 0.0, 0.0] if lead is None else lead], np.float32),
        "queries": np.ones((len(PARAMETERS), 1, 1, 1), np.float32),
    }
    nodes = [
        # The other inputs must be used, or they would be no inputs.
        *(helper.make_node("ReduceSum", [name], [f"{name}_sum"], keepdims=0) for name in plain),
        helper.make_node("Sum", [f"{name}_sum" for name in plain], ["others"]),
        helper.make_node("Mul", ["others", "zero"], ["nothing"]),
        helper.make_node("Add", ["logits0", "nothing"], ["genre_logits"]),
        helper.make_node("Add", ["toward", "nothing"], ["reference_positions"]),
        helper.make_node("ReduceMean", ["mel_db"], ["level"], keepdims=0),
        helper.make_node("Add", ["level", "sixty"], ["above"]),
        helper.make_node("Mul", ["slope", "above"], ["shift"]),
        helper.make_node("Add", ["base", "shift"], ["raw"]),
        helper.make_node("Clip", ["raw", "low", "high"], ["positions"]),
        # The attention: as loud as the middle is in each group and moment, over all windows.
        helper.make_node("Slice", ["mel_db", "from0", "to1", "axis2"], ["mid"]),
        helper.make_node("Reshape", ["mid", "cells"], ["parts"]),
        helper.make_node("ReduceMean", ["parts"], ["loud"], axes=[2, 4], keepdims=0),
        helper.make_node("Reshape", ["loud", "flat"], ["row"]),
        helper.make_node("Softmax", ["row"], ["soft"], axis=1),
        helper.make_node("Reshape", ["soft", "back"], ["one"]),
        helper.make_node("Mul", ["one", "queries"], ["ten"]),
        helper.make_node("Unsqueeze", ["ten", "axis0"], ["attention"]),
    ]  # fmt: skip
    whole = {
        "from0": [0], "to1": [1], "axis2": [2], "axis0": [0], "flat": [1, -1], "back": [1, -1, GROUPS, MOMENTS],
        "cells": [-1, GROUPS, bands // GROUPS, MOMENTS, 216 // MOMENTS],
    }  # fmt: skip
    outputs: dict[str, list[int | str]] = {
        "genre_logits": [1, 6], "positions": [1, 6, 10], "attention": [1, 10, "windows", GROUPS, MOMENTS],
        "reference_positions": [1, 4],
    }  # fmt: skip
    outputs.pop(drop, None)
    shapes = {name: ["windows" if n is None else n for n in shape] for name, shape in INPUTS.items()}
    shapes["mel_db"][3] = bands
    graph = helper.make_graph(
        nodes,
        "known",
        [helper.make_tensor_value_info(name, kind.FLOAT, shape) for name, shape in shapes.items()],
        [helper.make_tensor_value_info(name, kind.FLOAT, shape) for name, shape in outputs.items()],
        [
            *(onnx.numpy_helper.from_array(value, name) for name, value in constants.items()),
            *(onnx.numpy_helper.from_array(np.array(value, np.int64), name) for name, value in whole.items()),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    for key, value in (
        ("format", form),
        ("mixwright", json.dumps(FACTS | {"reference": lead is not None} | dict(facts or {}))),
    ):
        if value is not None:
            entry = model.metadata_props.add()
            entry.key, entry.value = key, value
    path.write_bytes(model.SerializeToString())
    return path
