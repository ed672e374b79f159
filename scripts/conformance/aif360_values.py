"""What AIF360 says: reads {"cases", "consistency"} as JSON on stdin, writes their values as JSON on stdout.

A case is as in fairlearn_values.py. The first value of each column is privileged, everyone else is not; compared are the
groups of each column, and those privileged in every column with all others. The answer for each case is a list of
[measure, over, slice or null, value or null]; what AIF360 gives as NaN or infinite is null.
A case of consistency is {"points": [[number, ...], ...], "predicted": [0 or 1, ...]}.
"""

import json
import logging
import sys
import warnings

logging.disable(logging.WARNING)
warnings.filterwarnings("ignore")

import numpy as np
import pandas as pd
from aif360.datasets import BinaryLabelDataset
from aif360.metrics import BinaryLabelDatasetMetric, ClassificationMetric

np.seterr(all="ignore")

rates = {
    "accuracy": "accuracy",
    "zero_one_loss": "error_rate",
    "precision": "positive_predictive_value",
    "selection_rate": "selection_rate",
    "true_positive_rate": "true_positive_rate",
    "true_negative_rate": "true_negative_rate",
    "false_positive_rate": "false_positive_rate",
    "false_negative_rate": "false_negative_rate",
    "false_discovery_rate": "false_discovery_rate",
    "false_omission_rate": "false_omission_rate",
    "negative_predictive_value": "negative_predictive_value",
}
named = [
    "statistical_parity_difference",
    "disparate_impact",
    "average_odds_difference",
    "average_abs_odds_difference",
    "average_predictive_value_difference",
]
between = [
    "between_group_generalized_entropy_index",
    "between_group_theil_index",
    "between_group_coefficient_of_variation",
]
indices = ["generalized_entropy_index", "theil_index", "coefficient_of_variation"]


def plain(compute):
    try:
        value = float(compute())
    except ZeroDivisionError:
        return None
    return value if np.isfinite(value) else None


def metric_of(frame, predicted, columns):
    def dataset(labels):
        return BinaryLabelDataset(
            df=frame.assign(label=labels), label_names=["label"], protected_attribute_names=columns
        )

    privileged = {column: 0.0 for column in columns}
    # Everyone else, as the disjunction that AIF360 takes a list for: not privileged in at least one column.
    others = [{column: value} for column in columns for value in set(frame[column]) - {0.0}]
    groups = {"unprivileged_groups": others, "privileged_groups": [privileged]}
    metric = ClassificationMetric(dataset(frame["label"]), dataset(predicted), **groups)
    metric.predictions = BinaryLabelDatasetMetric(dataset(predicted), **groups)
    return metric


def values(case):
    rows = np.array(case["rows"], dtype=float)
    cells = [case["cells"][int(index)] for index in rows[:, 0]]
    codes = {c: {v: float(n) for n, v in enumerate(case["privileged"][c])} for c in case["columns"]}
    frame = pd.DataFrame(
        [[codes[c][v] for c, v in zip(case["columns"], cell, strict=True)] for cell in cells],
        columns=case["columns"],
    )
    frame["label"] = rows[:, 1]
    found = []
    overs = [[column] for column in case["columns"]] + [case["columns"]]
    for position, over in enumerate(overs):
        metric = metric_of(frame, rows[:, 2], over)
        if position == 0:
            for name in indices:
                found.append([f"fairness.{name}", [], None, plain(getattr(metric, name))])
        # With an empty group AIF360 stops; there is nothing to compare.
        if min(metric.num_instances(privileged=p) for p in (True, False)) == 0:
            continue
        # Of the predictions: AIF360 takes the labels of the data set it is given.
        if len(set(map(tuple, frame[over].to_numpy()))) > 1:
            edf = metric.predictions.smoothed_empirical_differential_fairness
            found.append(["fairness.smoothed_empirical_differential_fairness", over, None, plain(edf)])
            amplification = metric.differential_fairness_bias_amplification
            name = "fairness.differential_fairness_bias_amplification"
            found.append([name, over, None, plain(amplification)])
        for name in [*named, *between]:
            found.append([f"fairness.{name}", over, None, plain(getattr(metric, name))])
        for ours, theirs in rates.items():
            rate = getattr(metric, theirs)
            ours = f"fairness.unprivileged_{ours}"
            found.append([f"{ours}_difference", over, None, plain(lambda r=rate: metric.difference(r))])
            found.append([f"{ours}_ratio", over, None, plain(lambda r=rate: metric.ratio(r))])
    return found


def consistency(case):
    names = [f"x{n}" for n in range(len(case["points"][0]))]
    frame = pd.DataFrame(case["points"], columns=names).assign(label=case["predicted"])
    data = BinaryLabelDataset(df=frame, label_names=["label"], protected_attribute_names=["x0"])
    return float(BinaryLabelDatasetMetric(data).consistency()[0])


given = json.load(sys.stdin)
json.dump(
    {
        "cases": [{"case": case, "values": values(case)} for case in given["cases"]],
        "consistency": [{"case": case, "value": consistency(case)} for case in given["consistency"]],
    },
    sys.stdout,
)
