"""Lift: how many times as many re-reports a model finds as another, on the same bootstrap draws."""

from __future__ import annotations

from hgrisk.errors import ConfigError
from hgrisk.evaluation.bootstrap import percentile_interval
from hgrisk.evaluation.capacity import at_capacity
from hgrisk.evaluation.evaluate import Evaluation
from hgrisk.evaluation.gain import paired
from hgrisk.evaluation.sums import ratio

LIFTED = ("capacity_recall", "capacity_precision")
"""Shares of which twice as much is twice as good."""


def lift(
    a: Evaluation, b: Evaluation, horizon_days: int, capacity_share: float, metric: str = "capacity_recall"
) -> tuple[float, float, float]:
    """Divide what one model finds at a capacity by what another finds, such as a count of earlier reports.

    Parameters
    ----------
    a, b : Evaluation
        The model to compare with, and the model, on the same test rows, censoring, clusters, seed and
        number of draws.
    horizon_days : int
        Horizon in days.
    capacity_share : float
        One of the capacities of the evaluations.
    metric : str
        "capacity_recall" or "capacity_precision". At one capacity both count the same re-reports, so their lifts are
        close; they differ by the censoring among the flagged.

    Returns
    -------
    lift, lower, upper : float
        1 if both find as many re-reports, above 1 if ``b`` finds more, with the paired percentile interval; NaN if
        ``a`` finds none.

    Raises
    ------
    ConfigError
        If the metric is another one.
    DataError
        If the draws are not the same, or the metric was not computed at the horizon and capacity.

    Notes
    -----
    Lift is usually taken over chance, which finds the capacity share itself; here it is over the simplest rule that a
    professional could follow without a model.

    Examples
    --------
    >>> import numpy as np
    >>> from hgrisk.evaluation.evaluate import evaluate
    >>> from hgrisk.evaluation.settings import EvaluationSettings
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([1, 0, 1, 0] * 10, [100, 400, 300, 600] * 10)
    >>> asked = EvaluationSettings(
    ...     horizons_days=(365,), metrics=("capacity_recall",), capacity_shares=(0.5,), n_resamples=20
    ... )
    >>> count, model = (
    ...     evaluate(y, y, np.tile(risk, 10)[:, None], [365], clusters=np.arange(40), settings=asked)
    ...     for risk in ([0.3, 0.3, 0.3, 0.3], [0.5, 0.1, 0.3, 0.2])
    ... )
    >>> lift(count, model, 365, 0.5)[0]
    2.0
    """
    if metric not in LIFTED:
        raise ConfigError("A lift is of a share found at capacity", f"{metric!r}", f"use one of {', '.join(LIFTED)}")
    before, after = paired(a, b, at_capacity(metric, capacity_share), horizon_days)
    times = ratio(after, before)
    return float(times[0]), *percentile_interval(times, a.level)
