"""Train the digit reader of this example and export it as ONNX.

    pip install -r requirements.txt
    python train.py

Reads the digits that scikit-learn ships (1,797 images of 8 x 8 pixels). Writes model.onnx, byte for byte the same each
time on one machine, and test-sample.json: images that took no part in the training.

The network is small enough to be trained with NumPy alone: 16 filters of 3 x 3, ReLU, 2 x 2 maxima, one dense layer,
softmax. skl2onnx has no convolutions, so the graph is written with onnx.helper; ONNX Runtime must then give what NumPy
gives, or nothing is written.
"""

import json
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime import InferenceSession
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

HERE = pathlib.Path(__file__).parent
SEED = 20
FILTERS, CLASSES, SIDE = 16, 10, 8
EPOCHS, BATCH, RATE, DECAY = 60, 64, 2e-3, 1e-4
SAMPLE_ROWS = 200


def patches(images):
    """Every 3 x 3 neighbourhood, zeros beyond the edge: (images, 8, 8, 9)."""
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    return np.stack(
        [padded[:, y : y + SIDE, x : x + SIDE] for y in range(3) for x in range(3)], axis=-1
    )


def forward(weights, images):
    """Probabilities, and what the way back needs."""
    seen = patches(images)
    maps = np.maximum(seen @ weights["filters"] + weights["filter_bias"], 0)
    blocks = maps.reshape(-1, SIDE // 2, 2, SIDE // 2, 2, FILTERS)
    pooled = blocks.max(axis=(2, 4))
    # ONNX lays maps out channel first.
    flat = pooled.transpose(0, 3, 1, 2).reshape(len(images), -1)
    logits = flat @ weights["dense"] + weights["dense_bias"]
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True), (seen, maps, blocks, pooled, flat)


def gradients(weights, images, labels):
    """Of the mean cross-entropy, by backpropagation."""
    probabilities, (seen, maps, blocks, pooled, flat) = forward(weights, images)
    error = (probabilities - np.eye(CLASSES)[labels]) / len(images)
    to_flat = error @ weights["dense"].T
    to_pooled = to_flat.reshape(-1, FILTERS, SIDE // 2, SIDE // 2).transpose(0, 2, 3, 1)
    is_largest = blocks == pooled[:, :, None, :, None, :]
    shares = is_largest / is_largest.sum(axis=(2, 4), keepdims=True)
    to_maps = (shares * to_pooled[:, :, None, :, None, :]).reshape(maps.shape) * (maps > 0)
    return {
        "filters": np.einsum("nyxk,nyxf->kf", seen, to_maps),
        "filter_bias": to_maps.sum(axis=(0, 1, 2)),
        "dense": flat.T @ error + DECAY * weights["dense"],
        "dense_bias": error.sum(axis=0),
    }


def train(images, labels):
    """Adam (Kingma & Ba 2015) with its usual constants."""
    random = np.random.default_rng(SEED)
    flat_size = FILTERS * (SIDE // 2) ** 2
    weights = {
        "filters": random.normal(0, np.sqrt(2 / 9), (9, FILTERS)),
        "filter_bias": np.zeros(FILTERS),
        "dense": random.normal(0, np.sqrt(1 / flat_size), (flat_size, CLASSES)),
        "dense_bias": np.zeros(CLASSES),
    }
    first = {name: np.zeros_like(value) for name, value in weights.items()}
    second = {name: np.zeros_like(value) for name, value in weights.items()}
    step = 0
    for _ in range(EPOCHS):
        order = random.permutation(len(images))
        for at in range(0, len(order), BATCH):
            step += 1
            rows = order[at : at + BATCH]
            for name, slope in gradients(weights, images[rows], labels[rows]).items():
                first[name] = 0.9 * first[name] + 0.1 * slope
                second[name] = 0.999 * second[name] + 0.001 * slope**2
                scale = np.sqrt(second[name] / (1 - 0.999**step)) + 1e-8
                weights[name] -= RATE * first[name] / (1 - 0.9**step) / scale
    return {name: value.astype(np.float32) for name, value in weights.items()}


def export(weights):
    """ONNX with one input: images as (rows, 1, 8, 8), pixels from 0 to 1."""
    tensors = {
        "filters": weights["filters"].T.reshape(FILTERS, 1, 3, 3),
        "filter_bias": weights["filter_bias"],
        "dense": weights["dense"],
        "dense_bias": weights["dense_bias"],
    }
    nodes = [
        helper.make_node("Conv", ["image", "filters", "filter_bias"], ["maps"], kernel_shape=[3, 3], pads=[1] * 4),
        helper.make_node("Relu", ["maps"], ["active"]),
        helper.make_node("MaxPool", ["active"], ["pooled"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("Gemm", ["flat", "dense", "dense_bias"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "digits",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [None, 1, SIDE, SIDE])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, CLASSES])],
        [numpy_helper.from_array(np.ascontiguousarray(value), name) for name, value in tensors.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)


def compare(content, weights, images):
    """Refuse to publish an export that reads differently from the network that was trained."""
    session = InferenceSession(content, providers=["CPUExecutionProvider"])
    (exported,) = session.run(None, {"image": images[:, None].astype(np.float32)})
    difference = np.abs(exported - forward(weights, images)[0]).max()
    if difference > 1e-5:
        raise SystemExit(f"the export differs from the network: by {difference} at most")
    print(f"ONNX Runtime and NumPy agree; the largest difference of a probability is {difference:.1e}")


def main():
    digits = load_digits()
    train_x, test_x, train_y, test_y = train_test_split(
        digits.images / 16, digits.target, test_size=0.25, random_state=SEED, stratify=digits.target
    )
    weights = train(train_x, train_y)
    content = export(weights)
    compare(content, weights, test_x)
    right = forward(weights, test_x)[0].argmax(axis=1) == test_y
    print(f"{right.sum()} of {len(right)} images that took no part in the training are read rightly")
    (HERE / "model.onnx").write_bytes(content)
    # Pixels are sixteenths: kept as whole numbers, so that the file is small and exact.
    pixels = np.round(test_x[:SAMPLE_ROWS].reshape(SAMPLE_ROWS, -1) * 16).astype(int)
    rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in pixels.tolist())
    labels = json.dumps(test_y[:SAMPLE_ROWS].tolist(), separators=(",", ":"))
    sample = f'{{"side":{SIDE},"pixelMax":16,"labels":{labels},"images":[\n{rows}\n]}}\n'
    (HERE / "test-sample.json").write_text(sample)
    print(f"model.onnx: {len(content)} bytes")


if __name__ == "__main__":
    main()
