"""What a team keeps of Evidently 0.7: {"reference", "current"} (CSV) as JSON on stdin, {file name: text} on stdout."""

import io
import json
import sys
import warnings

warnings.filterwarnings("ignore")

import pandas as pd
from evidently import BinaryClassification, DataDefinition, Dataset, Report
from evidently.metrics import MinValue, UniqueValueCount, ValueDrift
from evidently.presets import ClassificationPreset, DataDriftPreset

asked = json.load(sys.stdin)
columns = ["sex", "age_group", "job", "amount", "months", "outcome", "said", "score"]
definition = DataDefinition(
    numerical_columns=["amount", "months", "score"],
    categorical_columns=["sex", "age_group", "job", "outcome", "said"],
    classification=[BinaryClassification(target="outcome", prediction_labels="said", pos_label="yes")],
)
reference, current = (
    Dataset.from_pandas(pd.read_csv(io.StringIO(asked[name]))[columns], definition) for name in ("reference", "current")
)
metrics = [
    DataDriftPreset(columns=columns, num_method="wasserstein", cat_method="jensenshannon"),
    ValueDrift(column="amount", method="psi"),
    ValueDrift(column="job", method="psi"),
    ValueDrift(column="months", method="ks"),
    MinValue(column="amount"),
    UniqueValueCount(column="job"),
    ClassificationPreset(),
]
run = Report(metrics, include_tests=True).run(current, reference)
json.dump({"snapshot": run.json()}, sys.stdout)
