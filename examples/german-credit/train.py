"""Train the credit-scoring model of this example and export it as ONNX.

    pip install -r requirements.txt
    python train.py

Reads data/train.csv only: nothing here looks at data/test.csv. Writes model.onnx, byte for byte the same each time.

What is done about fairness, all of it on the training half:
- sex and age are no features. That alone makes nothing fair: other columns tell much of the same.
- Reweighing (Kamiran & Calders 2012): each applicant weighs as much as makes label and group (sex x age group)
  independent in the training data. The model never sees the group, so deciding about a person needs none.
- The decision threshold is chosen by repeated cross-validation: the lowest expected cost (accepting a bad credit
  costs five times refusing a good one, as the data set's documentation says) among the thresholds whose lowest
  selection rate is at least 90 % of the highest, by sex and by age group. It belongs into proofhouse.yaml.
"""

import pathlib

import numpy as np
import onnx
import pandas as pd
from onnxruntime import InferenceSession
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

HERE = pathlib.Path(__file__).parent
SEED = 20
LABEL, POSITIVE = "credit_risk", "good"
PROTECTED = ["sex", "age_group"]
NUMERIC = ["duration_months", "credit_amount"]
NOT_FEATURES = ["applicant_id", LABEL, *PROTECTED]
THRESHOLDS = np.round(np.arange(0.50, 0.86, 0.05), 2)
RATIO_MIN = 0.90
COST_OF_ACCEPTING_BAD, COST_OF_REFUSING_GOOD = 5, 1


def reweigh(data):
    """Weights under which label and group are independent: expected count over observed count of each cell."""
    group = data[PROTECTED].agg(" ".join, axis=1)
    cell = group + " " + data[LABEL]
    expected = group.map(group.value_counts()) * data[LABEL].map(data[LABEL].value_counts())
    return (expected / len(data) / cell.map(cell.value_counts())).to_numpy()


def untrained(features):
    """One-hot encoding and gradient-boosted trees; small, because 500 rows carry no more."""
    categorical = [c for c in features if c not in NUMERIC]
    encode = ColumnTransformer(
        [
            ("categorical", OneHotEncoder(handle_unknown="ignore"), categorical),
            ("numeric", "passthrough", NUMERIC),
        ]
    )
    trees = GradientBoostingClassifier(
        n_estimators=80,
        learning_rate=0.08,
        max_depth=3,
        min_samples_leaf=10,
        subsample=0.8,
        random_state=SEED,
    )
    return Pipeline([("encode", encode), ("trees", trees)])


def fit(pipeline, data, features):
    return clone(pipeline).fit(data[features], data[LABEL], trees__sample_weight=reweigh(data))


def scores(model, data, features):
    return model.predict_proba(data[features])[:, list(model.classes_).index(POSITIVE)]


def figures_at(threshold, folds):
    """Cost per applicant, share selected and the lowest selection-rate ratio, averaged over the repeats."""
    rows = []
    for data, score in folds:
        selected, good = score >= threshold, (data[LABEL] == POSITIVE).to_numpy()
        cost = COST_OF_ACCEPTING_BAD * (selected & ~good) + COST_OF_REFUSING_GOOD * (~selected & good)
        ratios = []
        for column in PROTECTED:
            rates = pd.Series(selected).groupby(data[column].to_numpy()).mean()
            ratios.append(rates.min() / rates.max())
        rows.append([cost.mean(), selected.mean(), *ratios])
    return np.mean(rows, axis=0)


def choose_threshold(pipeline, data, features):
    """The cheapest threshold that keeps the selection rates close enough, from out-of-fold scores."""
    folds_per_repeat, repeats = 10, 10
    plan = RepeatedStratifiedKFold(n_splits=folds_per_repeat, n_repeats=repeats, random_state=SEED)
    out_of_fold = np.zeros((repeats, len(data)))
    for n, (fitted, held_out) in enumerate(plan.split(data, data[LABEL])):
        model = fit(pipeline, data.iloc[fitted], features)
        out_of_fold[n // folds_per_repeat, held_out] = scores(model, data.iloc[held_out], features)
    folds = [(data, score) for score in out_of_fold]
    best = None
    print("threshold   cost  selected  ratio by " + "  ratio by ".join(PROTECTED))
    for threshold in THRESHOLDS:
        cost, selected, *ratios = figures_at(threshold, folds)
        allowed = min(ratios) >= RATIO_MIN
        print(f"{threshold:9.2f}  {cost:5.3f}  {selected:8.3f}", *(f"{r:12.3f}" for r in ratios), allowed)
        if allowed and (best is None or cost < best[1]):
            best = (threshold, cost)
    if best is None:
        raise SystemExit(f"no threshold keeps every selection-rate ratio at {RATIO_MIN}")
    return best[0]


def export(model, data, features):
    """ONNX with one input per column; the file names no time and no random identifier, so it is reproducible."""
    types = [
        (c, FloatTensorType([None, 1]) if c in NUMERIC else StringTensorType([None, 1]))
        for c in features
    ]
    exported = to_onnx(
        model,
        initial_types=types,
        options={"zipmap": False},
        target_opset={"": 17, "ai.onnx.ml": 3},
        naming="credit_",
    )
    exported.graph.name = "german-credit"
    onnx.checker.check_model(exported)
    return exported.SerializeToString(deterministic=True)


def compare(content, model, data, features):
    """Refuse to publish an export that decides differently from the model that was trained."""
    feed = {
        c: data[[c]].to_numpy(dtype=np.float32) if c in NUMERIC else data[[c]].to_numpy(dtype=object)
        for c in features
    }
    session = InferenceSession(content, providers=["CPUExecutionProvider"])
    labels, probabilities = session.run(None, feed)
    difference = np.abs(probabilities - model.predict_proba(data[features])).max()
    if not (labels == model.predict(data[features])).all() or difference > 1e-5:
        raise SystemExit(f"the export differs from the model: by {difference} at most")
    print(f"ONNX Runtime and scikit-learn agree; the largest difference of a score is {difference:.1e}")


def main():
    data = pd.read_csv(HERE / "data" / "train.csv", keep_default_na=False)
    features = [c for c in data.columns if c not in NOT_FEATURES]
    pipeline = untrained(features)
    threshold = choose_threshold(pipeline, data, features)
    model = fit(pipeline, data, features)
    content = export(model, data, features)
    compare(content, model, data, features)
    (HERE / "model.onnx").write_bytes(content)
    print(f"model.onnx: {len(content)} bytes; decide at a score of {threshold:.2f} and above")


if __name__ == "__main__":
    main()
