"""Times Evidently's default drift of every column: python peer.py REFERENCE CURRENT → {"seconds", "scores"} as JSON.

Both files are read before the clock starts.
"""

import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import pandas as pd
from evidently import Report
from evidently.presets import DataDriftPreset

reference, current = pd.read_parquet(sys.argv[1]), pd.read_parquet(sys.argv[2])
start = time.perf_counter()
found = Report([DataDriftPreset()]).run(current, reference).dict()
seconds = time.perf_counter() - start
scores = {
    metric["config"]["column"]: float(metric["value"])
    for metric in found["metrics"]
    if "column" in metric.get("config", {})
}
print(json.dumps({"seconds": seconds, "scores": scores}))
