"""The trained encoder as an ONNX file with weights in eight bits, written node by node. Only training imports this.

Only weights are rounded, each output column with its own scale; sums run in 32-bit floats, so that a score does not
depend on what else is in the batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from bot.screening.model.network import HEADS, LAYERS, WIDTH

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    State = Mapping[str, NDArray[np.float32]]

OPSET = 20
OUTPUTS = 27
"""Logits: outcomes 3, guidelines 7, reply, urgent, and the helping head of 15, which the last layer reads too."""


class Graph:
    """ONNX nodes and weights as they pile up; each method adds one step and returns the name of its result."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: dict[str, onnx.TensorProto] = {}

    def do(self, op: str, *inputs: str, **attributes: Any) -> str:
        """One node; the name of its only output."""
        name = f"{op}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, list(inputs), [name], **attributes))
        return name

    def keep(self, name: str, value: NDArray[np.generic]) -> str:
        """A weight or constant as it is."""
        self.weights.setdefault(name, numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def number(self, *values: int) -> str:
        """A constant list of integers."""
        return self.keep("ints_" + "_".join(map(str, values)), np.array(values, np.int64))

    def linear(self, x: str, state: State, name: str, rows: slice = slice(None)) -> str:
        """x W + b, with W (in, out) kept in eight bits and one scale an output."""
        whole, scale = rounded(state[f"{name}.weight"][rows], axis=1)
        weight = self.do(
            "DequantizeLinear", self.keep(f"{name}.q", whole.T), self.keep(f"{name}.scale", scale[:, 0]), axis=1
        )
        return self.do("Add", self.do("MatMul", x, weight), self.keep(f"{name}.bias", state[f"{name}.bias"][rows]))

    def norm(self, x: str, state: State, name: str) -> str:
        """Layer norm over the width."""
        weight, bias = (self.keep(f"{name}.{part}", state[f"{name}.{part}"]) for part in ("weight", "bias"))
        return self.do("LayerNormalization", x, weight, bias, axis=-1, epsilon=1e-12)


def rounded(weight: NDArray[np.float32], axis: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """A matrix as int8 and the scale of each row (axis 1) or column (axis 0): weight is about int8 times scale."""
    scale = np.maximum(np.abs(weight).max(axis=axis, keepdims=True), 1e-8).astype(np.float32) / np.float32(127)
    return np.clip(np.rint(weight / scale), -127, 127).astype(np.int8), scale


def write(state: State, path: Path) -> None:
    """Write the network of `state` to `path`.

    Inputs: ids and kinds (batch, length) int64, mask (batch, length) float32. Output: logits (batch, 27).
    """
    graph = Graph()
    logits = _encoder(graph, state)
    ends = [
        helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch", "length"]),
        helper.make_tensor_value_info("kinds", TensorProto.INT64, ["batch", "length"]),
        helper.make_tensor_value_info("mask", TensorProto.FLOAT, ["batch", "length"]),
    ]
    graph.nodes.append(helper.make_node("Identity", [logits], ["logits"]))
    out = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", OUTPUTS])]
    body = helper.make_graph(graph.nodes, "comments", ends, out, initializer=list(graph.weights.values()))
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def _encoder(g: Graph, state: State) -> str:
    whole, scale = rounded(state["words.weight"], axis=1)
    words = g.do("Cast", g.do("Gather", g.keep("words.q", whole), "ids"), to=TensorProto.FLOAT)
    x = g.do("Mul", words, g.do("Gather", g.keep("words.scale", scale), "ids"))
    length = g.do("Slice", g.do("Shape", "ids"), g.number(1), g.number(2))
    places = g.do("Slice", g.keep("positions", state["positions.weight"]), g.number(0), length, g.number(0))
    x = g.do("Add", g.do("Add", x, places), g.do("Gather", g.keep("kinds.weight", state["kinds.weight"]), "kinds"))
    x = g.norm(x, state, "norm")
    one = g.keep("one", np.array(1, np.float32))
    bias = g.do("Mul", g.do("Sub", "mask", one), g.keep("far", np.array(1e4, np.float32)))
    bias = g.do("Unsqueeze", bias, g.number(1, 2))
    for layer in range(LAYERS):
        x = _layer(g, state, f"layers.{layer}", x, bias)
    every = g.do("Unsqueeze", "mask", g.number(2))
    other = g.do("Unsqueeze", g.do("Cast", "kinds", to=TensorProto.FLOAT), g.number(2))
    comment = g.do("Mul", every, g.do("Sub", one, other))
    own, everything, around = (
        g.do(
            "Div",
            g.do("ReduceSum", g.do("Mul", x, part), g.number(1), keepdims=0),
            g.do("Max", g.do("ReduceSum", part, g.number(1), keepdims=0), one),
        )
        for part in (comment, every, g.do("Sub", every, comment))
    )
    first = g.do("Squeeze", g.do("Slice", x, g.number(0), g.number(1), g.number(1)), g.number(1))
    pooled = g.do("Concat", own, everything, first, g.do("Mul", own, around), axis=-1)
    return g.linear(pooled, state, "head", slice(0, OUTPUTS))


def _layer(g: Graph, state: State, name: str, x: str, bias: str) -> str:
    each = WIDTH // HEADS
    qkv = g.do("Reshape", g.linear(x, state, f"{name}.qkv"), g.number(0, 0, 3, HEADS, each))
    qkv = g.do("Transpose", qkv, perm=[2, 0, 3, 1, 4])
    q, k, v = (
        g.do("Squeeze", g.do("Slice", qkv, g.number(i), g.number(i + 1), g.number(0)), g.number(0)) for i in range(3)
    )
    scores = g.do("MatMul", q, g.do("Transpose", k, perm=[0, 1, 3, 2]))
    scores = g.do("Mul", scores, g.keep("shrink", np.array(each**-0.5, np.float32)))
    share = g.do("Softmax", g.do("Add", scores, bias), axis=-1)
    seen = g.do("Reshape", g.do("Transpose", g.do("MatMul", share, v), perm=[0, 2, 1, 3]), g.number(0, 0, WIDTH))
    x = g.norm(g.do("Add", x, g.linear(seen, state, f"{name}.out")), state, f"{name}.norm1")
    up = g.do("Gelu", g.linear(x, state, f"{name}.up"))
    return g.norm(g.do("Add", x, g.linear(up, state, f"{name}.down")), state, f"{name}.norm2")
