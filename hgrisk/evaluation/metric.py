"""The metric: a number that says how well predicted risks do, with its direction and source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, DataError
from hgrisk.evaluation.sample import Sample

Kind = Literal["discrimination", "accuracy", "calibration", "decision"]
Direction = Literal["higher", "lower", "target"]
MetricFunction = Callable[..., Floats]


@dataclass(frozen=True)
class Metric:
    """One measure of performance.

    Attributes
    ----------
    name : str
        The key in tables and settings, equal to the file's name.
    label, label_nl : str
        What a reader sees, in English and in Dutch.
    kind : str
        What is measured: "discrimination", "accuracy", "calibration" or "decision".
    direction : str
        "higher" or "lower" is better, or closeness to a "target".
    value_range : tuple of float
        Lower and upper end of the quantity itself; a weighted estimate from few rows may fall just outside.
    source : str
        Paper, DOI and formula.
    function : callable
        ``function(sample, horizon_days, weights, **parameters) -> ndarray (b,)``.
    target : float, optional
        The best value, for direction "target" only.
    parameters : mapping of str to float
        Values the function takes besides the sample, such as a capacity.
    by_default : bool
        Whether an evaluation computes it unasked; false for what is slow over many draws, follows from another
        metric, or rests on a choice that only the reader can make.
    """

    name: str
    label: str
    label_nl: str
    kind: Kind
    direction: Direction
    value_range: tuple[float, float]
    source: str
    function: MetricFunction
    target: float | None = None
    parameters: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    by_default: bool = True

    def __post_init__(self) -> None:
        """Refuse a target without the direction "target", and the reverse.

        Raises
        ------
        ConfigError
            If direction and target contradict each other.
        """
        if (self.direction == "target") != (self.target is not None):
            raise ConfigError(
                f"The metric {self.name!r} has a target exactly when its direction is 'target'",
                f"direction {self.direction!r} and target {self.target}",
                "give both or neither",
            )

    def with_parameters(self, **values: float) -> Metric:
        """Return the metric with other values for the parameters that it has.

        Parameters
        ----------
        **values : float
            Parameters by name; those that this metric does not have are ignored.

        Returns
        -------
        Metric
            The same metric with the new values.
        """
        mine = {name: value for name, value in values.items() if name in self.parameters}
        return replace(self, parameters=MappingProxyType({**self.parameters, **mine}))

    def compute(self, sample: Sample, horizon_days: float, weights: Any) -> Floats:
        """Compute the metric under each row of weights.

        Parameters
        ----------
        sample : Sample
            Outcomes and predicted risks of n rows.
        horizon_days : float
            Days, one of ``sample.times``.
        weights : array-like, shape (b, n)
            How often each row counts, 0 or more; a row of ones gives the estimate, a bootstrap draw a replicate.

        Returns
        -------
        ndarray, shape (b,)
            The values; NaN where the metric is not defined.

        Raises
        ------
        DataError
            If the horizon is refused or the weights do not fit the sample.
        """
        judged = sample.judged_at(horizon_days)
        copies = np.asarray(weights)
        if copies.ndim != 2 or copies.shape[1] != len(sample):
            raise DataError(
                f"Weights have one column per row of the sample, {len(sample)}",
                f"shape {copies.shape}",
                "pass an array of shape (draws, rows)",
            )
        rows = sample.rows_at(horizon_days)
        return self.function(judged, float(horizon_days), copies if rows.all() else copies[:, rows], **self.parameters)

    def estimate(self, sample: Sample, horizon_days: float) -> float:
        """Compute the metric on the sample as it is.

        Parameters
        ----------
        sample : Sample
            Outcomes and predicted risks.
        horizon_days : float
            Days, one of ``sample.times``.

        Returns
        -------
        float
            The value; NaN where the metric is not defined.

        Raises
        ------
        DataError
            If the horizon is refused.
        """
        return float(self.compute(sample, horizon_days, np.ones((1, len(sample))))[0])
