"""The sample: everything a metric may see, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats, StepFunction
from hgrisk.errors import DataError
from hgrisk.evaluation._inputs import short, valid_followable, valid_risk, valid_times
from hgrisk.evaluation.censoring import censoring_curve
from hgrisk.surv import CENSORED, JUDGED, RE_REPORT, SURV_DTYPE, without_entry


@dataclass(frozen=True, eq=False)
class Status:
    """What is known at one horizon, with inverse-probability-of-censoring weights.

    Attributes
    ----------
    happened : ndarray of float, shape (n,)
        1 for a re-report by the horizon, 0 otherwise.
    weight : ndarray of float, shape (n,)
        1/G(T-) after an event of any kind by the horizon, 1/G(horizon-) for follow-up up to the horizon or longer, and
        0 for the landmarks censored before the horizon, whose status is unknown.
    """

    happened: Floats
    weight: Floats


@dataclass(frozen=True, eq=False)
class Sample:
    """Outcomes, predicted risks and the censoring distribution of one evaluation.

    Attributes
    ----------
    event : ndarray of int8, shape (n,)
        0 censored, 1 a re-report, 2 and above a competing event.
    duration_days : ndarray of float, shape (n,)
        Days at risk, above 0.
    times : ndarray of float, shape (k,)
        Days at which a risk is given, strictly increasing, above 0.
    risk : ndarray of float, shape (n, k)
        Predicted probability of a re-report by each of ``times``, in [0, 1].
    censoring : StepFunction
        G(t), estimated on the outcomes of the training data only.
    followable_days : ndarray of float, shape (n,), optional
        For how many days each row could be followed, whatever happens to it: each horizon is then judged on the rows
        that could be followed to it; see `judged_at`.
    population : Sample, optional
        The sample that this one is a part of. A capacity is filled over the population, not within a group.
    population_weights : ndarray, shape (b, n of the population), optional
        How often each row of the population counts in each bootstrap draw, so that a draw of the part is flagged at the
        threshold of everyone in that draw.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([1, 0, 1, 0], [100, 200, 300, 600])
    >>> sample = Sample.build(y, y, [[0.5], [0.1], [0.4], [0.2]], [365])
    >>> sample.status(365).happened.tolist(), sample.status(365).weight.round(4).tolist()
    ([1.0, 0.0, 1.0, 0.0], [1.0, 0.0, 1.5, 1.5])
    """

    event: NDArray[np.int8]
    duration_days: Floats
    times: Floats
    risk: Floats
    censoring: StepFunction
    followable_days: Floats | None = None
    population: Sample | None = None
    population_weights: NDArray[Any] | None = None

    @classmethod
    def build(cls, y_train: Any, y_test: Any, risk: Any, times: Any, *, followable_days: Any = None) -> Self:
        """Validate the parts and estimate the censoring distribution.

        Parameters
        ----------
        y_train : ndarray or DataFrame, shape (m,)
            Outcome of the training data; it gives the censoring distribution, unless ``followable_days`` are given,
            and nothing else.
        y_test : ndarray or DataFrame, shape (n,)
            Outcome of the rows that are evaluated.
        risk : array-like of float, shape (n, k)
            Predicted cumulative incidence of a re-report by each of ``times``, in [0, 1].
        times : array-like of float, shape (k,)
            Days, strictly increasing, above 0.
        followable_days : array-like of float, shape (n,), optional
            For how many days each row could be followed, whatever happens to it; infinite is allowed.

        Returns
        -------
        Sample
            The validated sample.

        Raises
        ------
        DataError
            If an outcome is not valid or empty, a shape does not fit, a time does not increase, a risk is missing or
            outside [0, 1], or a followable day is missing.
        """
        train, test = (without_entry(y, "An evaluation", JUDGED) for y in (y_train, y_test))
        for y, part in ((train, "training"), (test, "test")):
            if len(y) == 0:
                raise DataError(f"An evaluation needs {part} outcomes", "0 rows", "pass at least one landmark")
        grid = valid_times(times)
        return cls(
            event=test["event"],
            duration_days=test["duration_days"],
            times=grid,
            risk=valid_risk(risk, (len(test), len(grid))),
            censoring=censoring_curve(train),
            followable_days=None if followable_days is None else valid_followable(followable_days, len(test)),
        )

    def __len__(self) -> int:
        """Return the number of rows n."""
        return len(self.event)

    def take(self, rows: Any, weights: NDArray[Any] | None = None) -> Sample:
        """Return the sample of some rows, which remembers the population it was taken from.

        Parameters
        ----------
        rows : array-like of bool or int
            A mask of shape (n,), or positions, which may repeat.
        weights : ndarray, shape (b, n), optional
            How often each row of this sample counts in each bootstrap draw in which the part will be judged. Without
            it, the part is flagged at the threshold of this sample as it is.

        Returns
        -------
        Sample
            The rows asked for, with the same censoring distribution.

        Raises
        ------
        DataError
            If draws are given for a part of a part: a capacity is filled over the whole population.
        """
        if weights is not None and self.population is not None:
            raise DataError(
                "Draws of a population are given with the first part taken from it",
                "a part of a part",
                "take the rows from the whole sample",
            )
        return replace(
            self,
            event=self.event[rows],
            duration_days=self.duration_days[rows],
            risk=self.risk[rows],
            followable_days=None if self.followable_days is None else self.followable_days[rows],
            population=self if self.population is None else self.population,
            population_weights=weights if self.population is None else self.population_weights,
        )

    def with_own_censoring(self) -> Sample:
        """Return the sample weighted with the censoring of its own rows.

        A group's place in the calendar, or its region's, can fix how long it is followed; weights from everyone would
        then read as miscalibration of the group.

        Returns
        -------
        Sample
            The same rows; their weights average 1 at every horizon they are followed to.
        """
        own = np.empty(len(self), dtype=SURV_DTYPE)
        own["event"], own["duration_days"] = self.event, self.duration_days
        return replace(self, censoring=censoring_curve(own))

    def rows_at(self, horizon_days: float) -> NDArray[np.bool_]:
        """Tell which rows a horizon is judged on.

        Parameters
        ----------
        horizon_days : float
            Days.

        Returns
        -------
        ndarray of bool, shape (n,)
            True for the rows that could be followed to the horizon; for all where nothing is said of that.
        """
        if self.followable_days is None:
            return np.ones(len(self), dtype=np.bool_)
        return self.followable_days >= horizon_days

    def judged_at(self, horizon_days: float) -> Sample:
        """Return the sample that a horizon is judged on.

        Parameters
        ----------
        horizon_days : float
            Days.

        Returns
        -------
        Sample
            This sample, if nothing is said of how long its rows could be followed. Otherwise the rows that could be
            followed to the horizon, weighted with their own censoring; their population is restricted alike.

        Raises
        ------
        DataError
            If the horizon is refused.

        Notes
        -----
        Follow-up ends for everyone on one calendar date, so that recent landmarks are followed shorter. If risk follows
        the calendar, censoring then depends on the risk and no weight makes up for it: the same rule as in training.
        The estimate is about the landmarks that could be followed; how many they are is in the tables. Rows left out
        because of the calendar are not counted again by the weights, so these rest on the rows that are left.
        """
        self.require(horizon_days)
        return self if self.followable_days is None else _restricted(self, horizon_days).with_own_censoring()

    def column(self, horizon_days: float) -> int:
        """Return the position of a horizon in the grid.

        Parameters
        ----------
        horizon_days : float
            Days.

        Returns
        -------
        int
            The column of ``risk``.

        Raises
        ------
        DataError
            If no risk is given at the horizon.
        """
        where = np.flatnonzero(self.times == horizon_days)
        if len(where) == 0:
            raise DataError(
                "A metric needs a risk at its horizon",
                f"{horizon_days:g} days with risks at {short(self.times)}",
                "predict at a grid that holds the horizon",
            )
        return int(where[0])

    def risk_at(self, horizon_days: float) -> Floats:
        """Return the predicted risk by a horizon.

        Parameters
        ----------
        horizon_days : float
            Days, one of ``times``.

        Returns
        -------
        ndarray, shape (n,)
            Risks in [0, 1].

        Raises
        ------
        DataError
            If no risk is given at the horizon.
        """
        return self.risk[:, self.column(horizon_days)]

    def is_followed(self, horizon_days: float) -> bool:
        """Tell whether the follow-up of these rows reaches a horizon.

        Parameters
        ----------
        horizon_days : float
            Days.

        Returns
        -------
        bool
            False if the longest follow-up is shorter. Censored on the horizon itself is long enough: events come before
            censorings on a day, so that day's events would have been seen.
        """
        return bool(np.any(self.duration_days[self.rows_at(horizon_days)] >= horizon_days))

    def require(self, horizon_days: float) -> None:
        """Refuse a horizon at which the outcome cannot be estimated.

        Parameters
        ----------
        horizon_days : float
            Days.

        Raises
        ------
        DataError
            If no risk is given at the horizon, or the follow-up of the training or test rows does not reach it.
        """
        self.column(horizon_days)
        cure = "choose an earlier horizon, or follow for longer"
        if not self.is_followed(horizon_days):
            longest = float(self.duration_days[self.rows_at(horizon_days)].max(initial=0.0))
            raise DataError(
                f"A horizon of {horizon_days:g} days needs test follow-up up to it",
                f"test follow-up up to {longest:g} days",
                cure,
            )
        last = float(self.censoring.times[-1])
        if self.followable_days is None and horizon_days > last:
            raise DataError(
                f"A horizon of {horizon_days:g} days needs training follow-up up to it",
                f"training follow-up up to {last:g} days",
                cure,
            )

    def status(self, horizon_days: float) -> Status:
        """Return who is known to have had a re-report by a day, and the weights that stand in for the censored.

        Parameters
        ----------
        horizon_days : float
            Days; any day up to the longest training follow-up.

        Returns
        -------
        Status
            Outcome and weight of each row, shapes (n,). A competing event by the horizon is a known non-event.

        Notes
        -----
        Graf et al. (1999), doi:10.1002/(SICI)1097-0258(19990915/30)18:17/18<2529::AID-SIM274>3.0.CO;2-5, section 4;
        with competing events Schoop et al. (2011), doi:10.1002/bimj.201000073. On one day events come before
        censorings, as in training: a row censored on the horizon's own day is known to have had no re-report by it.
        With G of the same rows the weights sum to n, and the weighted share of re-reports is the Aalen-Johansen
        incidence.
        """
        ended = (self.event != CENSORED) & (self.duration_days <= horizon_days)
        weight = np.zeros(len(self))
        # G just before an event: being censored later on the day of the event does not hide it
        weight[ended] = 1.0 / self.censoring.before(self.duration_days[ended])
        weight[~ended & (self.duration_days >= horizon_days)] = 1.0 / float(self.censoring.before(horizon_days))
        happened = ended & (self.event == RE_REPORT)
        return Status(happened.astype(np.float64), weight)


def _restricted(sample: Sample, horizon_days: float) -> Sample:
    """Return the rows that could be followed to a horizon, and those of their population and its draws."""
    whole, weights = sample.population, sample.population_weights
    return replace(
        sample.take(sample.rows_at(horizon_days)),
        followable_days=None,
        population=None if whole is None else _restricted(whole, horizon_days),
        population_weights=None if whole is None or weights is None else weights[:, whole.rows_at(horizon_days)],
    )
