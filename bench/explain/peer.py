"""Trains the benchmark's model and times XGBoost and shap on it, on one thread: python peer.py FOLDER ROWS BACKGROUND.

Writes FOLDER/model.json and FOLDER/rows.f32 (rows × 20 float32), prints {"xgboost", "shap_path", "shap_background"}: of
each its name and version, the rows it explained, the seconds, and what it says of the first rows: per row and feature,
and from XGBoost the expected value last. (shap's, added up in float32, is up to 1e-4 from what its values add up from.)
shap hands XGBoost models on to XGBoost; here it is made to use its own C++ code, as it does for other models.
"""

import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import numpy as np
import shap
import xgboost

folder, count, others = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
features, trees, depth, shown = 20, 100, 8, 16
path_rows, background_rows = 2048, 64

random = np.random.default_rng(1)
rows = random.normal(size=(count, features)).astype(np.float32)
x = rows.T
target = x[0] * x[1] + np.sin(3 * x[2]) + np.abs(x[3]) * x[4] + (x[5] > 0) * x[6] + 0.5 * x[7:12].sum(0)
target += 0.3 * x[12] ** 2 + 0.5 * random.normal(size=count)
parameters = {"objective": "reg:squarederror", "max_depth": depth, "eta": 0.1, "nthread": 1, "seed": 0}
model = xgboost.train(parameters, xgboost.DMatrix(rows, target, nthread=1), trees)
model.save_model(f"{folder}/model.json")
rows.tofile(f"{folder}/rows.f32")


def timed(name, explain, of):
    explain(of[:shown])
    start = time.perf_counter()
    found = np.asarray(explain(of), dtype=np.float64)
    return {"name": name, "rows": len(of), "seconds": time.perf_counter() - start, "values": found[:shown].tolist()}


def by_xgboost(of):
    return model.predict(xgboost.DMatrix(of, nthread=1), pred_contribs=True)


def by_shap(explainer):
    return lambda of: explainer.shap_values(of, check_additivity=False)


own_code = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
own_code.model.model_type = "internal"
# By default shap would take 100 rows of the background and leave the rest.
masker = shap.maskers.Independent(rows[-others:], max_samples=others)
against = shap.TreeExplainer(model, masker, feature_perturbation="interventional")
answers = {
    "xgboost": timed(f"XGBoost {xgboost.__version__} pred_contribs", by_xgboost, rows),
    "shap_path": timed(f"shap {shap.__version__}, path-dependent", by_shap(own_code), rows[:path_rows]),
    "shap_background": timed(f"shap {shap.__version__}, interventional", by_shap(against), rows[:background_rows]),
}
print(json.dumps(answers))
