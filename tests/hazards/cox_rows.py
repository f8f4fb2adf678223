"""Rows for Cox regressions, and their likelihood written as loops."""

import numpy as np

from hgrisk.hazards import fit as fit_module
from hgrisk.hazards.design import Design
from hgrisk.hazards.fit import CoxRows
from hgrisk.hazards.newton import Problem, pose
from hgrisk.hazards.risk_sets import build_risk_sets
from hgrisk.hazards.steps import weigh


def draw(seed, n=60, p=3, last_day=12):
    """Heavily tied start-stop rows with weights; effects are moderate, so that estimates are finite."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * np.linspace(0.5, 2, p) + 3
    entry = np.where(rng.random(n) < 0.5, 0.0, rng.integers(0, last_day - 1, n))
    duration = entry + rng.integers(1, last_day, n)
    return X, duration.astype(float), rng.random(n) < 0.6, entry, rng.uniform(0.3, 2.0, n)


def fit_cox(X, duration, happened, *, entry=None, weight=None, stratum=None, offset=None, **settings):
    return fit_module.fit_cox(CoxRows(X, duration, happened, entry, weight, stratum, offset), **settings)


def problem_of(rows, ties) -> Problem:
    """The likelihood of columns as they are, not centred."""
    X, duration, happened, entry, weight = rows
    weighted = weigh(build_risk_sets(duration, happened, entry), weight, efron=ties == "efron")
    return pose(weighted, Design(X, np.zeros(X.shape[1]), np.ones(X.shape[1])))


def loglik_by_loops(coef, rows, ties):
    X, duration, happened, entry, weight = rows
    risk, total = weight * np.exp(X @ coef), 0.0
    for day in np.unique(duration[happened]):
        at_risk = (entry < day) & (day <= duration)
        dead = happened & (duration == day)
        total += weight[dead] @ (X[dead] @ coef)
        for step in range(dead.sum()):
            share = step / dead.sum() if ties == "efron" else 0.0
            total -= weight[dead].mean() * np.log(risk[at_risk].sum() - share * risk[dead].sum())
    return total
