"""What Fairlearn and scikit-learn say: reads cases as JSON on stdin, writes their values as JSON on stdout.

A case is {"name", "columns", "rows": [[cell, label, predicted, score], ...], "cells": [[value, ...], ...]}; `cell`
indexes `cells`. For each case the answer is a list of [measure, over, slice or null, value or null, within or null]: every
measure overall, by each column, and by all columns together; and every comparison by the first column within each
value of the second, Fairlearn's control feature. `--adult FILE` adds a case: UCI Adult, half of it predicted by a
logistic regression trained on the other half.
"""

import functools
import json
import sys
import warnings

import fairlearn.metrics as fm
import numpy as np
import pandas as pd
import sklearn.metrics as skm

warnings.filterwarnings("ignore")


def share(part, whole):
    # As Fairlearn's own rates are: 0 where nothing is there to be counted.
    return part / whole if whole > 0 else 0.0


def false_discovery_rate(y_true, y_pred):
    return share(np.sum((y_pred == 1) & (y_true == 0)), np.sum(y_pred == 1))


def false_omission_rate(y_true, y_pred):
    return share(np.sum((y_pred == 0) & (y_true == 1)), np.sum(y_pred == 0))


def negative_predictive_value(y_true, y_pred):
    return skm.precision_score(y_true, y_pred, pos_label=0, zero_division=0)


by_prediction = {
    "performance.accuracy": skm.accuracy_score,
    "performance.balanced_accuracy": skm.balanced_accuracy_score,
    "performance.precision": skm.precision_score,
    "performance.recall": skm.recall_score,
    "performance.f1": skm.f1_score,
    "performance.selection_rate": fm.selection_rate,
    "performance.true_positive_rate": fm.true_positive_rate,
    "performance.true_negative_rate": fm.true_negative_rate,
    "performance.false_positive_rate": fm.false_positive_rate,
    "performance.false_negative_rate": fm.false_negative_rate,
    "performance.zero_one_loss": skm.zero_one_loss,
    "performance.false_discovery_rate": false_discovery_rate,
    "performance.false_omission_rate": false_omission_rate,
    "performance.negative_predictive_value": negative_predictive_value,
}
# Every rate that groups are compared by; recall is the true positive rate under another name.
compared = {
    name.removeprefix("performance."): metric
    for name, metric in by_prediction.items()
    if name.split(".")[1] not in ("balanced_accuracy", "f1", "recall")
}


def log_loss(y_true, y_pred):
    return skm.log_loss(y_true, y_pred, labels=[0, 1])


def average_precision(y_true, y_pred):
    # scikit-learn warns and gives 0 where nothing is to be found; ours is undefined there in both modes.
    return skm.average_precision_score(y_true, y_pred) if np.any(y_true == 1) else np.nan


by_score = {
    "performance.roc_auc": skm.roc_auc_score,
    "performance.average_precision": average_precision,
    "performance.brier": functools.partial(skm.brier_score_loss, pos_label=1),
    "performance.log_loss": log_loss,
}
disparities = {
    "fairness.demographic_parity_difference": fm.demographic_parity_difference,
    "fairness.demographic_parity_ratio": fm.demographic_parity_ratio,
    "fairness.equalized_odds_difference": fm.equalized_odds_difference,
    "fairness.equalized_odds_ratio": fm.equalized_odds_ratio,
    "fairness.equal_opportunity_difference": fm.equal_opportunity_difference,
    "fairness.equal_opportunity_ratio": fm.equal_opportunity_ratio,
    "fairness.equalized_odds_difference_mean": functools.partial(fm.equalized_odds_difference, agg="mean"),
    "fairness.equalized_odds_ratio_mean": functools.partial(fm.equalized_odds_ratio, agg="mean"),
    "fairness.equalized_odds_difference_to_overall": functools.partial(
        fm.equalized_odds_difference, method="to_overall"
    ),
    "fairness.equalized_odds_ratio_to_overall": functools.partial(fm.equalized_odds_ratio, method="to_overall"),
}
forms = {
    "difference": lambda frame: frame.difference(method="between_groups"),
    "ratio": lambda frame: frame.ratio(method="between_groups"),
    "difference_to_overall": lambda frame: frame.difference(method="to_overall"),
    "ratio_to_overall": lambda frame: frame.ratio(method="to_overall"),
    "group_min": lambda frame: frame.group_min(),
    "group_max": lambda frame: frame.group_max(),
}


