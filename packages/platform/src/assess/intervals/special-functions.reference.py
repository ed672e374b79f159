"""Writes special-functions.reference.json: reference values from SciPy for the special functions of this folder.

Run: python special-functions.reference.py > special-functions.reference.json   (scipy 1.17)
The arguments lie where the intervals use them: small and huge counts, tails down to 1e-9.
"""

import json

from scipy import stats

counts = [0.5, 1, 2, 7.25, 40, 1_000, 999_999]
tails = [1e-9, 1e-5, 0.00125, 0.025, 0.3, 0.7, 0.975, 0.999]
xs = [1e-6, 0.01, 0.2, 0.5, 0.77, 0.999]

reference = {
    "beta_cdf": [[x, a, b, stats.beta.cdf(x, a, b)] for a in counts for b in counts for x in xs],
    "beta_quantile": [
        [p, a, b, stats.beta.ppf(p, a, b)] for a in counts for b in counts if min(a, b) >= 1 for p in tails
    ],
    "normal_quantile": [
        [p, stats.norm.ppf(p)] for p in [1e-300, 1e-12, *tails, 0.4, 0.5, 0.6, 0.99999]
    ],
    "student_quantile": [
        [p, n, stats.t.isf(p, n)] for p in [1e-6, 0.00125, 0.025, 0.2] for n in [1, 2, 5, 19, 200, 1e6]
    ],
    "kolmogorov": [
        [n, z, stats.kstwo.sf(z / n**0.5, n)]
        for n in [1, 2, 5, 30, 100, 140, 141, 1_000, 5_000, 100_000, 1_500_000]
        for z in [0.3, 0.45, 0.6, 0.8, 1, 1.2, 1.5, 2, 3]
        if z < n**0.5
    ],
}
for name, rows in reference.items():
    reference[name] = [[float(value) for value in row] for row in rows]
print("{\n" + ",\n".join(
    f'  "{name}": [\n' + ",\n".join(f"    {json.dumps(row)}" for row in rows) + "\n  ]"
    for name, rows in reference.items()
) + "\n}")
