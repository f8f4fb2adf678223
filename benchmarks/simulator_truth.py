"""Does the simulator do what its parameters say? Known truth over many seeds; run on demand, the result is committed.

In the scenario without effects the hazard of violence in a relation, on the clock since its last incident, is the
baseline times the hazard ratios of the covariates, the kind, the region, the separation and the frailty. A Cox model
that knows the frailty and the region, fitted to the simulated violence itself, has to find the hazard ratios that were
put in, and its 95 % intervals have to cover them in 95 % of the worlds.

Usage: python benchmarks/simulator_truth.py [n_seeds]
"""

from __future__ import annotations

import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from hgrisk.models.cox import CoxRegression
from hgrisk.simulate.block import make_records, prepare
from hgrisk.simulate.parameters.population import KINDS, PARTNER_VIOLENCE
from hgrisk.simulate.parameters.violence import COVARIATES
from hgrisk.simulate.scenario import Scenario
from hgrisk.surv import Surv

HOUSEHOLDS = 2000
RESULTS = Path(__file__).parent / "results"
REFERENCE_KIND = KINDS.index("child_abuse")
SEPARATION_DAYS = (-30.0, 30.0, 180.0, 365.0)
SEPARATION_SHARE = np.array([0.0, 0.5, 1.0, 0.5, 0.0])
"""The log hazard ratio of a separation, as a share of its height, before, between and after these days."""


def world(seed):
    # detention and breaches belong to interventions; they are left out so that the fixed covariates stand alone
    return Scenario.named(
        "null_effects", households=HOUSEHOLDS, seed=seed, interventions={"detention_share": 0.0, "breach_share": 0.0}
    )


def gaps(records, last_day):
    """One row per time between two incidents of a relation: household, relation, start, stop, whether one ended it."""
    homes, incidents = records.homes, records.incidents
    parts = []
    for d in range(homes.kind.shape[1]):
        there = np.flatnonzero(homes.kind[:, d] >= 0)
        chosen = incidents.relation == d
        home = np.concatenate([there, incidents.household[chosen]])
        start = np.concatenate([homes.onset_at[there], incidents.at[chosen]])
        order = np.lexsort((start, home))
        home, start = home[order], start[order]
        close = np.minimum(np.minimum(homes.until_at[home, d], homes.terminal_at[home]), last_day)
        followed = np.append(home[1:] == home[:-1], False)
        stop = np.where(followed, np.append(start[1:], 0.0), close)
        parts.append(pd.DataFrame({"home": home, "d": d, "start": start, "stop": stop, "event": followed}))
    rows = pd.concat(parts, ignore_index=True)
    return rows[rows["stop"] > rows["start"]].reset_index(drop=True)


def cut(rows, at):
    """Cut rows in two where a time falls within them."""
    inside = (at > rows["start"]) & (at < rows["stop"])
    left, right = rows[inside].copy(), rows[inside].copy()
    left["stop"], left["event"] = at[inside], False
    right["start"] = at[inside]
    return pd.concat([rows[~inside], left, right], ignore_index=True)


def design(records, rules, region_ratio):
    homes = records.homes
    rows = gaps(records, float(rules["extraction_day"][0]) + 549.0)
    rows["origin"] = rows["start"]
    for days in SEPARATION_DAYS:
        rows = cut(rows, homes.separated_at[rows["home"]] + days)
    home, d = rows["home"].to_numpy(), rows["d"].to_numpy()
    kind = homes.kind[home, d]
    X = pd.DataFrame(homes.covariates[home].astype(float), columns=list(COVARIATES))
    for code, name in enumerate(KINDS):
        if code != REFERENCE_KIND:
            X[f"kind: {name}"] = (kind == code).astype(float)
    X["second relation"] = (d == 1).astype(float)
    middle = (rows["start"] + rows["stop"]).to_numpy() / 2
    place = np.searchsorted(SEPARATION_DAYS, middle - homes.separated_at[home])
    X["separation"] = np.where(kind == PARTNER_VIOLENCE, SEPARATION_SHARE[place], 0.0)
    X["log frailty"] = np.log(homes.frailty[home])
    X["log region"] = np.log(region_ratio[homes.region[home]])
    entry = (rows["start"] - rows["origin"]).to_numpy()
    y = Surv.from_arrays(event=rows["event"].astype(int), duration_days=(rows["stop"] - rows["origin"]).to_numpy())
    return X, y, entry


def truth(scenario):
    violence = scenario.violence
    ratios = dict(violence.hazard_ratios)
    ratios |= {
        f"kind: {name}": violence.kind_ratios[name] / violence.kind_ratios[KINDS[REFERENCE_KIND]] for name in KINDS
    }
    ratios |= {"second relation": violence.second_relation_ratio, "separation": violence.separation_ratio}
    return pd.Series({name: np.log(ratio) for name, ratio in ratios.items()} | {"log frailty": 1.0, "log region": 1.0})


def main(n_seeds):
    runs = []
    for seed in range(1, n_seeds + 1):
        scenario = world(seed)
        prepared = prepare(scenario)
        X, y, entry = design(make_records(prepared, 0), prepared.rules, prepared.violence_by_region)
        table = CoxRegression(prepare=False).fit(X, y, entry=entry).summary_
        runs.append(table[["feature", "coef", "se"]].assign(seed=seed, incidents=int(y["event"].sum())))
    runs = pd.concat(runs, ignore_index=True).rename(columns={"feature": "covariate"})
    runs["truth"] = runs["covariate"].map(truth(scenario))
    runs["z"] = (runs["coef"] - runs["truth"]) / runs["se"]
    runs["covered"] = runs["z"].abs() <= 1.959964
    grouped = runs.groupby("covariate", sort=False)
    table = grouped.agg(
        truth=("truth", "first"), mean=("coef", "mean"), spread=("coef", "std"), mean_se=("se", "mean"),
        coverage=("covered", "mean"), incidents=("incidents", "mean"),
    )  # fmt: skip
    everything = runs["covered"].mean()
    table["bias_z"] = (table["mean"] - table["truth"]) / (table["spread"] / np.sqrt(n_seeds))
    table["coverage_se"] = np.sqrt(0.95 * 0.05 / n_seeds)
    table = table.round(4).assign(n_seeds=n_seeds, hgrisk=version("hgrisk"), on=date.today().isoformat())
    print(table.to_string())
    print(f"all covariates together: {everything:.4f} covered")
    table.reset_index().to_csv(RESULTS / "simulator_truth.csv", index=False)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
