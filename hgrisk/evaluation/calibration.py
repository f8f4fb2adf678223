"""Calibration table: predicted against observed risk in groups of equal size."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.curves import Floats, incidence_table
from hgrisk.errors import DataError
from hgrisk.evaluation.sample import Sample


def calibration_table(sample: Sample, horizon_days: float, n_groups: int = 10, level: float = 0.95) -> pd.DataFrame:
    """Compare the mean predicted risk with the observed incidence in groups of increasing risk.

    Parameters
    ----------
    sample : Sample
        Outcomes and risks of n rows.
    horizon_days : float
        Days, one of ``sample.times``.
    n_groups : int
        Groups of about equal size, 1 or more. Equal risks stay together, so there may be fewer.
    level : float
        Coverage of the pointwise intervals, between 0 and 1.

    Returns
    -------
    DataFrame
        Columns ``group`` (from 1, lowest risk first), ``n`` (rows judged), ``predicted`` (mean risk), ``observed``
        (Aalen-Johansen incidence by the horizon), ``lower`` and ``upper``. Observed values are NaN for a group whose
        follow-up does not reach the horizon.

    Raises
    ------
    DataError
        If the horizon is refused or ``n_groups`` is below 1.

    Notes
    -----
    Intervals are on the log(-log) scale; if none or all of a group had a re-report, they are the exact binomial limit
    over the rows of known status, so that no re-report observed is not shown as no risk. They count rows as
    independent and are a little too narrow if households recur.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([0, 0, 1, 0, 1, 1], [600, 600, 300, 600, 100, 200])
    >>> sample = Sample.build(y, y, [[0.1], [0.1], [0.1], [0.6], [0.6], [0.6]], [365])
    >>> calibration_table(sample, 365, n_groups=2)[["group", "n", "predicted", "observed"]].round(4).values.tolist()
    [[1.0, 3.0, 0.1, 0.3333], [2.0, 3.0, 0.6, 0.6667]]
    """
    sample = sample.judged_at(horizon_days)
    if n_groups < 1:
        raise DataError("A calibration table has at least one group", f"{n_groups}", "use 10")
    risk = sample.risk_at(horizon_days)
    codes = _risk_groups(risk, n_groups)
    rows = []
    for group in range(codes.max() + 1):
        mask = codes == group
        observed, lower, upper = _observed(sample.take(mask), horizon_days, level)
        rows.append(
            {
                "group": group + 1,
                "n": int(mask.sum()),
                "predicted": float(risk[mask].mean()),
                "observed": observed,
                "lower": lower,
                "upper": upper,
            }
        )
    return pd.DataFrame(rows)


def _risk_groups(risk: Floats, n_groups: int) -> NDArray[np.int64]:
    """Number the rows by quantile of risk; the place of a set of equal risks is the middle of its ranks."""
    _, where, counts = np.unique(risk, return_inverse=True, return_counts=True)
    middle = (np.cumsum(counts) - 0.5 * counts) / len(risk)
    groups = np.floor(middle * n_groups)
    return np.unique(groups, return_inverse=True)[1].astype(np.int64)[where]


def _observed(part: Sample, horizon_days: float, level: float) -> tuple[float, float, float]:
    if not part.is_followed(horizon_days):
        return float("nan"), float("nan"), float("nan")
    table = incidence_table(part.duration_days, part.event, level=level)
    table = table[table["time_days"] <= horizon_days]
    n_known = int(np.count_nonzero(part.status(horizon_days).weight))
    limit = ((1.0 - level) / 2.0) ** (1.0 / n_known)
    if table.empty:
        return 0.0, 0.0, 1.0 - limit
    observed, lower, upper = (float(value) for value in table[["incidence", "lower", "upper"]].iloc[-1])
    if observed > 1.0 - 1e-12:
        return 1.0, limit, 1.0
    return observed, lower, upper
