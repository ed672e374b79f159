"""Writes onnx-models.fixture.ts: tiny models as scikit-learn and skl2onnx really write them.

Made with onnx 1.23.2, skl2onnx 1.20.0, scikit-learn 1.9.1, pandas 3.1.1 on Python 3.11:
    python onnx-models.fixture.py > onnx-models.fixture.ts
"""
import base64
import warnings

import numpy as np
import pandas as pd
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

warnings.filterwarnings("ignore")
rng = np.random.default_rng(7)
x = rng.normal(size=(200, 3))
y = (x[:, 0] + 0.5 * x[:, 1] + 0.3 * rng.normal(size=200) > 0).astype(int)
words = np.where(y == 1, "good", "bad")
matrix = [("X", FloatTensorType([None, 3]))]

frame = pd.DataFrame({"age": x[:, 0], "count": (x[:, 1] * 5).round().astype(int),
                      "job": np.where(x[:, 2] > 0, "clerk", "smith")})
columns = ColumnTransformer([("job", OneHotEncoder(handle_unknown="ignore"), ["job"]),
                             ("rest", "passthrough", ["age", "count"])])
mixed = make_pipeline(columns, LogisticRegression()).fit(frame, words)

models = {
    "logisticInts": (m := LogisticRegression().fit(x, y),
                     to_onnx(m, initial_types=matrix, options={id(m): {"zipmap": False}})),
    "logisticZipMap": (m := LogisticRegression().fit(x, words),
                       to_onnx(m, initial_types=matrix)),
    "logisticWords": (m := LogisticRegression().fit(x, words),
                      to_onnx(m, initial_types=matrix, options={id(m): {"zipmap": False}})),
    "boostedInts": (m := GradientBoostingClassifier(n_estimators=2, max_depth=1).fit(x, y),
                    to_onnx(m, initial_types=matrix, options={id(m): {"zipmap": False}})),
    "mixedColumns": (mixed, to_onnx(mixed, initial_types=[
        ("age", FloatTensorType([None, 1])), ("count", Int64TensorType([None, 1])),
        ("job", StringTensorType([None, 1]))],
        options={id(mixed): {"zipmap": False}})),
}

samples = np.array([[0.5, -1, 2], [-0.25, 0.125, 0], [3, 3, 3], [-2, 1, -1]], dtype=np.float32)
people = pd.DataFrame({"age": [0.5, -0.25, 3, -2], "count": [-5, 1, 9, 4],
                       "job": ["smith", "clerk", "smith", "priest"]})
print("// Made by onnx-models.fixture.py, which says with what. Scores are scikit-learn's own predict_proba of the second class.")
print("/* oxlint-disable */")
for name, (model, onnx) in models.items():
    data = people if name == "mixedColumns" else samples.astype(np.float64)
    scores = model.predict_proba(data)[:, 1].tolist()
    text = base64.b64encode(onnx.SerializeToString()).decode()
    lines = " +\n".join(f"      '{text[i:i + 88]}'" for i in range(0, len(text), 88))
    print(f"\nexport const {name} = {{\n  model: Uint8Array.fromBase64(\n{lines},\n  ),")
    print(f"  scores: {scores},\n  classes: {[str(c) for c in model.predict(data)]},\n}}")
print("\n/** Rows that the scores above are for, as CSV. */")
print("export const matrixCsv = " + repr("a,b,c\n" + "\n".join(",".join(str(v) for v in r) for r in samples.tolist()) + "\n"))
print("export const mixedCsv = " + repr(people.to_csv(index=False)))
