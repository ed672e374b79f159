"""What Fairlearn 0.4 kept: {"current": CSV} as JSON on stdin, {file name: text} on stdout."""

import io
import json
import sys
import warnings

warnings.filterwarnings("ignore")

import pandas as pd
from fairlearn.metrics import group_summary
from fairlearn.metrics._group_metric_set import _create_group_metric_set
from sklearn.metrics import accuracy_score

rows = pd.read_csv(io.StringIO(json.load(sys.stdin)["current"]))
truth, said = ((rows[name] == "yes").astype(int).to_numpy() for name in ("outcome", "said"))
summary = group_summary(accuracy_score, truth, said, sensitive_features=rows["sex"].to_numpy())
groups = {name: rows[name].to_numpy() for name in ("sex", "age_group")}
dashboard = _create_group_metric_set(truth, {"model": said}, groups, "binary_classification")
json.dump({"summary": json.dumps(summary), "dashboard": json.dumps(dashboard)}, sys.stdout)
