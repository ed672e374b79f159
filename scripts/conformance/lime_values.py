"""What lime says: {"seed", "rounds"} as JSON on stdin, cases on stdout.

A case is {"name", "neighbours", "scores", "distances", "fits"}: what LimeTabularExplainer made around a row, with numbers
as they are or in quartiles, and what its linear model says of them. A fit is {"selection", "features", "coefficients",
"intercept", "score", "prediction"}; `features` at most are asked for. "tabular" are explain_instance's own words, by its
own choice of features.
"""

import json
import sys
import warnings

warnings.filterwarnings("ignore")

import numpy as np
from lime.lime_tabular import LimeTabularExplainer


def case(random, width, discretize, samples):
    data = random.normal(size=(200, width)) * random.uniform(0.5, 3, width)
    weights, second = random.normal(size=width), random.normal(size=width)

    def predict(rows):
        score = 1 / (1 + np.exp(-(rows @ weights + np.cos(rows @ second))))
        return np.stack([1 - score, score], axis=1)

    explainer = LimeTabularExplainer(data, discretize_continuous=discretize, random_state=int(random.integers(2**31)))
    seen = {}
    inner = explainer.base.explain_instance_with_data

    def remember(neighbours, labels, distances, label, features, **more):
        seen.update(neighbours=neighbours, labels=labels, distances=distances)
        return inner(neighbours, labels, distances, label, features, **more)

    explainer.base.explain_instance_with_data = remember
    told = explainer.explain_instance(data[0], predict, num_features=3, num_samples=samples)
    near, labels, distances = seen["neighbours"], seen["labels"], seen["distances"]

    def fit(selection, features):
        found = inner(near, labels, distances, 1, features, feature_selection=selection)
        return written(selection, features, *found)

    def written(selection, features, intercept, pairs, score, prediction):
        coefficients = np.zeros(width)
        for feature, value in pairs:
            coefficients[feature] = value
        return {"selection": selection, "features": features, "coefficients": coefficients.tolist(),
                "intercept": float(intercept), "score": float(score), "prediction": float(np.ravel(prediction)[0])}  # fmt: skip

    tabular = written("auto", 3, told.intercept[1], told.local_exp[1], told.score, told.local_pred)
    asked = [("none", width), ("auto", width), ("auto", 3), ("forward_selection", 4), ("highest_weights", 3)]
    asked += [("lasso_path", features) for features in range(1, width + 1)]
    return {
        "name": f"{width} {'quartiles' if discretize else 'numbers'}",
        "neighbours": near.tolist(), "scores": labels[:, 1].tolist(), "distances": distances.tolist(),
        "fits": [{**tabular, "selection": "tabular"}, *(fit(*one) for one in asked)],
    }  # fmt: skip


def cases(random):
    for width, samples in ((4, 30), (8, 40)):
        for discretize in (False, True):
            yield case(random, width, discretize, samples)


asked = json.load(sys.stdin)
generators = [np.random.default_rng([asked["seed"], n]) for n in range(asked["rounds"])]
json.dump([one for random in generators for one in cases(random)], sys.stdout)
