"""Made-up tables of every validation design; every number in them is invented."""

import numpy as np
import pandas as pd

DESIGN_PARTS = {
    "folds": {"all folds": 4000},
    "rolling": {"2019": 900, "2020": 1000, "2021": 1100},
    "regions": {"Zeeland": 300, "<script>alert('r')</script>": 200, "Ameland": 7, "IJmond": 250},
}
JUDGED_METRICS = ("uno_c", "brier", "observed_expected", "net_benefit@5%")


def fake_validation(seed=11):
    """Make the tables of all validation designs, of two models; one region is too small to show."""
    rng = np.random.default_rng(seed)
    keys = [
        (design, part, model, metric, days, n)
        for design, parts in DESIGN_PARTS.items()
        for part, n in parts.items()
        for model in ("prior_count", "cox")
        for metric in JUDGED_METRICS
        for days in (183, 365)
    ]
    table = pd.DataFrame(keys, columns=["design", "part", "model", "metric", "horizon_days", "n_test"])
    middle = table["metric"].map({"uno_c": 0.6, "brier": 0.2, "observed_expected": 1.0, "net_benefit@5%": 0.01})
    table["estimate"] = middle + rng.normal(0, 0.02, len(table))
    half = rng.uniform(0.01, 0.03, len(table))
    table = table.assign(lower=table["estimate"] - half, upper=table["estimate"] + half, n_train=5000)
    table["n_events"] = table["n_test"] // 3
    differences = table[(table["model"] == "cox") & (table["metric"] != "net_benefit@5%")]
    differences = differences.assign(against="prior_count", difference=rng.normal(0, 0.02, len(differences)))
    differences = differences.assign(lower=differences["difference"] - 0.01, upper=differences["difference"] + 0.01)
    differences = differences.drop(columns=["estimate", "n_train", "n_test", "n_events"])
    some = table[(table["part"] == "Zeeland")].drop(columns="part").assign(n_parts=3, tau2=0.0137, i2=44.2)
    some = some.assign(prediction_lower=some["lower"] - 0.05, prediction_upper=some["upper"] + 0.05, difference=False)
    pooled = pd.concat([some, some[some["model"] == "cox"].assign(difference=True, estimate=-0.031, lower=-0.05)])
    optimism = table[table["design"] == "folds"].rename(columns={"estimate": "apparent"})
    optimism = optimism.assign(optimism=0.0123, corrected=optimism["apparent"] - 0.0123, n_draws=200, n_failed=0)
    optimism.loc[optimism["model"] == "cox", "n_failed"] = 3
    whole = table[table["design"] == "folds"]
    steps = [(0.1, 85, 4), (0.5, 424, 210), (1.0, 848, 458)]
    learning = pd.concat(
        whole.assign(
            share=share,
            draw=0,
            n_train_networks=networks,
            n_train_events=events,
            estimate=whole["estimate"] + share / 100,
        )
        for share, networks, events in steps
    )
    omitted = pd.DataFrame(
        [
            ("rolling", "2018", 183, "4 re-reports by then in the training rows"),
            ("rolling", "2018", 365, "0 re-reports by then in the training rows"),
            ("regions", "Texel", 365, "A fit has events, found 3: bring more <b>histories</b>"),
            ("regions", "Urk", 365, "A scale is known, found 'x': bring more <b>histories</b>"),
        ],
        columns=["design", "part", "horizon_days", "reason"],
    )
    return {
        "validation": table,
        "validation_differences": differences,
        "validation_pooled": pooled.reset_index(drop=True),
        "validation_optimism": optimism,
        "validation_learning": learning.reset_index(drop=True),
        "validation_omitted": omitted,
    }
