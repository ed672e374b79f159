"""What cleanlab says: reads cases as JSON on stdin, writes their values as JSON on stdout.

A case is {"labels": [...], "probabilities": [[...]], "points": [[...]]}; the answer adds "values": {"numbers": {name: [...]}, "rows":
{name: [...]}}: cleanlab's confident joint, label quality and outlier scores, and the rows it finds and ranks with each filter.
"""

import functools
import json
import sys
import warnings

warnings.filterwarnings("ignore")

import numpy as np

# cleanlab leaves the order of equal numbers to NumPy's sort, which on some processors is any; here it is that of the rows, as ours.
np.argsort = functools.partial(np.argsort, kind="stable")

from cleanlab.count import compute_confident_joint, estimate_joint, get_confident_thresholds
from cleanlab.filter import find_label_issues
from cleanlab.outlier import OutOfDistribution
from cleanlab.rank import get_label_quality_scores
from sklearn.neighbors import NearestNeighbors

methods = ["self_confidence", "normalized_margin", "confidence_weighted_entropy"]
filters = ["prune_by_noise_rate", "prune_by_class", "both", "confident_learning", "predicted_neq_given"]
# cleanlab itself takes Euclidean distances up to three dimensions, and cosine ones beyond; ours takes Euclidean ones.
euclidean_dimensions_max = 3


def outliers(points):
    if points.shape[1] <= euclidean_dimensions_max:
        return OutOfDistribution().fit_score(features=points, verbose=False)
    neighbours = NearestNeighbors(n_neighbors=min(10, len(points) - 1), metric="euclidean", algorithm="kd_tree")
    # Given features as well, cleanlab would count each row among its own neighbours.
    return OutOfDistribution()._get_ood_features_scores(knn=neighbours.fit(points))[0]


def values(case):
    labels, probabilities = np.array(case["labels"]), np.array(case["probabilities"])
    joint = compute_confident_joint(labels, probabilities, calibrate=True)
    numbers = {
        "thresholds": get_confident_thresholds(labels, probabilities),
        "counted_joint": compute_confident_joint(labels, probabilities, calibrate=False),
        "confident_joint": joint,
        "estimated_joint": estimate_joint(labels, probabilities),
        "outliers": outliers(np.array(case["points"])),
    }
    for method in methods:
        numbers[method] = get_label_quality_scores(labels, probabilities, method=method)
    rows = {}
    for name in filters:
        found = find_label_issues(labels, probabilities, filter_by=name, n_jobs=1)
        rows[name] = np.flatnonzero(found).tolist()
        for method in methods:
            ranked = find_label_issues(
                labels, probabilities, filter_by=name, return_indices_ranked_by=method, n_jobs=1
            )
            rows[f"{name}, {method}"] = ranked.tolist()
    return {"numbers": {name: np.ravel(found).tolist() for name, found in numbers.items()}, "rows": rows}


json.dump([{"case": case, "values": values(case)} for case in json.load(sys.stdin)], sys.stdout)
