"""Known truth for the parametric and flexible models: weights, delayed entry, competing events, pairs of rows.

Errors are cluster-robust: households of two rows share the random number of their time.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtri

from hgrisk.models.flexible_parametric import FlexibleParametric
from hgrisk.models.parametric import ParametricSurvival
from hgrisk.models.piecewise_exponential import PiecewiseExponential
from hgrisk.surv import Surv

N_HOUSEHOLDS = 500
COEF = np.array([0.5, -0.4])
SHAPE = 0.6
"""Of the generalised gamma law."""

BREAKS = np.array([60.0, 180.0, 400.0])
HAZARDS = np.array([0.004, 0.0025, 0.0015, 0.0008])


def weibull_time(share, score):
    """Cumulative hazard exp(score) (t / 400)^0.8."""
    return 400 * (-np.log(share) / np.exp(score)) ** (1 / 0.8)


def gompertz_time(share, score):
    """Log hazard log(0.002) + score - 0.001 t."""
    grown = 1 + 0.001 * np.log(share) / (0.002 * np.exp(score))
    return np.where(grown > 0, -np.log(np.maximum(grown, 1e-300)) / 0.001, np.inf)


def piecewise_time(share, score):
    """Hazard constant between breaks."""
    reached = np.concatenate(([0.0], np.cumsum(np.diff(np.concatenate(([0.0], BREAKS))) * HAZARDS[:-1])))
    wanted = -np.log(share) / np.exp(score)
    far = (reached[-1] + 20, BREAKS[-1] + 20 / HAZARDS[-1])
    return np.interp(wanted, [*reached, far[0]], [0.0, *BREAKS, far[1]])


def crisis_time(share, score):
    """Cumulative hazard exp(score) (0.5 (1 - exp(-t / 60)) + t / 1500): no model here has it, splines come near."""
    grid = np.concatenate(([0.0], np.geomspace(1e-3, 1e5, 20_000)))
    return np.interp(-np.log(share) / np.exp(score), 0.5 * (1 - np.exp(-grid / 60)) + grid / 1500, grid)


def gamma_time(rng, n, score):
    """Generalised gamma of location 6 - score and sigma 1.2."""
    k = SHAPE**-2
    return np.exp(6 - score + 1.2 * np.log(rng.gamma(k, 1 / k, n)) / SHAPE)


def draw(rng, time_of, *, clustered=True):
    """Draw rows of households of two, whose times have one random number in half of the households."""
    household = np.repeat(np.arange(N_HOUSEHOLDS), 2)
    n = len(household)
    X = pd.DataFrame({"score": rng.normal(size=n), "group": rng.integers(0, 2, n).astype(float)})
    shared = np.repeat(rng.random(N_HOUSEHOLDS) < 0.5, 2) & clustered
    share = np.where(shared, np.repeat(rng.random(N_HOUSEHOLDS), 2), rng.random(n))
    time = time_of(share, X.to_numpy() @ COEF)
    competing, censored = rng.exponential(3000, n), rng.uniform(200, 1500, n)
    stop = np.minimum(np.minimum(time, competing), censored)
    event = np.where(stop == time, 1, np.where(stop == competing, 2, 0))
    entry = np.where(rng.random(n) < 0.3, rng.uniform(0, 150, n), 0.0)
    seen = stop > entry
    return X[seen], Surv.from_arrays(event[seen], stop[seen], entry[seen]), household[seen]


CASES = {
    "weibull": (weibull_time, 1.0, {"log_alpha": np.log(0.8)}),
    "exponential": (lambda share, score: -400 * np.log(share) / np.exp(score), 1.0, {}),
    "gompertz": (gompertz_time, 1.0, {"shape": -0.001}),
    "log_normal": (lambda share, score: np.exp(6 - score + 1.2 * ndtri(share)), -1.0, {"log_sigma": np.log(1.2)}),
    "log_logistic": (
        lambda share, score: np.exp(6 - score + 0.8 * np.log(share / (1 - share))),
        -1.0,
        {"log_sigma": np.log(0.8)},
    ),
}


def replicate(seed: int) -> dict[str, tuple[float, float, float, float]]:
    """Return estimate, lower, upper and truth of each quantity in one draw."""
    rng = np.random.default_rng(seed)
    results: dict[str, tuple[float, float, float, float]] = {}
    for name, (time_of, sign, shapes) in CASES.items():
        X, y, household = draw(rng, time_of)
        model = ParametricSurvival(name, prepare=False).fit(X, y, cluster=household)
        truth = dict(zip(model.design_names_, sign * COEF, strict=True)) | shapes
        results |= _intervals(f"ParametricSurvival {name}", model, truth)
    results |= _generalised_gamma(rng) | _piecewise(rng) | _flexible(rng)
    return results


def _generalised_gamma(rng):
    X, _, _ = draw(rng, weibull_time)
    time = gamma_time(rng, len(X), X.to_numpy() @ COEF)
    censored = rng.uniform(400, 2500, len(X))
    y = Surv.from_arrays(time < censored, np.minimum(time, censored))
    model = ParametricSurvival("generalised_gamma", prepare=False).fit(X, y)
    truth = dict(zip(model.design_names_, -COEF, strict=True)) | {"log_sigma": np.log(1.2), "shape": SHAPE}
    return _intervals("ParametricSurvival generalised_gamma", model, truth)


def _piecewise(rng):
    X, y, household = draw(rng, piecewise_time)
    model = PiecewiseExponential(tuple(BREAKS), prepare=False).fit(X, y, cluster=household)
    results = _intervals("PiecewiseExponential", model, dict(zip(model.design_names_, COEF, strict=True)))
    table = model.hazard_table_
    truth = HAZARDS * np.exp(model.center_ @ COEF)  # at the training means, as the table is
    for place, row in enumerate(table.itertuples()):
        results[f"PiecewiseExponential hazard {place + 1}"] = (row.hazard, row.lower, row.upper, float(truth[place]))
    return results


def _flexible(rng):
    results = {}
    cases = {"hazard": (crisis_time, COEF), "odds": (CASES["log_logistic"][0], COEF / 0.8)}
    cases["normal"] = (CASES["log_normal"][0], COEF / 1.2)
    for scale, (time_of, coef) in cases.items():
        X, y, household = draw(rng, time_of)
        model = FlexibleParametric(4, scale, prepare=False).fit(X, y, cluster=household)
        results |= _intervals(f"FlexibleParametric {scale}", model, dict(zip(model.design_names_, coef, strict=True)))
    return results


def _intervals(label, model, truth):
    se = np.sqrt(np.diag(model.covariance_))
    rows = {}
    for name, value in truth.items():
        place = model.parameter_names_.index(name)
        estimate, half = float(model.parameters_[place]), 1.959964 * float(se[place])
        rows[f"{label} {name}"] = (estimate, estimate - half, estimate + half, float(value))
    return rows
