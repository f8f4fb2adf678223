"""How earlier reports follow each other: recency, gaps, severity and escalation."""

from __future__ import annotations

import polars as pl

from hgrisk.features.spec import FeatureSpec

_NONE = "no earlier report"
_ONE = "fewer than two earlier reports"
_UNRATED = "no earlier report with a severity"

_ROWS = [
    ("days_since_last_report", "days", "days since the last earlier report", "dagen sinds de laatste melding", _NONE),
    ("days_since_first_report", "days", "days since the first report", "dagen sinds de eerste melding", _NONE),
    ("last_gap_days", "days", "days between the last two reports", "dagen tussen de laatste twee meldingen", _ONE),
    ("mean_gap_days", "days", "mean days between reports", "gemiddeld aantal dagen tussen meldingen", _ONE),
    (
        "gaps_shrink", "0/1", "the last gap is shorter than the mean of those before",
        "de laatste tussenpoos is korter dan gemiddeld daarvoor", "fewer than three earlier reports",
    ),
    ("max_severity", "score", "highest severity so far", "hoogste ernst tot nu toe", _UNRATED),
    ("mean_severity", "score", "mean severity so far", "gemiddelde ernst tot nu toe", _UNRATED),
    ("last_severity", "score", "severity of the last earlier report", "ernst van de laatste melding", _UNRATED),
    (
        "escalation_slope", "score per year", "trend of severity over the earlier reports",
        "verloop van de ernst over de eerdere meldingen", "fewer than two dates with a severity",
    ),
    ("n_violence_kinds", "count", "different kinds of violence reported", "verschillende gemelde geweldsvormen", ""),
]  # fmt: skip

TRAJECTORY = tuple(
    FeatureSpec(name, "prior_violence", unit, english, dutch, missing) for name, unit, english, dutch, missing in _ROWS
)


def known_incidents(own: pl.DataFrame) -> pl.DataFrame:
    """Describe each earlier incident by all its reports known at the landmark.

    Parameters
    ----------
    own : polars.DataFrame
        Earlier events as the cut hands them out.

    Returns
    -------
    polars.DataFrame
        One row per landmark and incident: ``landmark_id``, ``days_before`` (of its first-known report), ``severity``
        (the highest of its reports) and ``codes`` (all of them).
    """
    keys = ["landmark_id", "incident_days_before"]
    reports = own.filter("is_report")
    whole = reports.group_by(keys).agg(pl.col("severity").max(), pl.col("code").drop_nulls().unique().alias("codes"))
    starts = reports.filter("starts_incident").select(*keys, "days_before")
    return starts.join(whole, on=keys, how="left", maintain_order="left")


def trajectory(reports: pl.DataFrame) -> pl.DataFrame:
    """Describe how earlier incidents follow each other.

    Parameters
    ----------
    reports : polars.DataFrame
        One row per landmark and earlier incident, as :func:`known_incidents` returns them.

    Returns
    -------
    polars.DataFrame
        One row per landmark that has earlier incidents, with the columns of ``TRAJECTORY``. The escalation slope is
        the least-squares slope of severity on time, in score per year (365.25 days).
    """
    ordered = reports.sort("landmark_id", "days_before", descending=[False, True], maintain_order=True)
    days = pl.col("days_before").cast(pl.Float64)
    gaps = -days.diff().drop_nulls()
    earlier_mean = gaps.slice(0, gaps.len() - 1).mean()
    rated = pl.col("severity").is_not_null()
    score, moment = pl.col("severity").filter(rated), -days.filter(rated) / 365.25
    spread = ((moment - moment.mean()) ** 2).sum()
    slope = ((moment - moment.mean()) * (score - score.mean())).sum() / spread
    return ordered.group_by("landmark_id", maintain_order=True).agg(
        days.last().alias("days_since_last_report"),
        days.first().alias("days_since_first_report"),
        pl.when(pl.len() > 1).then(gaps.last()).alias("last_gap_days"),
        pl.when(pl.len() > 1).then(gaps.mean()).alias("mean_gap_days"),
        pl.when(pl.len() > 2).then((gaps.last() < earlier_mean).cast(pl.Float64)).alias("gaps_shrink"),
        score.max().alias("max_severity"),
        score.mean().alias("mean_severity"),
        score.last().alias("last_severity"),
        pl.when(moment.n_unique() > 1).then(slope).alias("escalation_slope"),
        pl.col("codes").explode().drop_nulls().n_unique().cast(pl.Float64).alias("n_violence_kinds"),
    )
