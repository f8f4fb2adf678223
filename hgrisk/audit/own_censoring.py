"""Rows of several groups in one sample, each weighted with the censoring of its own group."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hgrisk.evaluation.sample import Sample, Status


@dataclass(frozen=True, eq=False)
class ByGroup(Sample):
    """A sample whose rows are weighted group by group.

    One censoring distribution for all would weigh those of a group that is followed shorter too little and others too
    much, so that a model that is right in every group would look wrong in their union.

    Attributes
    ----------
    groups : tuple of (ndarray of bool, Sample)
        Which rows are of a group, and the group with its own censoring; each row is of one.
    """

    groups: tuple[tuple[NDArray[np.bool_], Sample], ...] = ()

    @classmethod
    def of(cls, sample: Sample, labels: Any) -> Self:
        """Return the rows of a sample, weighted by group.

        Parameters
        ----------
        sample : Sample
            n rows.
        labels : array-like, shape (n,)
            Group of each row.

        Returns
        -------
        ByGroup
            The same rows.

        Examples
        --------
        >>> from hgrisk.surv import Surv
        >>> y = Surv.from_arrays([0, 1, 0, 0, 1], [100, 200, 400, 400, 200])
        >>> sample = Sample.build(y, y, np.full((5, 1), 0.2), [365])
        >>> ByGroup.of(sample, ["a", "a", "a", "b", "b"]).status(365).weight.round(12).tolist()
        [0.0, 1.5, 1.5, 1.0, 1.0]
        """
        names = np.asarray(labels)
        masks = [names == name for name in np.unique(names)]
        groups = tuple((mask, sample.take(mask).with_own_censoring()) for mask in masks)
        return cls(**{field.name: getattr(sample, field.name) for field in fields(Sample)}, groups=groups)

    def status(self, horizon_days: float) -> Status:
        """Return who had a re-report by a day, and weights by the censoring of each row's group.

        Parameters
        ----------
        horizon_days : float
            Days, to which every group is followed.

        Returns
        -------
        Status
            Outcome and weight of each row, shapes (n,).

        Raises
        ------
        DataError
            If some group is not followed to the horizon.
        """
        happened, weight = np.empty(len(self)), np.empty(len(self))
        for rows, group in self.groups:
            group.require(horizon_days)
            known = group.status(horizon_days)
            happened[rows], weight[rows] = known.happened, known.weight
        return Status(happened, weight)
