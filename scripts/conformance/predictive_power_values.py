"""What ppscore says: reads cases as JSON on stdin, writes their values as JSON on stdout.

A case is {"feature": {"kind": "number" or "category", "values": [...]}, "target": the same}; the answer adds "values": ppscore's score,
its model's and its baseline's, and the order in which it shuffled the rows.
"""

import json
import sys
import warnings

warnings.filterwarnings("ignore")

import pandas as pd
import ppscore

seed = 123


def column(of):
    values = pd.Series(of["values"])
    # One digit each, so that the order of the texts is that of the numbers.
    return values if of["kind"] == "number" else values.map(lambda value: f"c{value}")


def values(case):
    frame = pd.DataFrame({"x": column(case["feature"]), "y": column(case["target"])})
    found = ppscore.score(frame, "x", "y", sample=None, random_seed=seed, catch_errors=False)
    return {
        "score": float(found["ppscore"]),
        "model": float(found["model_score"]),
        "baseline": float(found["baseline_score"]),
        "order": frame.sample(frac=1, random_state=seed).index.tolist(),
    }


json.dump([{"case": case, "values": values(case)} for case in json.load(sys.stdin)], sys.stdout)
