"""All events in one order, with what measures ask of them as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hgrisk.features.cut.layout import NEVER, NO_INSTANT, NONE

ORDER = ("occurred_on", "known_on", "event_id")
"""The order of events: as they occurred, then as they became known."""


@dataclass(frozen=True)
class Labels:
    """A text column as numbers.

    Attributes
    ----------
    numbers : ndarray of int32, shape (n,)
        The place of each text among the labels, ``NONE`` where it is empty.
    labels : tuple of str
        The different texts, sorted.
    """

    numbers: NDArray[np.int32]
    labels: tuple[str, ...]

    @classmethod
    def of(cls, column: pl.Series) -> Labels:
        """Number the texts of a column."""
        labels = column.drop_nulls().unique().sort()
        numbers = column.cast(pl.Enum(labels)).to_physical().cast(pl.Int64).fill_null(NONE)
        return cls(numbers.to_numpy().astype(np.int32), tuple(labels.to_list()))


@dataclass(frozen=True)
class EventRows:
    """Every event once, in the order of ``ORDER``; no part of it is cut.

    Attributes
    ----------
    frame : polars.DataFrame
        The events with their incident marks, sorted, and ``is_report``.
    """

    frame: pl.DataFrame

    @classmethod
    def of(cls, marked: pl.DataFrame, report_kinds: tuple[str, ...]) -> EventRows:
        """Put the events in order.

        Parameters
        ----------
        marked : polars.DataFrame
            Events with incident marks.
        report_kinds : tuple of str
            Kinds that are reports.

        Returns
        -------
        EventRows
            The ordered events.
        """
        reports = pl.col("kind").is_in(report_kinds).alias("is_report")
        return cls(marked.sort(ORDER).with_columns(reports))

    @cached_property
    def cases(self) -> Labels:
        """Households."""
        return Labels.of(self.frame["case_id"])

    @cached_property
    def kinds(self) -> Labels:
        """Kinds of event."""
        return Labels.of(self.frame["kind"])

    @cached_property
    def codes(self) -> Labels:
        """Codes."""
        return Labels.of(self.frame["code"])

    @cached_property
    def sources(self) -> Labels:
        """Sources."""
        return Labels.of(self.frame["source"])

    @cached_property
    def reported(self) -> Labels:
        """Persons named as perpetrator."""
        return Labels.of(self.frame["person_id"])

    @cached_property
    def exposed(self) -> Labels:
        """Persons named as exposed."""
        return Labels.of(self.frame["exposed_person_id"])

    @cached_property
    def day(self) -> NDArray[np.int32]:
        """Day on which each event occurred."""
        return day_numbers(self.frame["occurred_on"], NEVER)

    @cached_property
    def known(self) -> NDArray[np.int32]:
        """Day on which each event became known."""
        return day_numbers(self.frame["known_on"], NEVER)

    @cached_property
    def instant(self) -> NDArray[np.int64]:
        """Instant at which each event became known."""
        return instant_numbers(self.frame["known_at"])

    @cached_property
    def ended(self) -> NDArray[np.int32]:
        """Day on which each event ended; ``NEVER`` without one."""
        return day_numbers(self.frame["ended_on"], NEVER)

    @cached_property
    def corrected(self) -> NDArray[np.int32]:
        """Day on which each event was corrected; long ago without one."""
        return day_numbers(self.frame["corrected_on"], -NEVER)

    @cached_property
    def incident(self) -> NDArray[np.int32]:
        """Number of the incident that each report belongs to; ``NONE`` for other events."""
        if self.frame.height == 0:
            return np.empty(0, dtype=np.int32)
        both = self.cases.numbers.astype(np.int64) << 32 | (day_numbers(self.frame["incident_on"], 0).view(np.uint32))
        both[self.frame["incident_on"].is_null().to_numpy()] = NONE
        _, numbers = np.unique(both, return_inverse=True)
        return np.where(both == NONE, NONE, numbers).astype(np.int32)

    @cached_property
    def incident_days(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """First and last day on which the reports of each incident occurred."""
        reports = self.incident != NONE
        n = int(self.incident.max(initial=NONE)) + 1
        first, last = np.full(n, NEVER, dtype=np.int32), np.full(n, -NEVER, dtype=np.int32)
        np.minimum.at(first, self.incident[reports], self.day[reports])
        np.maximum.at(last, self.incident[reports], self.day[reports])
        return first, last

    @cached_property
    def starts(self) -> NDArray[np.bool_]:
        """Whether each event starts an incident or is no report."""
        return self.frame["starts_incident"].to_numpy()

    def numbers(self, column: str) -> NDArray[np.float64]:
        """Return ``severity`` or ``value``, NaN where it is empty."""
        return self.frame[column].cast(pl.Float64).to_numpy().astype(np.float64)


def day_numbers(column: pl.Series, empty: int) -> NDArray[np.int32]:
    """Return dates as days since 1970."""
    return column.to_physical().cast(pl.Int32).fill_null(empty).to_numpy()


def instant_numbers(column: pl.Series) -> NDArray[np.int64]:
    """Return instants as microseconds since 1970."""
    return column.cast(pl.Datetime("us")).to_physical().cast(pl.Int64).fill_null(NO_INSTANT).to_numpy()
