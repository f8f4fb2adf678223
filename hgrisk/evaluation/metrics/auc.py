"""AUC at the horizon: how often a household with a re-report by then has a higher risk than one without."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.evaluation.metric import Metric
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.sums import draw_blocks, ratio


def auc(sample: Sample, horizon_days: float, weights: NDArray[Any]) -> Floats:
    """Return the cumulative/dynamic area under the ROC curve at the horizon.

    Parameters
    ----------
    sample : Sample
        Outcomes, risks and the censoring distribution of n rows.
    horizon_days : float
        Days; cases have a re-report by this day, controls are known to have none.
    weights : ndarray, shape (b, n)
        How often each row counts.

    Returns
    -------
    ndarray, shape (b,)
        In [0, 1]; .5 is chance, equal risks count 1/2. NaN without a case or without a control.

    Notes
    -----
    Uno et al. (2007), doi:10.1198/016214507000000149; controls include competing events by the horizon, definition
    (ii) of Blanche et al. (2013), doi:10.1002/sim.5958. Rows censored by the horizon are represented by the weights
    of the others.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([1, 0, 1, 0], [100, 200, 300, 600])
    >>> round(METRIC.estimate(Sample.build(y, y, [[0.5], [0.1], [0.2], [0.4]], [365]), 365), 4)
    0.4
    """
    status = sample.status(horizon_days)
    risk = sample.risk_at(horizon_days)
    known = np.flatnonzero(status.weight > 0)
    order = known[np.argsort(risk[known], kind="stable")]
    starts = np.flatnonzero(np.diff(risk[order], prepend=-1.0))
    case = (status.weight * status.happened)[order]
    control = (status.weight * (1.0 - status.happened))[order]
    result = np.empty(len(weights))
    for block in draw_blocks(len(weights), len(order)):
        copies = weights[block].take(order, axis=1).astype(np.float64)
        cases = np.add.reduceat(copies * case, starts, axis=1)
        controls = np.add.reduceat(copies * control, starts, axis=1)
        below = np.cumsum(controls, axis=1) - 0.5 * controls
        pairs = cases.sum(axis=1) * controls.sum(axis=1)
        result[block] = ratio((cases * below).sum(axis=1), pairs)
    return result


METRIC = Metric(
    name="auc",
    label="AUC at the horizon",
    label_nl="AUC op de horizon",
    kind="discrimination",
    direction="higher",
    value_range=(0.0, 1.0),
    source="Uno et al. (2007), doi:10.1198/016214507000000149; Blanche et al. (2013), doi:10.1002/sim.5958, "
    "controls (ii)",
    function=auc,
)
