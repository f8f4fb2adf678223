"""Uno's C: concordance that does not depend on the pattern of censoring."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.evaluation._concordance import concordance
from hgrisk.evaluation.metric import Metric
from hgrisk.evaluation.sample import Sample


def uno_c(sample: Sample, horizon_days: float, weights: NDArray[Any]) -> Floats:
    """Return the concordance weighted by the inverse probability of censoring, truncated at the horizon.

    Parameters
    ----------
    sample : Sample
        Outcomes, risks and the censoring distribution of n rows, ranked by their risk at the horizon.
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
    Uno et al. (2011), doi:10.1002/sim.4154, eq. 6: pairs weigh 1/G(T_i-)^2. A row with a competing event at T_j by
    T_i is compared too, with 1/(G(T_i-) G(T_j-)): Wolbers et al. (2014), doi:10.1093/biostatistics/kxt059.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([1, 0, 1, 0], [100, 200, 300, 600])
    >>> round(METRIC.estimate(Sample.build(y, y, [[0.5], [0.1], [0.2], [0.4]], [365]), 365), 4)
    0.5714
    """
    return concordance(sample, horizon_days, weights, sample.censoring.before(sample.duration_days))


METRIC = Metric(
    name="uno_c",
    label="Uno's C",
    label_nl="Uno's C",
    kind="discrimination",
    direction="higher",
    value_range=(0.0, 1.0),
    source="Uno et al. (2011), doi:10.1002/sim.4154, eq. 6; competing events: Wolbers et al. (2014), "
    "doi:10.1093/biostatistics/kxt059",
    function=uno_c,
)
