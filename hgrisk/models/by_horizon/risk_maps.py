"""Maps from a predicted to a calibrated risk, learnt from risks that were predicted for rows not trained on."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression

from hgrisk.curves import Floats
from hgrisk.errors import FitError
from hgrisk.models.inputs.cluster_sums import cluster_codes, kish_number, sums_differ

Change = Literal["none", "intercept", "slope"]
"""What a new site asks for."""

RISK_FLOOR = 1e-9
"""Risks are kept this far from 0 and 1 before a logit is taken."""

NEAR_NONE = 1e-12
"""A share of re-reports that is none but for rounding."""

TOLERANCE, MAX_STEPS, LONGEST = 1e-10, 100, 50.0
"""A Newton step that is the last, how many there are, and the coefficient from which on the rows are separated."""


def risk_logit(risk: Floats) -> Floats:
    """Return the logit of risks, finite also for 0 and 1."""
    return np.asarray(logit(np.clip(risk, RISK_FLOOR, 1.0 - RISK_FLOOR)), dtype=np.float64)


def isotonic_map(
    risk: Floats, label: NDArray[np.bool_], weight: Floats, cluster: NDArray[Any] | None = None
) -> tuple[Floats, Floats]:
    """Return the knots of the rising map with the least weighted squared error, never exactly 0 or 1.

    Zadrozny and Elkan (2002), doi:10.1145/775047.775151. Between knots risks are interpolated, outside them kept.

    Parameters
    ----------
    risk : ndarray, shape (n,)
        Predicted risks.
    label : ndarray of bool, shape (n,)
        Re-report by the horizon.
    weight : ndarray, shape (n,)
        Case weight times censoring weight; rows of weight 0 do not count.
    cluster : ndarray, shape (n,), optional
        Household network of each row; each row is one of its own by default.

    Returns
    -------
    knots, values : ndarray, shape (k,)
        Predicted and calibrated risk, both rising.

    Notes
    -----
    Where the lowest rows all have no re-report, the least error is a risk of 0, which no number of rows can prove.
    They get 1 / (m + 2) instead, m being Kish's number of their networks (Laplace's rule of succession), or the
    next risk where that is lower; the highest rows likewise (m + 1) / (m + 2). The mean is then that of the labels with
    about one re-report more, or less.
    """
    known = weight > 0
    fitted = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip")
    fitted.fit(risk[known], label[known].astype(np.float64), sample_weight=weight[known])
    knots, values = np.array(fitted.X_thresholds_), np.array(fitted.y_thresholds_)
    code = cluster_codes(None if cluster is None else cluster[known], int(known.sum()))
    return knots, _pulled_inwards(knots, values, risk[known], weight[known], code)


def _pulled_inwards(knots: Floats, values: Floats, risk: Floats, weight: Floats, code: NDArray[np.intp]) -> Floats:
    none, every = values <= NEAR_NONE, values >= 1.0 - NEAR_NONE
    pulled, between = values.copy(), values[~none & ~every]
    if none.any():
        lowest = risk <= knots[none][-1]
        pulled[none] = min(1.0 / (kish_number(weight[lowest], code[lowest]) + 2.0), between.min(initial=1.0))
    if every.any():
        highest = risk >= knots[every][0]
        pulled[every] = max(1.0 - 1.0 / (kish_number(weight[highest], code[highest]) + 2.0), between.max(initial=0.0))
    return pulled


def platt_slope(risk: Floats, label: NDArray[np.bool_], weight: Floats, fold: NDArray[np.int64] | None = None) -> float:
    """Return the slope b, 0 or more, of the calibrated logit, with an intercept of its own for each fold.

    Parameters
    ----------
    risk, label, weight
        As in :func:`isotonic_map`.
    fold : ndarray of int, shape (n,), optional
        Fold of each row; its risks are those of one copy of the model. One fold by default.

    Returns
    -------
    float
        1 for risks that are spread rightly; 0 where higher risks go with no more re-reports.

    Raises
    ------
    FitError
        If the risks do not vary in any fold that has both answers, or tell the labels apart without fault.

    Notes
    -----
    A fold with many re-reports is predicted by a copy that saw few: the levels of folds are against the outcome by
    construction. Intercepts by fold take them out of the slope.
    """
    known = weight > 0
    x, y, w = risk_logit(risk[known]), label[known], weight[known]
    _, code = np.unique(np.zeros(len(x)) if fold is None else fold[known], return_inverse=True)
    share = np.bincount(code, w * y) / np.bincount(code, w)
    x = x - (np.bincount(code, w * x) / np.bincount(code, w))[code]
    tells = ((share > 0) & (share < 1))[code]  # a fold of one answer has no say in the slope
    spread = float(np.max(np.abs(x), initial=0.0, where=tells))
    if spread < TOLERANCE:
        found, cure = "one risk for all rows of each fold", "use method='isotonic' or 'none'"
        raise FitError("A slope is of risks that vary among rows of both answers", found, cure)
    if w @ ((y - share[code]) * x) <= 0:  # the likelihood falls from a slope of 0 on
        return 0.0
    _, fold_of = np.unique(code[tells], return_inverse=True)
    design = np.column_stack((x[tells] / spread, np.eye(fold_of.max() + 1)[fold_of]))
    return float(_maximum(design, y[tells], w[tells])[0]) / spread


def level_intercept(risk: Floats, label: NDArray[np.bool_], weight: Floats, slope: float) -> float:
    """Return the intercept a at which the mean of the calibrated risk, a + slope logit(risk), is the observed share.

    Parameters
    ----------
    risk, label, weight
        As in :func:`isotonic_map`; both means are over the rows with a weight above 0, with these weights.
    slope : float
        Slope on the logit.

    Returns
    -------
    float
        0 for risks that are right in the mean, with a slope of 1.
    """
    known = weight > 0
    offset, share = slope * risk_logit(risk[known]), np.average(label[known], weights=weight[known])

    def excess(intercept: float) -> float:
        return float(np.average(expit(intercept + offset), weights=weight[known]) - share)

    # all risks are below the share at the lower end, and above it at the upper one
    lowest, highest = logit(share) - offset.max() - 1.0, logit(share) - offset.min() + 1.0
    return float(brentq(excess, lowest, highest, xtol=1e-14))


def platt_map(risk: Floats, label: NDArray[np.bool_], weight: Floats) -> tuple[float, float]:
    """Return intercept a and slope b, 0 or more, of the calibrated logit, a + b logit(risk), by maximum likelihood.

    Parameters
    ----------
    risk, label, weight
        As in :func:`isotonic_map`; the risks are those of one model.

    Returns
    -------
    intercept, slope : float
        (0, 1) for risks that are right.

    Raises
    ------
    FitError
        If the risks do not vary, or tell the labels apart without fault.

    Notes
    -----
    Platt (1999), without his smoothing of the labels; Cox (1958), doi:10.1093/biomet/45.3-4.562.
    """
    slope = platt_slope(risk, label, weight)
    return level_intercept(risk, label, weight, slope), slope


def site_map(
    risk: Floats, label: NDArray[np.bool_], weight: Floats, level: float, cluster: NDArray[Any] | None = None
) -> tuple[float, float, Change]:
    """Return intercept and slope for a new site, and which of them the site's rows ask for.

    Parameters
    ----------
    risk, label, weight, cluster
        As in :func:`isotonic_map`; rows of one network count as one observation.
    level : float
        Level of each test of the closed procedure.

    Returns
    -------
    intercept, slope : float
        (0, 1) where nothing need change.
    change : "none", "intercept" or "slope"
        What changed; "slope" is both.

    Raises
    ------
    FitError
        If the risks tell the labels apart without fault.

    Notes
    -----
    The closed test of Vergouwe et al. (2017), doi:10.1002/sim.7179, without a refit: keep the model unless intercept
    and slope together fit better (2 degrees of freedom); then keep the slope unless it fits better (1). Both are score
    tests on sums by network, with Kish's number of networks: see `sums_differ`. A slope is never below 0.
    """
    known = weight > 0
    x, y, w = risk_logit(risk[known]), label[known], weight[known]
    code = cluster_codes(None if cluster is None else cluster[known], len(x))
    varies = np.ptp(x) >= TOLERANCE  # else there is no slope to be had
    columns = np.column_stack((np.ones(len(x)), x)) if varies else np.ones((len(x), 1))
    if not sums_differ(columns * (w * (y - expit(x)))[:, None], w, code, level):
        return 0.0, 1.0, "none"
    moved = level_intercept(risk, label, weight, 1.0)
    chance = expit(moved + x)
    spread = w * chance * (1.0 - chance)
    beside = x - spread @ x / spread.sum()  # what the slope adds to the intercept
    if not varies or not sums_differ((beside * w * (y - chance))[:, None], w, code, level):
        return moved, 1.0, "intercept"
    return *platt_map(risk, label, weight), "slope"


def _loglik(score: Floats, label: NDArray[np.bool_], weight: Floats) -> float:
    return float(weight @ (label * score - np.logaddexp(0.0, score)))


def _maximum(design: Floats, label: NDArray[np.bool_], weight: Floats) -> Floats:
    """Return the coefficients of the highest weighted likelihood; a step that lowers it is halved."""
    place = np.zeros(design.shape[1])
    value = _loglik(design @ place, label, weight)
    for _ in range(MAX_STEPS):
        risk = expit(design @ place)
        score = design.T @ (weight * (label - risk))
        information = (design * (weight * risk * (1.0 - risk))[:, None]).T @ design
        step, *_ = np.linalg.lstsq(information, score, rcond=None)
        while (after := _loglik(design @ (place + step), label, weight)) < value - 1e-12 * abs(value):
            step = step / 2.0
        place, value = place + step, after
        if np.max(np.abs(place)) > LONGEST:
            break
        if np.max(np.abs(step)) <= TOLERANCE:
            return np.asarray(place, dtype=np.float64)
    raise FitError(
        "A calibration finds an optimum", "risks that tell the labels apart without fault", "use method='none'"
    )
