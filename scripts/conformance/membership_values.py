"""What ART says of membership: reads {"rates": [...], "cases": [...]} as JSON on stdin, writes the cases with their values as JSON.

A case is {"label": [...], "score": [...], "member": [...]}. The answer adds "values": "named" by MembershipInferenceBlackBoxRuleBased,
and for the scores of Song & Mittal (2021), each by its own formula, "auc" by scikit-learn and "found" at the rates by ART's worst case.
With "learned", "learned" has the AUC of each of ART's learned attacks, fitted on the even rows and measured on the odd ones.
"""

import json
import sys
import warnings

warnings.filterwarnings("ignore")

import numpy as np
from art.attacks.inference.membership_inference import MembershipInferenceBlackBox, MembershipInferenceBlackBoxRuleBased
from art.estimators.classification import BlackBoxClassifier
from art.metrics.privacy.worst_case_mia_score import get_roc_for_fpr
from sklearn.metrics import roc_auc_score


def scores_of(label, both):
    right = both[np.arange(len(label)), label]
    wrong = 1 - right
    return {
        "loss": np.log(right),
        "modified_entropy": (1 - right) * np.log(right) + wrong * np.log(1 - wrong),
        "confidence": both.max(axis=1),
        "entropy": (both * np.log(both)).sum(axis=1),
    }


def values(case, rates):
    label, score, member = (np.array(case[name]) for name in ("label", "score", "member"))
    both = np.stack([1 - score, score], axis=1)
    # The rows are their own numbers, and the model knows the answer to each.
    model = BlackBoxClassifier(lambda x: both[x[:, 0].astype(int)], (1,), 2)
    rule = MembershipInferenceBlackBoxRuleBased(model)
    named = rule.infer(np.arange(len(label)).reshape(-1, 1), label)
    scores = scores_of(label, both)
    return {
        "named": named.astype(int).tolist(),
        "auc": {name: roc_auc_score(member, one) for name, one in scores.items()},
        "found": {
            name: [float(get_roc_for_fpr(one, member, targeted_fpr=rate)[0][1]) for rate in rates]
            for name, one in scores.items()
        },
    }


def learned(case):
    label, score, member = (np.array(case[name]) for name in ("label", "score", "member"))
    both = np.stack([1 - score, score], axis=1)
    model = BlackBoxClassifier(lambda x: both[x[:, 0].astype(int)], (1,), 2)
    rows = np.arange(len(label))
    within, out, odd = (rows[(rows % 2 == 0) & (member == 1)], rows[(rows % 2 == 0) & (member == 0)], rows[1::2])
    areas = {}
    for kind in ["rf", "gb", "lr", "knn"]:
        attack = MembershipInferenceBlackBox(model, attack_model_type=kind)
        x, known = within.reshape(-1, 1).astype(float), out.reshape(-1, 1).astype(float)
        attack.fit(x, label[within], known, label[out])
        likely = attack.infer(odd.reshape(-1, 1).astype(float), label[odd], probabilities=True)
        areas[kind] = roc_auc_score(member[odd], likely.reshape(len(odd), -1)[:, -1])
    return areas


request = json.load(sys.stdin)
answers = [{"case": case, "values": values(case, request["rates"])} for case in request["cases"]]
if request.get("learned"):
    np.random.seed(0)
    answers = [{**answer, "learned": learned(answer["case"])} for answer in answers]
json.dump(answers, sys.stdout)
