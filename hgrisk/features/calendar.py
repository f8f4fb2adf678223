"""Family ``calendar``: when the landmark falls, and how long the household had been observed by then."""

from __future__ import annotations

import math
from datetime import date

import polars as pl

from hgrisk.features.cut import HistoryView
from hgrisk.features.settings import FeatureSettings
from hgrisk.features.spec import Family, FeatureSpec

_PROTOCOL_2019 = date(2019, 1, 1)
_COVID = (date(2020, 3, 12), date(2022, 3, 23))


def describe(settings: FeatureSettings) -> tuple[FeatureSpec, ...]:
    """Return the specs of the family.

    Parameters
    ----------
    settings : FeatureSettings
        The longest window caps ``observed_days``.

    Returns
    -------
    tuple of FeatureSpec
        Its features.
    """
    most = max(settings.windows_days)
    rows = [
        ("month_sin", "", "time of the year (sine)", "tijd van het jaar (sinus)"),
        ("month_cos", "", "time of the year (cosine)", "tijd van het jaar (cosinus)"),
        ("weekend", "0/1", "the landmark falls in a weekend", "het peilmoment valt in een weekend"),
        ("protocol_2019", "0/1", "under the protocol of 2019", "onder het protocol van 2019"),
        ("covid_period", "0/1", "during the covid measures", "tijdens de coronamaatregelen"),
        ("observed_days", "days", f"days of history seen, up to {most}", f"dagen geschiedenis in beeld, tot {most}"),
    ]
    return tuple(FeatureSpec(name, "calendar", unit, english, dutch) for name, unit, english, dutch in rows)


def compute(view: HistoryView, settings: FeatureSettings) -> pl.DataFrame:
    """Compute the family.

    Parameters
    ----------
    view : HistoryView
        The cut histories.
    settings : FeatureSettings
        The longest window caps ``observed_days``: uncapped it would be the date in another guise.

    Returns
    -------
    polars.DataFrame
        One row per landmark.
    """
    day = pl.col("landmark_on")
    seen = (day - pl.col("observed_from")).dt.total_days()
    angle = day.dt.ordinal_day().cast(pl.Float64) * (2 * math.pi / 365.25)
    return view.landmarks.select(
        "landmark_id",
        angle.sin().alias("month_sin"),
        angle.cos().alias("month_cos"),
        (day.dt.weekday() >= 6).cast(pl.Float64).alias("weekend"),
        (day >= _PROTOCOL_2019).cast(pl.Float64).alias("protocol_2019"),
        day.is_between(*_COVID).cast(pl.Float64).alias("covid_period"),
        seen.clip(upper_bound=max(settings.windows_days)).cast(pl.Float64).alias("observed_days"),
    )


FAMILY = Family("calendar", describe, compute)
