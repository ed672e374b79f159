"""What a team keeps of Fairlearn: {"current": CSV} as JSON on stdin, {file name: text} on stdout.

Nothing is made up here: every text is what pandas or json wrote of a MetricFrame, or of Fairlearn's functions.
"""

import io
import json
import sys
import warnings

warnings.filterwarnings("ignore")

import fairlearn
import pandas as pd
from fairlearn.metrics import (
    MetricFrame,
    count,
    demographic_parity_difference,
    demographic_parity_ratio,
    equalized_odds_difference,
    equalized_odds_ratio,
    false_negative_rate,
    selection_rate,
)
from sklearn.metrics import accuracy_score, precision_score, recall_score

rows = pd.read_csv(io.StringIO(json.load(sys.stdin)["current"]))
truth, said = (rows["outcome"] == "yes").astype(int), (rows["said"] == "yes").astype(int)
metrics = {
    "accuracy": accuracy_score,
    "selection_rate": selection_rate,
    "false negative rate": false_negative_rate,
    "precision_score": precision_score,
    "recall_score": recall_score,
    "count": count,
    "own": lambda y, p: float(abs(y - p).mean()) / 2,
}


def frame(sensitive, control=None, only=metrics):
    return MetricFrame(metrics=only, y_true=truth, y_pred=said, sensitive_features=rows[sensitive],
                       control_features=None if control is None else rows[control])  # fmt: skip


sex, both, within = frame(["sex"]), frame(["sex", "age_group"]), frame(["sex"], ["job"])
files = {f"by-sex-{orient}": sex.by_group.to_json(orient=orient) for orient in ("columns", "index", "split", "table")}
files["by-sex-records"] = sex.by_group.reset_index().to_json(orient="records")
files["by-sex-records-without-groups"] = sex.by_group.to_json(orient="records")
files |= {f"by-both-{orient}": both.by_group.to_json(orient=orient) for orient in ("columns", "index", "split", "table")}
files |= {f"within-job-{orient}": within.by_group.to_json(orient=orient) for orient in ("columns", "split", "table")}
files["overall"] = sex.overall.to_json()
single = frame(["sex"], only=selection_rate)
files |= {f"one-metric-{orient}": single.by_group.to_json(orient=orient) for orient in ("index", "split", "table")}
files["dictionary"] = json.dumps({
    "fairlearn_version": fairlearn.__version__,
    "overall": sex.overall.to_dict(),
    "by_group": sex.by_group["accuracy selection_rate own".split()].to_dict(),
    "difference": sex.difference().to_dict(),
    "ratio": sex.ratio().to_dict(),
    "difference_to_overall": sex.difference(method="to_overall").to_dict(),
    "ratio_to_overall": sex.ratio(method="to_overall").to_dict(),
    "group_min": sex.group_min().to_dict(),
    "group_max": sex.group_max().to_dict(),
    "rows": len(rows),
})  # fmt: skip
files["dictionary-within"] = json.dumps({
    "overall": within.overall.to_dict(),
    "by_group": json.loads(within.by_group.to_json()),
    "difference": within.difference().to_dict(),
    "ratio": within.ratio().to_dict(),
})  # fmt: skip
functions = (
    demographic_parity_difference,
    demographic_parity_ratio,
    equalized_odds_difference,
    equalized_odds_ratio,
)
files["functions"] = json.dumps(
    {of.__name__: float(of(truth, said, sensitive_features=rows["sex"])) for of in functions}
)
json.dump(files, sys.stdout)
