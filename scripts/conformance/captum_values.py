"""What Captum says, in double precision: cases as JSON on stdin, each case's values on stdout.

A model is {"weights", "bias", "out", "kind"}: `out` times tanh(`weights` x + `bias`), or times its square. A case about
an image has "image", "baseline", "shape", "class", "steps", "patch", "stride", "cover"; a case about a row has "row",
"background", "orders", "takings", "moved", "samples", "seed". Orders and takings are those that the other side drew, so
that both add up the same.
"""

import json
import sys
import warnings

warnings.filterwarnings("ignore")

import numpy as np
import torch

# Captum adds up in this, whatever the model's precision: in double, so that more than seven digits can be compared.
torch.float = torch.float64
from captum.attr import FeatureAblation, IntegratedGradients, KernelShap, Occlusion, ShapleyValues, ShapleyValueSampling
from captum.metrics import infidelity, sensitivity_max


def tensor(values):
    return torch.tensor(values, dtype=torch.float64)


def network(model):
    weights, bias, out = (tensor(model[name]) for name in ("weights", "bias", "out"))
    bend = torch.tanh if model["kind"] == "tanh" else torch.square
    return lambda x: bend(x.reshape(len(x), -1) @ weights.T + bias) @ out.T


def image_values(case):
    shape = tuple(case["shape"][name] for name in ("channels", "height", "width"))
    forward, own = network(case["model"]), case["class"]
    image, baseline = (tensor(case[name]).reshape(1, *shape) for name in ("image", "baseline"))
    gradients, gap = IntegratedGradients(forward).attribute(
        image, baseline, target=own, n_steps=case["steps"], method="riemann_middle", return_convergence_delta=True
    )
    patch, stride = case["patch"], case["stride"]
    occluded = Occlusion(forward).attribute(
        image, sliding_window_shapes=(shape[0], patch, patch), strides=(1, stride, stride), baselines=case["cover"],
        target=own,
    )  # fmt: skip
    pixels = torch.arange(shape[1] * shape[2]).reshape(1, 1, *shape[1:]).expand(1, *shape)
    ablated = FeatureAblation(forward).attribute(image, baselines=case["cover"], target=own, feature_mask=pixels)
    return {
        "integrated": gradients.flatten().tolist(), "gap": -float(gap), "occluded": occluded[0, 0].flatten().tolist(),
        "ablated": ablated[0, 0].flatten().tolist(),
    }  # fmt: skip


def row_values(case):
    model = network(case["model"])
    forward = lambda x: model(x)[:, 0]
    row, background = tensor([case["row"]]), tensor(case["background"])

    def exact(rows):
        if isinstance(rows, tuple):
            return (exact(rows[0]),)
        found = [ShapleyValues(forward).attribute(rows, baselines=other[None]) for other in background]
        return torch.stack(found).mean(0)

    def along(plan):
        sampling = ShapleyValueSampling(forward)
        sampling.permutation_generator = lambda features, samples: [plan["order"], plan["order"][::-1]]
        return sampling.attribute(row, baselines=background[plan["other"]][None], n_samples=2)

    values = exact(row)
    own = torch.tensor([taking["own"] for taking in case["takings"]], dtype=torch.bool)
    others = background[[taking["other"] for taking in case["takings"]]]
    taken = (~own).to(torch.float64), torch.where(own, row, others)
    moved = tensor([case["moved"]])
    torch.manual_seed(case["seed"])
    np.random.seed(case["seed"])
    kernel = KernelShap(forward).attribute(row, baselines=background[:1], n_samples=case["samples"])
    return {
        "exact": values[0].tolist(),
        "sampled": torch.stack([along(plan) for plan in case["orders"]]).mean(0)[0].tolist(),
        "infidelity": float(infidelity(forward, lambda _: taken, row, values, n_perturb_samples=len(own))),
        "sensitivity": float(sensitivity_max(exact, row, lambda _: moved, n_perturb_samples=1)),
        "kernel": kernel[0].tolist(),
    }


json.dump([image_values(case) if "image" in case else row_values(case) for case in json.load(sys.stdin)], sys.stdout)