def plain(value):
    return None if np.isnan(value) else float(value)


def values(case):
    rows = np.array(case["rows"], dtype=float)
    cells = [case["cells"][int(index)] for index in rows[:, 0]]
    features = pd.DataFrame(cells, columns=case["columns"])
    label, predicted, score = rows[:, 1].astype(int), rows[:, 2].astype(int), rows[:, 3]
    found = []
    overs = [[column] for column in case["columns"]]
    if len(case["columns"]) > 1:
        overs.append(case["columns"])
    for position, over in enumerate(overs):
        groups = features[over]
        for metrics, given in [(by_prediction, predicted), (by_score, score)]:
            frame = fm.MetricFrame(
                metrics=metrics, y_true=label, y_pred=given, sensitive_features=groups
            )
            if position == 0:
                found += [[name, [], None, plain(frame.overall[name])] for name in metrics]
            present = {tuple(row) for row in groups.itertuples(index=False)}
            for key, row in frame.by_group.iterrows():
                key = key if isinstance(key, tuple) else (key,)
                if key in present:
                    where = dict(zip(over, key, strict=True))
                    found += [[name, over, where, plain(row[name])] for name in metrics]
        for name, metric in disparities.items():
            found.append([name, over, None, plain(metric(label, predicted, sensitive_features=groups))])
        frame = fm.MetricFrame(
            metrics=compared, y_true=label, y_pred=predicted, sensitive_features=groups
        )
        for form, values_of in forms.items():
            for rate, value in values_of(frame).items():
                found.append([f"fairness.{rate}_{form}", over, None, plain(value)])
    found = [[*value, None] for value in found]
    if len(case["columns"]) == 2:
        sensitive, control = case["columns"]
        frame = fm.MetricFrame(
            metrics=compared,
            y_true=label,
            y_pred=predicted,
            sensitive_features=features[[sensitive]],
            control_features=features[[control]],
        )
        for form, values_of in forms.items():
            for level, row in values_of(frame).iterrows():
                for rate, value in row.items():
                    name = f"fairness.{rate}_{form}"
                    found.append([name, [sensitive], None, plain(value), {control: level}])
    return found


def adult(path):
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    names = (
        "age workclass fnlwgt education education-num marital-status occupation relationship race sex "
        "capital-gain capital-loss hours-per-week native-country income"
    ).split()
    data = pd.read_csv(path, names=names, skipinitialspace=True)
    numbers = ["age", "education-num", "capital-gain", "capital-loss", "hours-per-week"]
    label = (data["income"] == ">50K").astype(int).to_numpy()
    inputs = data.drop(columns=["income", "fnlwgt"])
    texts = [name for name in inputs.columns if name not in numbers]
    model = make_pipeline(
        make_column_transformer(
            (StandardScaler(), numbers), (OneHotEncoder(handle_unknown="ignore"), texts)
        ),
        LogisticRegression(max_iter=1000),
    )
    train = np.arange(len(data)) % 2 == 0
    model.fit(inputs[train], label[train])
    score = model.predict_proba(inputs[~train])[:, 1]
    columns = ["sex", "race"]
    keys = data.loc[~train, columns].apply(tuple, axis=1)
    cells = sorted(set(keys))
    position = {cell: index for index, cell in enumerate(cells)}
    rows = zip(keys.map(position), label[~train], (score >= 0.5).astype(int), score, strict=True)
    return {
        "name": "Adult, sex and race",
        "columns": columns,
        "cells": [list(cell) for cell in cells],
        "rows": [[int(c), int(y), int(p), float(s)] for c, y, p, s in rows],
    }


if __name__ == "__main__":
    cases = json.load(sys.stdin)
    if len(sys.argv) == 3 and sys.argv[1] == "--adult":
        cases.append(adult(sys.argv[2]))
    json.dump([{"case": case, "values": values(case)} for case in cases], sys.stdout)
