"""Times Evidently's PSI and Jensen–Shannon tests of one column: python histograms_peer.py REFERENCE CURRENT COLUMN → {"seconds", "psi",
"jensenshannon"} as JSON. The column is read before the clock starts.
"""

import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import pandas as pd
from evidently.legacy.calculations.stattests import get_stattest
from evidently.legacy.core import ColumnType

reference, current = (pd.read_parquet(path, columns=[sys.argv[3]])[sys.argv[3]] for path in sys.argv[1:3])
kind = ColumnType.Numerical
tests = {name: get_stattest(reference, current, kind, name) for name in ("psi", "jensenshannon")}
start = time.perf_counter()
scores = {name: float(test(reference, current, kind, None).drift_score) for name, test in tests.items()}
print(json.dumps({"seconds": time.perf_counter() - start, **scores}))
