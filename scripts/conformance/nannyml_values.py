"""What NannyML says: reads cases as JSON on stdin, writes their values as JSON on stdout.

A case is {"kind": "number" or "category", "reference": [...], "current": [...]}; the answer is one object a case: the value of each of
NannyML's univariate methods by its name.
"""

import json
import os
import sys
import warnings

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
warnings.filterwarnings("ignore")

import pandas as pd
from nannyml.drift.univariate.methods import FeatureType, MethodFactory
from nannyml.thresholds import ConstantThreshold

names = {
    "number": "kolmogorov_smirnov jensen_shannon wasserstein hellinger".split(),
    "category": "chi2 jensen_shannon l_infinity hellinger".split(),
}
kinds = {"number": FeatureType.CONTINUOUS, "category": FeatureType.CATEGORICAL}


def value(case, name):
    reference, current = (pd.Series(case[side], dtype="float64" if case["kind"] == "number" else "object") for side in ("reference", "current"))
    method = MethodFactory.create(key=name, feature_type=kinds[case["kind"]], chunker=None, threshold=ConstantThreshold())
    # `fit` also sets thresholds from chunks of the reference; the value needs none.
    method._fit(reference)
    found = float(method._calculate(current))
    # Its statistic has no threshold: an alert looks at the chance.
    return float(method._p_value) if name == "chi2" else found


json.dump([{name: value(case, name) for name in names[case["kind"]]} for case in json.load(sys.stdin)], sys.stdout)
