"""What Evidently says: reads cases as JSON on stdin, writes their values as JSON on stdout.

A case is {"kind": "number" or "category", "whole": bool, "permute": bool, "reference": [...], "current": [...]}; the answer adds "values":
the score of each of Evidently's tests by its name, null where it is not finite or Evidently refuses.
"""

import json
import math
import sys
import warnings

warnings.filterwarnings("ignore")

import numpy as np
import pandas as pd
from evidently.legacy.calculations.stattests import get_stattest
from evidently.legacy.calculations.stattests.mmd_stattest import mmd_pval
from evidently.legacy.calculations.stattests.tvd_stattest import _total_variation_distance
from evidently.legacy.core import ColumnType

names = {
    "number": "psi kl_div jensenshannon hellinger wasserstein ed ks cramer_von_mises mannw t_test anderson es".split(),
    "category": "psi kl_div jensenshannon hellinger chisquare z g_test fisher_exact".split(),
}
# Ours looks at no more rows a side in the kernel test.
rows_max = 500
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
    # Of the tests that exchange rows at random, what they compare is told beside the chance they come to.
    if case["kind"] == "number":
        sides = [np.array(case[side], dtype=float).reshape(-1, 1) for side in ("reference", "current")]
        found["mmd"] = float(mmd_pval(*sides)[1]) if len(sides[0]) <= rows_max else None
    else:
        found["tvd"] = float(_total_variation_distance(pd.Series(case["reference"]), pd.Series(case["current"])))
        found["TVD"] = score(case, "TVD") if len(case["reference"]) <= rows_max and case["permute"] else None
    reference, current = (pd.Series(case[side]) for side in ("reference", "current"))
    found["default"] = get_stattest(reference, current, kinds[case["kind"]], None).name
    return found


json.dump([{"case": case, "values": values(case)} for case in json.load(sys.stdin)], sys.stdout)
