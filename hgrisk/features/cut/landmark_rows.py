"""The landmarks as numbers: when, what set them, and whom they name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hgrisk.features.cut.event_rows import EventRows, day_numbers, instant_numbers
from hgrisk.features.cut.layout import ALWAYS, MOMENT, NEVER, NONE


@dataclass(frozen=True)
class LandmarkRows:
    """Landmarks in the order of the cohort.

    Attributes
    ----------
    frame : polars.DataFrame
        The cohort's landmarks.
    moments : ndarray of MOMENT, shape (n_landmarks,)
        The same as numbers.
    """

    frame: pl.DataFrame
    moments: NDArray[np.void]

    @classmethod
    def of(cls, frame: pl.DataFrame, rows: EventRows) -> LandmarkRows:
        """Number the landmarks.

        Parameters
        ----------
        frame : polars.DataFrame
            The cohort's landmarks.
        rows : EventRows
            All events.

        Returns
        -------
        LandmarkRows
            The landmarks as numbers.
        """
        moments = np.zeros(frame.height, dtype=MOMENT)
        moments["day"] = day_numbers(frame["landmark_on"], ALWAYS)
        moments["instant"] = instant_numbers(frame["landmark_at"])
        moments["from_day"] = day_numbers(frame["history_from"], ALWAYS)
        itself, index = (_rows_of(frame[name], rows) for name in ("landmark_event_id", "index_event_id"))
        moments["event"] = itself
        known = np.append(rows.incident, NONE)  # the last place stands for no index report
        incident = known[index]
        moments["incident"] = incident
        for name, days in zip(("incident_from", "incident_until"), rows.incident_days, strict=True):
            moments[name] = np.where(incident == NONE, NEVER, days[incident]) if len(days) else NEVER
        moments["same_from"], moments["same_until"] = NEVER, ALWAYS  # nowhere, unless a stream looks elsewhere
        moments["landmark"] = np.arange(frame.height)
        return cls(frame, moments)

    @cached_property
    def _cases(self) -> pl.Series:
        return self.frame["case_id"].unique().sort()

    def looking_elsewhere(self, merge_window_days: int) -> LandmarkRows:
        """Return the landmarks for a stream that crosses households, where one incident can be on file twice.

        Parameters
        ----------
        merge_window_days : int
            Reports at most so many days from the index incident's first-known one, and of the same persons, are of it.

        Returns
        -------
        LandmarkRows
            The same landmarks, with the days of such reports.
        """
        moments = self.moments.copy()
        anchor = day_numbers(self.frame["incident_on"], NEVER).astype(np.int64)
        has_index = (moments["incident"] != NONE) & (anchor != NEVER)
        for name, widest, days in (
            ("same_from", "incident_from", anchor - merge_window_days),
            ("same_until", "incident_until", anchor + merge_window_days),
        ):
            moments[name][has_index] = days[has_index]
            wider = np.minimum if widest == "incident_from" else np.maximum
            moments[widest][has_index] = wider(moments[widest], moments[name])[has_index]
        return replace(self, moments=moments)

    def case_numbers(self, column: pl.Series) -> NDArray[np.int64]:
        """Return the number of each household among those of the landmarks; ``NONE`` for others."""
        return _places(column, self._cases)

    @cached_property
    def _persons(self) -> pl.Series:
        both = pl.concat([self.frame["person_id"], self.frame["exposed_person_id"].rename("person_id")])
        return both.drop_nulls().unique().sort()

    def person_numbers(self, column: pl.Series) -> NDArray[np.int64]:
        """Return the number of each person among those whom landmarks name; ``NONE`` for others."""
        return _places(column, self._persons)


def _places(column: pl.Series, labels: pl.Series) -> NDArray[np.int64]:
    found = column.cast(pl.Enum(labels), strict=False).to_physical().cast(pl.Int64).fill_null(NONE)
    return found.to_numpy()


def _rows_of(event_ids: pl.Series, rows: EventRows) -> NDArray[np.int32]:
    numbered = rows.frame.select("event_id").with_row_index("row")
    found = event_ids.rename("event_id").to_frame().join(numbered, on="event_id", how="left", maintain_order="left")
    return found["row"].cast(pl.Int32).fill_null(NONE).to_numpy()
