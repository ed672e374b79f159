"""What foolbox says: questions as JSON on stdin, an answer each on stdout.

A model is {"kind": "linear" or "network", "weights", "bias", "out", "limit"}: a linear score is weights x + bias, a
network's `out` times tanh(`weights` x + `bias`), of x between minus and plus `limit`; foolbox has numbers between 0 and
1, and is told so. The class is 1 where the score is positive.
"""

import json
import sys
import warnings

warnings.filterwarnings("ignore")

import eagerpy as ep
import foolbox
import numpy as np
from foolbox.attacks import BoundaryAttack, HopSkipJumpAttack, SaltAndPepperNoiseAttack
from foolbox.attacks.base import get_is_adversarial
from foolbox.criteria import Misclassification
from foolbox.distances import l0, l2, linf


class Network:
    def __init__(self, model):
        self.model, self.asked, self.limit = model, 0, model["limit"]
        self.weights, self.bias, self.out = (np.array(model[name]) for name in ("weights", "bias", "out"))
        self.foolbox = foolbox.NumPyModel(self.logits, bounds=(0, 1))

    def inward(self, x):
        return (np.asarray(x) / self.limit + 1) / 2

    def score(self, x):
        sums = x @ self.weights.T + self.bias
        return sums[:, 0] if self.model["kind"] == "linear" else np.tanh(sums) @ self.out

    def logits(self, inward):
        self.asked += len(inward)
        score = self.score((2 * np.asarray(inward) - 1) * self.limit)
        return np.stack([-score, score], axis=1)

    def classes(self, x):
        return (self.score(np.asarray(x)) > 0).astype(np.int64)


def tensor(values):
    return ep.astensor(np.array(values, dtype=np.float64))


def changes(question):
    before, after = np.array(question["before"]), np.array(question["after"])
    return {name: of(before, after).tolist() for name, of in (("changed", l0), ("euclidean", l2), ("largest", linf))}


def adversarial(network, x):
    return get_is_adversarial(Misclassification(ep.astensor(network.classes(x))), network.foolbox)


def halving(question):
    network, size = Network(question["model"]), len(question["near"])
    # So that it halves as often as it is told.
    gamma = 1.5 * 2.0 ** -question["halvings"] * size * np.sqrt(size)
    attack = HopSkipJumpAttack(gamma=gamma)
    near, far = tensor(network.inward([question["near"]])), tensor(network.inward([question["far"]]))
    found = attack._binary_search(adversarial(network, [question["near"]]), near, far)
    return {"point": ((2 * found.numpy()[0] - 1) * network.limit).tolist()}


def normal(question):
    network = Network(question["model"])
    directions = np.array(question["directions"])
    drawn, ep.normal = ep.normal, lambda like, shape: tensor(directions.reshape(shape))
    boundary, look = tensor(network.inward([question["boundary"]])), tensor([question["look"] / network.limit / 2])
    decide = adversarial(network, [question["from"]])
    found = HopSkipJumpAttack().approximate_gradients(decide, boundary, len(directions), look)
    ep.normal = drawn
    return {"normal": found.numpy()[0].tolist()}


def robust(question):
    network = Network(question["model"])
    np.random.seed(question["seed"])
    points, truth = np.array(question["points"]), np.array(question["truth"])
    # Halved closely: foolbox cuts what it found back to each radius and asks again, which only a point off the
    # boundary survives.
    attack = HopSkipJumpAttack(steps=3, initial_gradient_eval_steps=10, gamma=1e-5)
    starts = np.array([starting(network, points, n, truth[n]) for n in range(len(points))])
    radii = [epsilon / network.limit / 2 for epsilon in question["epsilons"]]
    inward = network.inward(points)
    found, _, success = attack(network.foolbox, inward, truth, epsilons=radii, starting_points=network.inward(starts))
    shares = 1 - success.mean(axis=-1)
    return {"found": ((2 * found[-1] - 1) * network.limit).tolist(), "accuracy": shares.tolist()}


def starting(network, points, n, truth):
    """The nearest point of another class; the point itself where its class is wrong already."""
    if network.classes(points[[n]])[0] != truth:
        return points[n]
    others = points[network.classes(points) != truth]
    return others[np.linalg.norm(others - points[n], axis=1).argmin()]


def salt(question):
    draws = np.array(question["draws"])
    shape = question["shape"]
    inner, ep.uniform = ep.uniform, lambda like, shape, *_: tensor(draws.reshape(shape))
    image = np.array(question["image"]).reshape(1, *shape)
    # The first try, at a share of 1 / steps, is of another class; the image before it and the tries after it are not.
    calls = iter([0.5, -0.5] + question["steps"] * [0.5])

    def decide(x):
        margin = np.full(len(x), next(calls))
        return np.stack([-margin, margin], axis=1)

    model = foolbox.NumPyModel(decide, bounds=(0, 1), data_format="channels_first")
    attack = SaltAndPepperNoiseAttack(steps=question["steps"])
    found = attack.run(model, image, Misclassification(np.array([1])))
    ep.uniform = inner
    return {"image": np.asarray(found).ravel().tolist()}


def strength(question):
    network = Network(question["model"])
    points = np.array(question["points"])
    attack = {"HopSkipJump": HopSkipJumpAttack, "BoundaryAttack": BoundaryAttack}[question["attack"]](**question["settings"])
    distances, queries = [], []
    for n, point in enumerate(points):
        np.random.seed(question["seed"] + n)
        truth = network.classes([point])
        start = starting(network, points, n, truth[0])
        network.asked = 0
        inward = network.inward([point])
        found = attack.run(network.foolbox, inward, Misclassification(truth), starting_points=network.inward([start]))
        queries.append(network.asked)
        found = (2 * np.asarray(found) - 1) * network.limit
        distances.append(float(np.linalg.norm(found[0] - point)) if network.classes(found)[0] != truth[0] else None)
    return {"distances": distances, "queries": queries}


answers = {"changes": changes, "halving": halving, "normal": normal, "robust": robust, "salt": salt, "strength": strength}
json.dump([answers[question["what"]](question) for question in json.load(sys.stdin)], sys.stdout)
