"""Times whylogs' profile of every column: python peer.py FILE → {"seconds", "columns": {name: {"count", "missing", "mean", "min", "max"}}}.

The file is read before the clock starts; the clock stops when the figures are there.
"""

import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import pandas as pd
import whylogs as why

frame = pd.read_parquet(sys.argv[1])
start = time.perf_counter()
view = why.log(frame).view().to_pandas()
seconds = time.perf_counter() - start


def number(row, name):
    value = row.get(name)
    return None if value is None or pd.isna(value) else float(value)


columns = {
    name: {
        "count": number(row, "counts/n"),
        "missing": number(row, "counts/null"),
        "mean": number(row, "distribution/mean"),
        "min": number(row, "distribution/min"),
        "max": number(row, "distribution/max"),
    }
    for name, row in view.iterrows()
}
print(json.dumps({"seconds": seconds, "columns": columns}))
