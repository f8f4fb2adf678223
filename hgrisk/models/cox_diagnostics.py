"""Does a Cox regression fit? Residuals of its rows, and a test of whether effects change with time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, DataError
from hgrisk.hazards.blas import one_blas_thread
from hgrisk.hazards.fit import CoxRows, pose_rows
from hgrisk.hazards.newton import Problem
from hgrisk.hazards.residuals import martingale_residuals, mean_tables, score_residuals
from hgrisk.hazards.steps import Point
from hgrisk.models._proportional_hazards import ProportionalHazards

TRANSFORMS = ("km", "rank", "identity", "log")
GLOBAL = "all together"


def residuals(model: ProportionalHazards, X: Any, y: Any, kind: str = "martingale", **given: Any) -> Floats:
    """Return the residuals of each row; nothing is kept of the rows.

    Parameters
    ----------
    model : ProportionalHazards
        A fitted model.
    X, y : as in fit
        Rows to look at, most often those of the fit.
    kind : {"martingale", "deviance", "score", "dfbeta"}
        Events observed less expected; the same made more symmetric; each row's part of the gradient; and about how much
        each coefficient would change without the row, with its sign reversed.
    **given
        ``sample_weight``, ``entry``, ``offset`` as in fit.

    Returns
    -------
    ndarray, shape (n,) or (n, q)
        One value a row, or one for each design column.

    Raises
    ------
    ConfigError
        If the kind is unknown.
    DataError
        If the rows do not meet the rules of fit.

    Notes
    -----
    Therneau, Grambsch and Fleming (1990), doi:10.1093/biomet/77.1.147. Rows of weight 0 are left out.

    Examples
    --------
    >>> from hgrisk.models.cox import CoxRegression
    >>> from hgrisk.surv import Surv
    >>> X = pd.DataFrame({"prior_reports": [0, 3, 1, 5, 0, 2]})
    >>> y = Surv.from_arrays(event=[0, 1, 1, 1, 1, 0], duration_days=[365, 90, 200, 30, 300, 365])
    >>> model = CoxRegression(penalty=0.1, prepare=False).fit(X, y)
    >>> bool(abs(residuals(model, X, y).sum()) < 1e-9)
    True
    """
    if kind not in {"martingale", "deviance", "score", "dfbeta"}:
        raise ConfigError("Residuals are martingale, deviance, score or dfbeta", f"{kind!r}", "use one of these")
    with one_blas_thread():
        problem, point = _at_fit(model, X, y, given)
        if kind in {"score", "dfbeta"}:
            scores = score_residuals(problem, point)
            return scores if kind == "score" else scores @ model.model_covariance_
        martingale = martingale_residuals(problem, point)
    return martingale if kind == "martingale" else _deviance(martingale, problem.weighted.sets.happened)


def schoenfeld_residuals(model: ProportionalHazards, X: Any, y: Any, **given: Any) -> pd.DataFrame:
    """Return for each event its columns less their mean over those at risk.

    Parameters
    ----------
    model : ProportionalHazards
        A fitted model.
    X, y : as in fit
        Rows to look at.
    **given
        ``sample_weight``, ``entry``, ``offset`` as in fit.

    Returns
    -------
    DataFrame, shape (n_events, q + 1)
        ``time_days`` and a column for each of the design, by time.

    Raises
    ------
    DataError
        If the rows do not meet the rules of fit.

    Notes
    -----
    Schoenfeld (1982), doi:10.1093/biomet/69.1.239; tied events share the mean over Efron's steps.
    """
    with one_blas_thread():
        problem, point = _at_fit(model, X, y, given)
        mean = mean_tables(problem, point)[0]
    sets, design = problem.weighted.sets, problem.design
    rows = np.flatnonzero(sets.happened)
    rows = rows[np.argsort(sets.times[sets.stop[rows]], kind="stable")]
    values = design.values[rows] - design.center - mean[sets.stop[rows]]
    table = pd.DataFrame(values, columns=model.design_names_)
    table.insert(0, "time_days", sets.times[sets.stop[rows]])
    return table


def proportional_hazards_test(
    model: ProportionalHazards, X: Any, y: Any, transform: str = "km", **given: Any
) -> pd.DataFrame:
    """Test whether the effect of each column changes with time.

    Parameters
    ----------
    model : ProportionalHazards
        A fitted model without a penalty.
    X, y : as in fit
        The rows of the fit.
    transform : {"km", "rank", "identity", "log"}
        The time that effects may change with: 1 less the Kaplan-Meier curve before each event, the rank of the event
        times, days, or log days.
    **given
        ``sample_weight``, ``entry``, ``offset`` as in fit.

    Returns
    -------
    DataFrame
        ``feature``, ``statistic``, ``df``, ``p_value``; the last row is of all columns together.

    Raises
    ------
    ConfigError
        If the transform is unknown, or the model has a penalty.
    DataError
        If the rows do not meet the rules of fit.

    Notes
    -----
    The score test of a column times the transformed time (Grambsch and Therneau 1994, doi:10.1093/biomet/81.3.515),
    with the information of all event times rather than its average. With many rows small changes become significant:
    look at their size.
    """
    if transform not in TRANSFORMS:
        raise ConfigError(f"The time is one of {', '.join(TRANSFORMS)}", f"{transform!r}", "use 'km'")
    if getattr(model, "penalty", 0.0) != 0:
        raise ConfigError("The test is of a model without a penalty", f"{model.penalty}", "fit it with penalty 0")
    with one_blas_thread():
        problem, point = _at_fit(model, X, y, given)
        time = _transformed(transform, problem)
        whole = problem.derivatives(point)[1]
        slope, cross = problem.derivatives(point, time)
        square = problem.derivatives(point, time**2)[1]
    left = square - cross.T @ np.linalg.solve(whole, cross)
    statistic = [*(slope**2 / np.diag(left)), slope @ np.linalg.solve(left, slope)]
    df = [*([1] * len(slope)), len(slope)]
    table = {"feature": [*model.design_names_, GLOBAL], "statistic": statistic, "df": df}
    return pd.DataFrame({**table, "p_value": chi2.sf(statistic, df)})


def _at_fit(model: ProportionalHazards, X: Any, y: Any, given: dict[str, Any]) -> tuple[Problem, Point]:
    rows: CoxRows = model.rows_of(X, y, **given)
    problem = pose_rows(rows, efron=getattr(model, "ties", "efron") == "efron")
    return problem, problem.at(model.coef_ * problem.design.scale)


def _deviance(martingale: Floats, happened: NDArray[np.bool_]) -> Floats:
    expected = happened - martingale
    inside = -martingale - np.where(happened, np.log(np.where(happened, expected, 1.0)), 0.0)
    return np.asarray(np.sign(martingale) * np.sqrt(2 * np.maximum(inside, 0.0)), dtype=np.float64)


def _transformed(transform: str, problem: Problem) -> Floats:
    """Return the time of each slot, from 0 to 1: where it begins, and in what unit it runs, does not matter."""
    weighted = problem.weighted
    sets, times = weighted.sets, np.where(weighted.sets.opens, 0.0, weighted.sets.times)
    count = weighted.n_tied
    distinct, where = np.unique(times, return_inverse=True)
    if transform == "identity":
        moved = times
    elif transform == "log":
        moved = np.log(np.where(sets.opens, 1.0, times))
    elif transform == "rank":
        per_time = np.bincount(where, weights=count)
        moved = (np.cumsum(per_time) - (per_time - 1) / 2)[where]
    else:
        moved = _fallen_before(problem, distinct)[where]
    events = moved[count > 0]
    span = float(np.ptp(events))
    if span == 0:
        raise DataError("Effects change with time only where events differ in time", "one event time", "do not test")
    return np.where(count > 0, (moved - events.min()) / span, 0.0)


def _fallen_before(problem: Problem, distinct: Floats) -> Floats:
    """Return 1 less the Kaplan-Meier curve of all rows before each time."""
    sets, weight = problem.weighted.sets, problem.weighted.weight
    stop, start = (np.searchsorted(distinct, sets.times[slot]) for slot in (sets.stop, sets.start))
    start = np.where(sets.opens[sets.start], -1, start)
    stop = np.where(sets.opens[sets.stop], -1, stop)
    k = len(distinct)
    leaving = np.bincount(stop[stop >= 0], weights=weight[stop >= 0], minlength=k)
    late = (start >= 0) & (stop >= 0)
    leaving -= np.bincount(start[late], weights=weight[late], minlength=k)
    at_risk = np.cumsum(leaving[::-1])[::-1]
    events = np.bincount(stop[sets.happened], weights=weight[sets.happened], minlength=k)
    survival = np.cumprod(1 - np.divide(events, at_risk, out=np.zeros(k), where=events > 0))
    return 1 - np.concatenate(([1.0], survival[:-1]))
