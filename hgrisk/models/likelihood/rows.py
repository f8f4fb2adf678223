"""The log likelihood of rows under observation in (entry, time], by their predictors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.models.likelihood.families import Family
from hgrisk.models.likelihood.terms import Terms, side_by_side


class RowLikelihood(Protocol):
    """What each row adds to a log likelihood."""

    def value(self, predictors: Floats, rows: slice) -> Floats:
        """Return the value of some rows, from their predictors of shape (K, m)."""

    def terms(self, predictors: Floats, rows: slice) -> Terms:
        """Return the value of some rows with its derivatives."""


@dataclass(frozen=True)
class TimedRows:
    """Rows of a family of times.

    Attributes
    ----------
    family : Family
        Of the time to the event.
    time : ndarray, shape (n,)
        Days at the end of the time at risk.
    happened : ndarray of bool, shape (n,)
        Whether it ends in the event.
    entry : ndarray, shape (n,), or None
        Days at its start; None for 0.
    """

    family: Family
    time: Floats
    happened: NDArray[np.bool_]
    entry: Floats | None

    def value(self, predictors: Floats, rows: slice) -> Floats:
        """Return the value of some rows, from their predictors of shape (K, m)."""
        time, ended, late = self._some(rows)
        value = self.family.log_survival(predictors, time)
        value[ended] += self.family.log_hazard(predictors[:, ended], time[ended])
        if len(late) and self.entry is not None:
            value[late] -= self.family.log_survival(predictors[:, late], self.entry[rows][late])
        return value

    def terms(self, predictors: Floats, rows: slice) -> Terms:
        """Return the value of some rows with its derivatives."""
        time, ended, late = self._some(rows)
        going = np.flatnonzero(~self.happened[rows])
        parts = [
            (ended, self.family.density_terms(predictors[:, ended], time[ended])),
            (going, self.family.survival_terms(predictors[:, going], time[going])),
        ]
        terms = side_by_side(len(time), parts)
        if len(late) and self.entry is not None:
            terms = terms.minus(self.family.survival_terms(predictors[:, late], self.entry[rows][late]), late)
        return terms

    def part(self, rows: slice) -> TimedRows:
        """Return some of the rows."""
        entry = None if self.entry is None else self.entry[rows]
        return TimedRows(self.family, self.time[rows], self.happened[rows], entry)

    def _some(self, rows: slice) -> tuple[Floats, NDArray[np.intp], NDArray[np.intp]]:
        late = np.empty(0, dtype=np.intp) if self.entry is None else np.flatnonzero(self.entry[rows] > 0)
        return self.time[rows], np.flatnonzero(self.happened[rows]), late
