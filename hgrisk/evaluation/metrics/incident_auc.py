"""Incident AUC: how often the household with a re-report today has a higher risk than one without yet."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.evaluation._concordance import mean_won_share
from hgrisk.evaluation.metric import Metric
from hgrisk.evaluation.sample import Sample


def incident_auc(sample: Sample, horizon_days: float, weights: NDArray[Any]) -> Floats:
    """Return the incident/dynamic AUC, averaged over the re-reports up to the horizon.

    Parameters
    ----------
    sample : Sample
        Outcomes, risks and the censoring distribution of n rows.
    horizon_days : float
        Days.
    weights : ndarray, shape (b, n)
        How often each row counts.

    Returns
    -------
    ndarray, shape (b,)
        In [0, 1]; .5 is chance, equal risks count 1/2. NaN without a re-report that others outlast.

    Notes
    -----
    Heagerty and Zheng (2005), doi:10.1111/j.0006-341X.2005.030814.x: AUC(t) compares a re-report on day t with those
    without one after it, by their risk at the horizon. Every re-report counts the same, where Harrell's C gives those
    with many others at risk more weight: it asks how well the risk still ranks those who are left. A row with a
    competing event stays in the comparison: Wolbers et al. (2009), doi:10.1097/EDE.0b013e3181a39056. The mean is over
    the re-reports that were seen, so it depends on the pattern of censoring if AUC(t) changes over time.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([1, 0, 1, 0], [100, 200, 300, 600])
    >>> round(METRIC.estimate(Sample.build(y, y, [[0.3], [0.1], [0.5], [0.4]], [365]), 365), 4)
    0.6667
    """
    return mean_won_share(sample, horizon_days, weights)


METRIC = Metric(
    name="incident_auc",
    label="Incident AUC",
    label_nl="Incidente AUC",
    kind="discrimination",
    direction="higher",
    value_range=(0.0, 1.0),
    source="Heagerty and Zheng (2005), doi:10.1111/j.0006-341X.2005.030814.x, incident cases and dynamic controls",
    function=incident_auc,
)
