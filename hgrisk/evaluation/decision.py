"""Decision curve: net benefit of flagging at a range of thresholds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hgrisk.errors import DataError
from hgrisk.evaluation.sample import Sample


def decision_curve_table(sample: Sample, horizon_days: float, thresholds: Any) -> pd.DataFrame:
    """Tabulate the net benefit of the model, of flagging everyone and of flagging no one.

    Parameters
    ----------
    sample : Sample
        Outcomes, risks and the censoring distribution of n rows.
    horizon_days : float
        Days, one of ``sample.times``.
    thresholds : array-like of float, shape (t,)
        Risks from which a household is flagged, in [0, 1).

    Returns
    -------
    DataFrame
        Columns ``threshold``, ``net_benefit``, ``flag_all``, ``flag_none``; one row per threshold, in the order given.

    Raises
    ------
    DataError
        If the horizon is refused or a threshold lies outside [0, 1).

    Notes
    -----
    TP/n - FP/n * p/(1 - p) with risks of at least p flagged: Vickers and Elkin (2006),
    doi:10.1177/0272989X06295361; with censoring Vickers et al. (2008), doi:10.1186/1472-6947-8-53, here weighted by
    the inverse probability of censoring. Models are compared at one shared threshold.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([1, 0, 1, 0], [100, 400, 300, 600])
    >>> sample = Sample.build(y, y, [[0.5], [0.1], [0.2], [0.4]], [365])
    >>> decision_curve_table(sample, 365, [0.2]).values.tolist()
    [[0.2, 0.4375, 0.375, 0.0]]
    """
    sample.require(horizon_days)
    cuts = np.asarray(thresholds, dtype=np.float64)
    wrong = ~((cuts >= 0.0) & (cuts < 1.0))
    if cuts.ndim != 1 or np.any(wrong):
        found = f"{cuts[wrong][0]}" if cuts.ndim == 1 else f"shape {cuts.shape}"
        raise DataError("Thresholds are one row of risks from 0 to below 1", found, "use for example 0.05 to 0.5")
    status = sample.status(horizon_days)
    events, others = status.weight * status.happened, status.weight * (1.0 - status.happened)
    order = np.argsort(sample.risk_at(horizon_days), kind="stable")
    first = np.searchsorted(sample.risk_at(horizon_days)[order], cuts, side="left")
    price = cuts / (1.0 - cuts)
    true, false = (np.append(np.cumsum(part[order][::-1])[::-1], 0.0) / len(sample) for part in (events, others))
    return pd.DataFrame(
        {
            "threshold": cuts,
            "net_benefit": true[first] - price * false[first],
            "flag_all": true[0] - price * false[0],
            "flag_none": 0.0,
        }
    )
