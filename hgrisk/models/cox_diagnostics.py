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
from hgrisk.hazards.fit import CoxRows, check_rows, pose_rows
from hgrisk.hazards.newton import Problem
from hgrisk.hazards.residuals import martingale_residuals, mean_tables, score_residuals
from hgrisk.hazards.steps import Point
from hgrisk.models.cause_specific.proportional_hazards import ProportionalHazards

TRANSFORMS = ("km", "rank", "identity", "log")
GIVEN = ("sample_weight", "entry", "offset")
SAME_ROWS = 1e-6
"""Sums over the rows of the fit differ by rounding only, by far less than this share."""

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
    **given : dict
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
    if kind not in ("martingale", "deviance", "score", "dfbeta"):
        raise ConfigError("Residuals are martingale, deviance, score or dfbeta", f"{kind!r}", "use one of these")
    if kind == "dfbeta" and len(model.model_covariance_) < len(model.coef_):
        raise ConfigError("Changes of coefficients need their errors", "a lasso, which has none", "use a ridge penalty")
    with one_blas_thread():
        problem, point, _ = _at_fit(model, X, y, given)
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
    **given : dict
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
        problem, point, _ = _at_fit(model, X, y, given)
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
        The time that effects may change with: 1 less the Kaplan-Meier curve before each event, of all rows without
        weights; the rank of the event among all events; days; or log days.
    **given : dict
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
        If the rows do not meet the rules of fit, or their events or log likelihood are not those of the fit.

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
        problem, point, rows = _at_fit(model, X, y, given)
        _refuse_other_rows(model, problem, point)
        time = _transformed(transform, problem, rows)
        whole = problem.derivatives(point)[1]
        slope, cross = problem.derivatives(point, time)
        square = problem.derivatives(point, time**2)[1]
    left = square - cross.T @ np.linalg.solve(whole, cross)
    statistic = [*(slope**2 / np.diag(left)), slope @ np.linalg.solve(left, slope)]
    df = [*([1] * len(slope)), len(slope)]
    table = {"feature": [*model.design_names_, GLOBAL], "statistic": statistic, "df": df}
    return pd.DataFrame({**table, "p_value": chi2.sf(statistic, df)})


def _at_fit(model: ProportionalHazards, X: Any, y: Any, given: dict[str, Any]) -> tuple[Problem, Point, CoxRows]:
    if not isinstance(model, ProportionalHazards):
        cure = "use CoxRegression; of a pipeline its last step, and the X that reaches it"
        raise ConfigError("Diagnostics are of Cox regressions", type(model).__name__, cure)
    unknown = sorted(set(given) - set(GIVEN))
    if unknown:
        rule = f"Diagnostics take of the arguments of fit {', '.join(GIVEN)}"
        raise ConfigError(rule, ", ".join(unknown), "leave it out")
    rows: CoxRows = model.rows_of(X, y, **given)
    check_rows(rows)
    problem = pose_rows(rows, efron=getattr(model, "ties", "efron") == "efron")
    return problem, problem.at(model.coef_ * problem.design.scale), rows


def _refuse_other_rows(model: ProportionalHazards, problem: Problem, point: Point) -> None:
    """Refuse rows that the model was not fitted on: a row that changes no likelihood changes no test either."""
    told = {"events": (problem.weighted.n_events, model.n_events_), "log likelihood": (point.loglik, model.loglik_)}
    for what, (here, at_fit) in told.items():
        if not np.isclose(here, at_fit, rtol=SAME_ROWS, atol=SAME_ROWS):
            found = f"{what} {here:.7g} where the fit had {at_fit:.7g}"
            raise DataError(
                "The test is of the rows of the fit", found, "pass X, y and the weights, entry and offset of the fit"
            )


def _deviance(martingale: Floats, happened: NDArray[np.bool_]) -> Floats:
    expected = happened - martingale
    inside = -martingale - np.where(happened, np.log(np.where(happened, expected, 1.0)), 0.0)
    return np.asarray(np.sign(martingale) * np.sqrt(2 * np.maximum(inside, 0.0)), dtype=np.float64)


def _transformed(transform: str, problem: Problem, rows: CoxRows) -> Floats:
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
        moved = _fallen_before(rows, distinct)[where]
    events = moved[count > 0]
    span = float(np.ptp(events))
    if span == 0:
        raise DataError("Effects change with time only where events differ in time", "one event time", "do not test")
    return np.where(count > 0, (moved - events.min()) / span, 0.0)


def _fallen_before(rows: CoxRows, distinct: Floats) -> Floats:
    """Return 1 less the Kaplan-Meier curve of all rows, strata together, before each time."""
    k = len(distinct)
    entry = np.zeros(len(rows.duration)) if rows.entry is None else rows.entry
    left = np.searchsorted(np.sort(rows.duration), distinct, side="left")
    at_risk = np.searchsorted(np.sort(entry), distinct, side="left") - left
    events = np.bincount(np.searchsorted(distinct, rows.duration[rows.happened]), minlength=k)[:k]
    survival = np.cumprod(1 - np.divide(events, at_risk, out=np.zeros(k), where=events > 0))
    return 1 - np.concatenate(([1.0], survival[:-1]))
