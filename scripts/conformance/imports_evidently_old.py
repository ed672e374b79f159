"""What a team keeps of Evidently 0.4 to 0.6: {"reference", "current"} (CSV) as JSON on stdin, {file: text} on stdout."""

import io
import json
import sys
import warnings

warnings.filterwarnings("ignore")

import pandas as pd
from evidently import ColumnMapping
from evidently.metric_preset import ClassificationPreset, DataDriftPreset
from evidently.metrics import ColumnDriftMetric, ColumnSummaryMetric, DatasetSummaryMetric
from evidently.report import Report
from evidently.test_preset import BinaryClassificationTestPreset, DataDriftTestPreset
from evidently.test_suite import TestSuite

asked = json.load(sys.stdin)
columns = ["sex", "age_group", "job", "amount", "months", "outcome", "said", "score"]
reference, current = (pd.read_csv(io.StringIO(asked[name]))[columns] for name in ("reference", "current"))
mapping = ColumnMapping(
    target="outcome",
    prediction="said",
    pos_label="yes",
    numerical_features=["amount", "months", "score"],
    categorical_features=["sex", "age_group", "job"],
)
given = {"reference_data": reference, "current_data": current, "column_mapping": mapping}
report = Report([
    DataDriftPreset(num_stattest="wasserstein", cat_stattest="jensenshannon"),
    ColumnDriftMetric("amount", stattest="psi"),
    ColumnDriftMetric("job", stattest="psi"),
    ColumnDriftMetric("months", stattest="ks"),
    ColumnSummaryMetric("amount"),
    DatasetSummaryMetric(),
    ClassificationPreset(),
])  # fmt: skip
report.run(**given)
suite = TestSuite([DataDriftTestPreset(), BinaryClassificationTestPreset()])
suite.run(**given)
json.dump({"report": report.json(), "test-suite": suite.json()}, sys.stdout)
