"""What Evidently says: reads cases as JSON on stdin, writes their values as JSON on stdout.

A case is {"kind": "number" or "category", "whole": bool, "reference": [...], "current": [...]}; the answer adds "values":
the score of each of Evidently's tests by its name, null where it is not finite or Evidently refuses.
"""

import json
import math
import sys
import warnings

warnings.filterwarnings("ignore")

import pandas as pd
from evidently.legacy.calculations.stattests import get_stattest
from evidently.legacy.calculations.stattests.tvd_stattest import _total_variation_distance
from evidently.legacy.core import ColumnType

names = {
    "number": "psi kl_div jensenshannon hellinger wasserstein ed ks cramer_von_mises mannw t_test".split(),
    "category": "psi kl_div jensenshannon hellinger chisquare z".split(),
}
kinds = {"number": ColumnType.Numerical, "category": ColumnType.Categorical}


def score(case, name):
    dtype = None if case["kind"] == "category" else ("int64" if case["whole"] else "float64")
    reference, current = (pd.Series(case[side], dtype=dtype) for side in ("reference", "current"))
    kind = kinds[case["kind"]]
    try:
        found = float(get_stattest(reference, current, kind, name)(reference, current, kind, None).drift_score)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def values(case):
    found = {name: score(case, name) for name in names[case["kind"]]}
    if case["kind"] == "category":
        # Evidently tells only the p-value of a random permutation test; the distance itself is what it permutes.
        found["tvd"] = float(_total_variation_distance(pd.Series(case["reference"]), pd.Series(case["current"])))
    reference, current = (pd.Series(case[side]) for side in ("reference", "current"))
    found["default"] = get_stattest(reference, current, kinds[case["kind"]], None).name
    return found


json.dump([{"case": case, "values": values(case)} for case in json.load(sys.stdin)], sys.stdout)
