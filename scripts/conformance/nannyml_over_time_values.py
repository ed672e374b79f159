"""What NannyML estimates: reads cases as JSON on stdin, writes its values as JSON on stdout.

{"scores": [{"reference": {"score", "label"}, "current": {"score", "predicted"}}],
 "tables": [{"numbers": {name: [reference, current]}, "categories": {name: [reference, current]}}]} →
{"scores": [{"accuracy", ...}], "tables": [{"reference", "current"}]}. NannyML calibrates only where a random split shows a need; here it
always does, as the product does.
"""

import json
import os
import sys
import warnings

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
warnings.filterwarnings("ignore")

import nannyml as nml
import numpy as np
import pandas as pd
from nannyml.calibration import IsotonicCalibrator
from nannyml.performance_estimation.confidence_based import metrics


def estimates(case):
    calibrator = IsotonicCalibrator()
    calibrator.fit(np.array(case["reference"]["score"]), np.array(case["reference"]["label"]))
    score, predicted = np.array(case["current"]["score"]), pd.Series(case["current"]["predicted"])
    chance = pd.Series(calibrator.calibrate(score))
    return {
        "accuracy": float(metrics.estimate_accuracy(predicted, chance)),
        "precision": float(metrics.estimate_precision(predicted, chance)),
        "recall": float(metrics.estimate_recall(predicted, chance)),
        "specificity": float(metrics.estimate_specificity(predicted, chance)),
        "f1": float(metrics.estimate_f1(predicted, chance)),
        "roc_auc": float(metrics.estimate_roc_auc(chance, pd.Series(score))),
    }


def errors(case):
    def frame(period):
        columns = {name: pd.Series(sides[period], dtype="float64") for name, sides in case["numbers"].items()}
        columns |= {
            name: pd.Series([np.nan if x is None else x for x in sides[period]], dtype="object")
            for name, sides in case["categories"].items()
        }
        return pd.DataFrame(columns)

    reference, current = frame(0), frame(1)
    calculator = nml.DataReconstructionDriftCalculator(column_names=list(reference.columns), chunk_number=1)
    calculator.fit(reference)
    values = calculator.calculate(current).to_df(multilevel=False)["reconstruction_error_value"].tolist()
    return {"reference": values[0], "current": values[1]}


cases = json.load(sys.stdin)
json.dump({"scores": [estimates(one) for one in cases["scores"]], "tables": [errors(one) for one in cases["tables"]]}, sys.stdout)
