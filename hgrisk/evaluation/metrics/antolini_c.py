"""Antolini's C: concordance of the risks on the day of each re-report, for risks that may cross."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.evaluation._concordance import concordance_on_the_day
from hgrisk.evaluation.metric import Metric
from hgrisk.evaluation.sample import Sample


def antolini_c(sample: Sample, horizon_days: float, weights: NDArray[Any]) -> Floats:
    """Return the time-dependent concordance, truncated at the horizon.

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
        In [0, 1]; .5 is chance, equal risks count 1/2. NaN if no pair can be compared.

    Notes
    -----
    Antolini et al. (2005), doi:10.1002/sim.2427: a re-report at T_i is compared with those still without one, by their
    risks at T_i. Here the risks are those of the first day in ``sample.times`` from T_i on, so it is exact if every day
    of a re-report is in the grid. It is Harrell's C where the order of the risks is the same on all days; rows with a
    competing event stay in the comparison, as there. Its limit depends on the pattern of censoring.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([1, 0, 1, 0], [100, 200, 300, 600])
    >>> risk = [[0.3, 0.5], [0.1, 0.1], [0.2, 0.3], [0.1, 0.4]]
    >>> METRIC.estimate(Sample.build(y, y, risk, [100, 300]), 300)
    0.75
    """
    return concordance_on_the_day(sample, horizon_days, weights)


METRIC = Metric(
    name="antolini_c",
    label="Antolini's C",
    label_nl="Antolini's C",
    kind="discrimination",
    direction="higher",
    value_range=(0.0, 1.0),
    source="Antolini et al. (2005), doi:10.1002/sim.2427; equal risks count 1/2",
    function=antolini_c,
)
