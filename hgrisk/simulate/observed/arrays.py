"""All that the tables of a block are made from, and the rows of what follows upon its reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from hgrisk.simulate.observed.people import People
from hgrisk.simulate.observed.period import Period
from hgrisk.simulate.observed.rows import KIND, Rows, make_rows
from hgrisk.simulate.records import Bools, Households, Incidents, Reports
from hgrisk.simulate.scenario import Scenario


@dataclass(frozen=True, eq=False)
class BlockArrays:
    """A block of households, their persons, and when they are observed."""

    scenario: Scenario
    homes: Households
    incidents: Incidents
    reports: Reports
    people: People
    period: Period

    @classmethod
    def of(cls, scenario: Scenario, homes: Households, incidents: Incidents, reports: Reports) -> Self:
        """Derive the persons and periods of a block.

        Parameters
        ----------
        scenario : Scenario
            The world.
        homes, incidents, reports : Households, Incidents, Reports
            What happened.

        Returns
        -------
        BlockArrays
            The block.
        """
        return cls(scenario, homes, incidents, reports, People.of(homes), Period.of(scenario, homes))


def follow(
    kind: str, block: BlockArrays, on: npt.NDArray[Any], *, where: Bools | None = None, **columns: npt.NDArray[Any]
) -> Rows:
    """Return a row for each report upon which something follows while the household is observed.

    Parameters
    ----------
    kind : str
        Kind of event.
    block : BlockArrays
        The block.
    on : ndarray, shape (reports,)
        The day, ``NEVER`` where it does not follow.
    where : ndarray of bool, shape (reports,), optional
        Leave out the others.
    **columns : ndarray, shape (reports,)
        Other fields of ``ROW``.

    Returns
    -------
    ndarray of ROW
        The rows, each with its ``report``.
    """
    home, period = block.reports.household, block.period
    there = (on >= period.start) & (on <= period.until.take(home))
    places = np.flatnonzero(there if where is None else there & where)
    chosen = {name: values.take(places) for name, values in columns.items()}
    return make_rows(KIND[kind], home.take(places), on.take(places), report=places, **chosen)
