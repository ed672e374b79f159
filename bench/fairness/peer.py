"""Fairlearn's side of the fairness benchmark.

python peer.py write FILE ROWS   writes rows in 3 x 3 x 5 groups of unequal size and unequal rates as Parquet
python peer.py time FILE RUNS    times MetricFrame from the data in memory and from the file; prints JSON
"""

import json
import statistics
import sys
import time

import fairlearn.metrics as fm
import numpy as np
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


def write(path, rows):
    random = np.random.default_rng(1)

    def pick(values):
        return np.array(values)[(len(values) * random.random(rows) ** 1.5).astype(int)]

    sex = pick(["female", "male", "other"])
    age = pick(["25-59", "under 25", "60 and over"])
    origin = pick(["A", "B", "C", "D", "E"])
    label = (random.random(rows) < 0.3 + 0.1 * (sex == "male")).astype(int)
    score = 0.5 * label + 0.6 * random.random(rows) + 0.05 * (age == "25-59")
    pd.DataFrame(
        {"sex": sex, "age": age, "origin": origin, "label": label, "prediction": (score >= 0.5).astype(int)}
    ).to_parquet(path, index=False)


def time_tables(path, runs):
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
    answer = {
        "in_memory_s": statistics.median(in_memory),
        "from_file_s": statistics.median(from_file),
        "values": values,
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    {"write": write, "time": time_tables}[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
