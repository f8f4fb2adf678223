"""Harrell's C: how often the household with the earlier re-report has the higher risk of the two."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.evaluation._concordance import concordance
from hgrisk.evaluation.metric import Metric
from hgrisk.evaluation.sample import Sample


def harrell_c(sample: Sample, horizon_days: float, weights: NDArray[Any]) -> Floats:
    """Return Harrell's concordance, truncated at the horizon.

    Parameters
    ----------
    sample : Sample
        Outcomes and risks of n rows, ranked by their risk at the horizon.
    horizon_days : float
        Days; the earlier of a pair is a re-report by this day.
    weights : ndarray, shape (b, n)
        How often each row counts.

    Returns
    -------
    ndarray, shape (b,)
        In [0, 1]; .5 is chance, equal risks count 1/2. NaN if no pair can be compared.

    Notes
    -----
    Harrell et al. (1982), doi:10.1001/jama.1982.03320430047030. A row with a competing event stays in the comparison
    set to the end, since it is known to be without a later re-report: Wolbers et al. (2009),
    doi:10.1097/EDE.0b013e3181a39056. Its limit depends on the pattern of censoring; Uno's C does not.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([1, 0, 1, 0], [100, 200, 300, 600])
    >>> METRIC.estimate(Sample.build(y, y, [[0.5], [0.1], [0.2], [0.4]], [365]), 365)
    0.75
    """
    return concordance(sample, horizon_days, weights)


METRIC = Metric(
    name="harrell_c",
    label="Harrell's C",
    label_nl="Harrells C",
    kind="discrimination",
    direction="higher",
    value_range=(0.0, 1.0),
    source="Harrell et al. (1982), doi:10.1001/jama.1982.03320430047030; competing events: Wolbers et al. (2009), "
    "doi:10.1097/EDE.0b013e3181a39056",
    function=harrell_c,
)
