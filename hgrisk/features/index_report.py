"""Family ``index_report``: the report that set the landmark, which is never counted as history."""

from __future__ import annotations

import polars as pl

from hgrisk.features.settings import FeatureSettings
from hgrisk.features.spec import Family, FeatureSpec
from hgrisk.features.view import HistoryView

_NOT_RECORDED = "not recorded for this report"


def describe(settings: FeatureSettings) -> tuple[FeatureSpec, ...]:  # noqa: ARG001
    """Return the specs of the family.

    Parameters
    ----------
    settings : FeatureSettings
        Not used: the family has no settings.

    Returns
    -------
    tuple of FeatureSpec
        Its features.
    """
    name = "index_report"
    return (
        FeatureSpec("index_kind", name, "", "kind of report", "soort melding", _NOT_RECORDED, "category"),
        FeatureSpec("index_code", name, "", "kind of violence", "geweldsvorm", _NOT_RECORDED, "category"),
        FeatureSpec("index_source", name, "", "who reported", "wie meldde", _NOT_RECORDED, "category"),
        FeatureSpec("index_severity", name, "score", "severity of the report", "ernst van de melding", _NOT_RECORDED),
        FeatureSpec(
            "index_delay_days", name, "days", "days from the reported violence to its being known",
            "dagen van het gemelde geweld tot het bekend was", _NOT_RECORDED,
        ),
    )  # fmt: skip


def compute(view: HistoryView, settings: FeatureSettings) -> pl.DataFrame:  # noqa: ARG001
    """Compute the family.

    Parameters
    ----------
    view : HistoryView
        The cut histories.
    settings : FeatureSettings
        Not used.

    Returns
    -------
    polars.DataFrame
        One row per landmark.
    """
    delay = (pl.col("landmark_on") - pl.col("index_occurred_on")).dt.total_days().cast(pl.Float64)
    return view.landmarks.select(
        "landmark_id", "index_kind", "index_code", "index_source", "index_severity", delay.alias("index_delay_days")
    )


FAMILY = Family("index_report", describe, compute, needs_index=True)
