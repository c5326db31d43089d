"""The plugin's weights from the shipped network: network_weights.py [ONNX] OUT.

The plugin has no ONNX runtime; plugin/learn/network.hpp does the same sums with the same numbers. Needs `onnx`.
"""

from __future__ import annotations

import argparse
import json
import struct
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from mixwright.model.network import FORMAT, SHIPPED

LETTERS = b"MIXWNET3"  # ends as FORMAT does
# In the order in which plugin/learn/network.hpp takes them; the exporter has turned and renamed three of them.
KEY, HIDDEN, GROUP = "key.weight", "hidden.weight", "group"
TENSORS = (
    *(f"branches.{branch}.{part}" for branch in range(3) for part in ("weight", "bias")),
    "join.weight", "join.bias", GROUP, "centre", "scale",
    "tone.0.weight", "tone.0.bias", "tone.3.weight", "tone.3.bias", "genre_query",
    "genre_head.0.weight", "genre_head.0.bias", "genre_head.3.weight", "genre_head.3.bias",
    KEY, "key.bias", "query", "gate", HIDDEN, "hidden.bias",
)  # fmt: skip


def weights(network: Path) -> bytes:
    """The file for the plugin.

    Errors
    ------
    ValueError
        A network of another format.
    """
    model = onnx.load(str(network))
    meta = {entry.key: entry.value for entry in model.metadata_props}
    if meta.get("format") != FORMAT:
        raise ValueError(f"{network}: format={meta.get('format')} must be {FORMAT}")
    found = tensors(model)
    facts = json.loads(meta["mixwright"])
    parts = [LETTERS, struct.pack("<3f", facts["temperature"], facts["unsure_below"], facts.get("amount", 1.0))]
    ordered = [found[name] for name in TENSORS]
    for head, bias in zip(found["head"], found["bias"], strict=True):
        ordered += [head, bias]
    for tensor in ordered:
        parts += [struct.pack("<I", tensor.size), np.ascontiguousarray(tensor, "<f4").tobytes()]
    return b"".join(parts)


def tensors(model: onnx.ModelProto) -> dict[str, NDArray[np.float32]]:
    """A network's numbers by the names of training/network.py."""
    all_of_them = {entry.name: numpy_helper.to_array(entry) for entry in model.graph.initializer}
    found = {name.removeprefix("model."): value for name, value in all_of_them.items()}
    for node in model.graph.node:
        constants = [all_of_them[name] for name in node.input if name in all_of_them]
        if node.name in ("/model/key/MatMul", "/model/hidden/MatMul"):
            found[KEY if "key" in node.name else HIDDEN] = constants[0].T
        elif node.op_type == "Add" and constants and constants[0].ndim == 3:
            found[GROUP] = constants[0]
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", nargs="?", type=Path, default=SHIPPED)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    arguments.out.write_bytes(weights(arguments.network))
