"""What a family that computes for itself may see: tables as known at each landmark."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class HistoryView:
    """What was known at each landmark, beside the events that measures count.

    Attributes
    ----------
    landmarks : polars.DataFrame
        One row per landmark: ``landmark_id``, ``landmark_on``, the index report's columns (``index_kind``,
        ``index_code``, ``index_severity``, ``index_source``, ``index_occurred_on``), ``region``, ``history_from``,
        ``observed_from`` and the covariates.
    members : polars.DataFrame
        One row per landmark and person whose membership of the household had begun: ``landmark_id``, ``person`` (a
        number, the same for the same person at every landmark), ``role``, ``age_years`` (empty where unknown),
        ``joined_days_before`` (empty where unknown), ``left_days_before`` (empty while it lasts or where it was not
        seen to end), ``other_households`` (in how many other households a membership of theirs had begun),
        ``is_reported`` and ``is_exposed`` (whether the index report names them as perpetrator, or as exposed).
    regional : polars.DataFrame
        One row per region and day on which something became known anywhere in it: ``region``, ``known_on`` and daily
        sums, as :func:`hgrisk.features.cut.regional.regional_series` counts them. It runs to the end of the data: join
        it strictly before the landmark (:func:`hgrisk.features.cut.regional.sums_before`).
    """

    landmarks: pl.DataFrame
    members: pl.DataFrame
    regional: pl.DataFrame
