"""Maps from a predicted to a calibrated risk, learnt from risks that were predicted for rows not trained on."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import chi2
from sklearn.isotonic import IsotonicRegression

from hgrisk.curves import Floats
from hgrisk.errors import FitError

RISK_FLOOR = 1e-9
"""Risks are kept this far from 0 and 1 before a logit is taken."""

TOLERANCE, MAX_STEPS, LONGEST = 1e-10, 100, 50.0
"""A Newton step that is the last, how many there are, and the coefficient from which on the rows are separated."""


def risk_logit(risk: Floats) -> Floats:
    """Return the logit of risks, finite also for 0 and 1."""
    return np.asarray(logit(np.clip(risk, RISK_FLOOR, 1.0 - RISK_FLOOR)), dtype=np.float64)


def isotonic_map(risk: Floats, label: NDArray[np.bool_], weight: Floats) -> tuple[Floats, Floats]:
    """Return the knots of the rising map with the least weighted squared error.

    Zadrozny and Elkan (2002), doi:10.1145/775047.775151. Between knots risks are interpolated, outside them kept.

    Parameters
    ----------
    risk : ndarray, shape (n,)
        Predicted risks.
    label : ndarray of bool, shape (n,)
        Re-report by the horizon.
    weight : ndarray, shape (n,)
        Case weight times censoring weight; rows of weight 0 do not count.

    Returns
    -------
    knots, values : ndarray, shape (k,)
        Predicted and calibrated risk, both rising.
    """
    known = weight > 0
    fitted = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip")
    fitted.fit(risk[known], label[known].astype(np.float64), sample_weight=weight[known])
    return np.array(fitted.X_thresholds_), np.array(fitted.y_thresholds_)


def platt_map(risk: Floats, label: NDArray[np.bool_], weight: Floats) -> tuple[float, float]:
    """Return intercept a and slope b of the calibrated logit, a + b logit(risk), by maximum likelihood.

    Parameters
    ----------
    risk, label, weight
        As in :func:`isotonic_map`.

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
    known = weight > 0
    design = np.column_stack((np.ones(int(known.sum())), risk_logit(risk[known])))
    if np.ptp(design[:, 1]) < TOLERANCE:
        raise FitError("A slope is of risks that vary", "one risk for all rows", "use method='isotonic' or 'none'")
    place = _maximum(design, label[known], weight[known], np.array([0.0, 1.0]))
    return float(place[0]), float(place[1])


def site_map(risk: Floats, label: NDArray[np.bool_], weight: Floats, level: float) -> tuple[float, float, str]:
    """Return intercept and slope for a new site, and which of them the site's rows ask for.

    Parameters
    ----------
    risk, label, weight
        As in :func:`isotonic_map`; the weights count rows, so that they are scaled to the number of known rows.
    level : float
        Level of each test of the closed procedure.

    Returns
    -------
    intercept, slope : float
        (0, 1) where nothing need change.
    change : "none", "intercept" or "slope"
        What changed; "slope" is both.

    Notes
    -----
    The closed test of Vergouwe et al. (2017), doi:10.1002/sim.7179, without a refit: keep the model unless intercept
    and slope together fit better (2 degrees of freedom); then keep the slope unless it fits better (1).
    """
    known = weight > 0
    weight = weight * known.sum() / weight.sum()
    x = risk_logit(risk[known])
    ones = np.ones((len(x), 1))
    y, w = label[known], weight[known]
    moved = float(_maximum(ones, y, w, np.zeros(1), x)[0])
    kept, shifted = _loglik(x, y, w), _loglik(moved + x, y, w)
    if np.ptp(x) < TOLERANCE:  # one risk for all: no slope to be had
        return (0.0, 1.0, "none") if 2 * (shifted - kept) <= chi2.ppf(1 - level, 1) else (moved, 1.0, "intercept")
    both = platt_map(risk, label, weight)
    full = _loglik(both[0] + both[1] * x, y, w)
    if 2 * (full - kept) <= chi2.ppf(1 - level, 2):
        return 0.0, 1.0, "none"
    if 2 * (full - shifted) <= chi2.ppf(1 - level, 1):
        return moved, 1.0, "intercept"
    return *both, "slope"


Change = Literal["none", "intercept", "slope"]


def _loglik(score: Floats, label: NDArray[np.bool_], weight: Floats) -> float:
    return float(weight @ (label * score - np.logaddexp(0.0, score)))


def _maximum(
    design: Floats, label: NDArray[np.bool_], weight: Floats, start: Floats, offset: Floats | float = 0.0
) -> Floats:
    """Return the coefficients of the highest weighted likelihood; a step that lowers it is halved."""
    place, value = start, _loglik(offset + design @ start, label, weight)
    for _ in range(MAX_STEPS):
        risk = expit(offset + design @ place)
        score = design.T @ (weight * (label - risk))
        information = (design * (weight * risk * (1.0 - risk))[:, None]).T @ design
        step, *_ = np.linalg.lstsq(information, score, rcond=None)
        while (after := _loglik(offset + design @ (place + step), label, weight)) < value - 1e-12 * abs(value):
            step = step / 2.0
        place, value = place + step, after
        if np.max(np.abs(place)) > LONGEST:
            break
        if np.max(np.abs(step)) <= TOLERANCE:
            return np.asarray(place, dtype=np.float64)
    raise FitError(
        "A calibration finds an optimum", "risks that tell the labels apart without fault", "use method='none'"
    )
