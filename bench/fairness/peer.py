"""Times Fairlearn's MetricFrame on a Parquet file: from the data in memory, and from the file. Prints JSON.

Usage: python peer.py FILE RUNS
"""

import json
import statistics
import sys
import time

import fairlearn.metrics as fm
import pandas as pd
import sklearn.metrics as skm

metrics = {
    "performance.selection_rate": fm.selection_rate,
    "performance.true_positive_rate": fm.true_positive_rate,
    "performance.false_positive_rate": fm.false_positive_rate,
    "performance.accuracy": skm.accuracy_score,
}
columns = ["sex", "age", "origin"]


def table(data):
    return fm.MetricFrame(
        metrics=metrics,
        y_true=data["label"],
        y_pred=data["prediction"],
        sensitive_features=data[columns],
    )


path, runs = sys.argv[1], int(sys.argv[2])
in_memory, from_file = [], []
for _ in range(runs):
    start = time.perf_counter()
    data = pd.read_parquet(path)
    loaded = time.perf_counter()
    frame = table(data)
    done = time.perf_counter()
    in_memory.append(done - loaded)
    from_file.append(done - start)

values = [
    [name, dict(zip(columns, key, strict=True)), float(row[name])]
    for key, row in frame.by_group.iterrows()
    for name in metrics
]
json.dump(
    {
        "in_memory_s": statistics.median(in_memory),
        "from_file_s": statistics.median(from_file),
        "values": values,
    },
    sys.stdout,
)
