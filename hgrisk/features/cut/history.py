"""Cut the histories at every landmark."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from hgrisk.cohort import LANDMARK, Cohort
from hgrisk.features.cut.beginnings import with_beginnings
from hgrisk.features.cut.event_rows import EventRows
from hgrisk.features.cut.landmark_rows import LandmarkRows
from hgrisk.features.cut.layout import StreamTable
from hgrisk.features.cut.members import members_as_known
from hgrisk.features.cut.regional import regional_series
from hgrisk.features.cut.streams import stream_table
from hgrisk.features.measures import Stream
from hgrisk.features.view import HistoryView
from hgrisk.histories.case_histories import CaseHistories

_OF_HOUSEHOLDS = ("household", "linked")
"""The other streams bring the same persons together, so that one incident can be in two households' files."""

_LANDMARK_COLUMNS = (
    LANDMARK,
    "landmark_on",
    "landmark_at",
    "index_kind",
    "index_code",
    "index_severity",
    "index_source",
    "index_occurred_on",
    "region",
    "history_from",
    "observed_from",
)


@dataclass(frozen=True)
class CutHistory:
    """The histories, ready to be asked what was known at each landmark.

    Attributes
    ----------
    histories : CaseHistories
        The validated histories.
    cohort : Cohort
        The landmarks and the events with their incident marks.
    rows : EventRows
        The events in order.
    landmarks : LandmarkRows
        The landmarks as numbers.
    """

    histories: CaseHistories
    cohort: Cohort
    rows: EventRows
    landmarks: LandmarkRows
    _tables: dict[Stream, StreamTable] = field(default_factory=dict)

    @classmethod
    def of(cls, histories: CaseHistories, cohort: Cohort) -> CutHistory:
        """Bring histories and landmarks together.

        Parameters
        ----------
        histories : CaseHistories
            The validated histories.
        cohort : Cohort
            The landmarks.

        Returns
        -------
        CutHistory
            The two in order.
        """
        rows = EventRows.of(cohort.marked_events, cohort.settings.report_kinds)
        return cls(histories, cohort, rows, LandmarkRows.of(cohort.landmarks, rows))

    @cached_property
    def _stays(self) -> pl.DataFrame:
        return with_beginnings(self.histories.memberships, self.histories.persons)

    def stream(self, name: Stream) -> StreamTable:
        """Return one stream, made when it is first asked for.

        Parameters
        ----------
        name : str
            The stream.

        Returns
        -------
        StreamTable
            Its events and landmarks.
        """
        if name not in self._tables:
            landmarks = self.landmarks
            if name not in _OF_HOUSEHOLDS:
                landmarks = landmarks.looking_elsewhere(self.cohort.settings.merge_window_days)
            self._tables[name] = stream_table(name, self.rows, landmarks, self._stays)
        return self._tables[name]

    def view(self, covariates: tuple[str, ...], regional: pl.DataFrame | None) -> HistoryView:
        """Return what families that compute for themselves may see.

        Parameters
        ----------
        covariates : tuple of str
            Extra columns of the cases table that count as known at the landmark.
        regional : polars.DataFrame, optional
            The regional series of a whole of which these histories are a part; by default their own.

        Returns
        -------
        HistoryView
            Tables as known at each landmark.
        """
        if regional is None:
            kinds = self.cohort.settings.report_kinds
            regional = regional_series(self.histories, self.cohort.marked_events, kinds)
        landmarks = self.cohort.landmarks.select(*_LANDMARK_COLUMNS, *covariates)
        return HistoryView(landmarks, members_as_known(self.histories, self.cohort.landmarks), regional)
