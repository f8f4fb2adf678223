"""Family ``context``: where and when the landmark falls, the rules of the time, and what the region had been like."""

from __future__ import annotations

import math
from datetime import date, timedelta

import polars as pl

from hgrisk.features.cut.regional import sums_before
from hgrisk.features.settings import FeatureSettings
from hgrisk.features.spec import Family, FeatureSpec
from hgrisk.features.view import HistoryView

LANDMARK = "landmark_id"

_NAME = "context"
_REGIMES = {
    "barring_order_act_2009": date(2009, 1, 1),
    "reporting_code_act_2013": date(2013, 7, 1),
    "veilig_thuis_2015": date(2015, 1, 1),
    "protocol_2019": date(2019, 1, 1),
}
_COVID = (date(2020, 3, 12), date(2022, 3, 23))
_LATELY, _YEAR = 90, 365
FEWEST = 30
"""With fewer incidents to go by, nothing is said of a region."""

_UNKNOWN = f"region not recorded, or fewer than {FEWEST} of its incidents became known more than a year ago"


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
    region_en, region_nl = "Veilig Thuis region at the landmark", "Veilig Thuis-regio op het peilmoment"
    region = FeatureSpec("region", _NAME, "", region_en, region_nl, "region not recorded", "category")
    return (region, *_calendar(max(settings.windows_days)), *_of_region())


def _calendar(most: int) -> list[FeatureSpec]:
    rows = [
        ("month_sin", "", "time of the year (sine)", "tijd van het jaar (sinus)"),
        ("month_cos", "", "time of the year (cosine)", "tijd van het jaar (cosinus)"),
        ("weekend", "0/1", "the landmark falls in a weekend", "het peilmoment valt in een weekend"),
        (
            "barring_order_act_2009", "0/1", "under the Dutch act on barring orders of 2009",
            "onder de Wet tijdelijk huisverbod van 2009",
        ),
        (
            "reporting_code_act_2013", "0/1", "under the Dutch act on the reporting code of 2013",
            "onder de Wet verplichte meldcode van 2013",
        ),
        (
            "veilig_thuis_2015", "0/1", "since Veilig Thuis began in 2015, with the Social Support Act",
            "sinds de start van Veilig Thuis in 2015, met de Wmo 2015",
        ),
        ("protocol_2019", "0/1", "under the protocol of 2019", "onder het protocol van 2019"),
        ("covid_period", "0/1", "during the covid measures", "tijdens de coronamaatregelen"),
        ("observed_days", "days", f"days of history seen, up to {most}", f"dagen geschiedenis in beeld, tot {most}"),
    ]  # fmt: skip
    return [FeatureSpec(name, _NAME, unit, english, dutch) for name, unit, english, dutch in rows]


def _of_region() -> list[FeatureSpec]:
    return [
        FeatureSpec(
            "region_reports_trend", _NAME, "ratio",
            f"reports in the region per day, in the {_LATELY} days before against the year before those",
            f"meldingen in de regio per dag, in de {_LATELY} dagen ervoor tegenover het jaar daarvoor",
            f"{_UNKNOWN}, or they do not reach back over that year",
        ),
        FeatureSpec(
            "region_reports_waiting", _NAME, "share",
            f"share of the region's reports of the {_LATELY} days before that still waited for a safety assessment",
            f"aandeel van de meldingen in de regio in de {_LATELY} dagen ervoor dat nog wachtte op een "
            "veiligheidsbeoordeling",
            f"{_UNKNOWN}, or no report in those days", process=True,
        ),
        FeatureSpec(
            "region_handovers_waiting", _NAME, "share",
            f"share of the region's handovers of the {_YEAR} days before that had not been accepted",
            f"aandeel van de overdrachten in de regio in de {_YEAR} dagen ervoor dat nog niet was geaccepteerd",
            f"{_UNKNOWN}, or no handover in those days", process=True,
        ),
        FeatureSpec(
            "region_base_rate", _NAME, "share",
            "share of the region's incidents that another one of the household followed within a year, as known then",
            "aandeel van de incidenten in de regio waarop binnen een jaar een ander incident in het huishouden volgde, "
            "zoals toen bekend", _UNKNOWN,
        ),
    ]  # fmt: skip


def compute(view: HistoryView, settings: FeatureSettings) -> pl.DataFrame:
    """Compute the family.

    Parameters
    ----------
    view : HistoryView
        The landmarks, and what was known of each region by day.
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
    dated = view.landmarks.select(
        LANDMARK,
        "region",
        angle.sin().alias("month_sin"),
        angle.cos().alias("month_cos"),
        (day.dt.weekday() >= 6).cast(pl.Float64).alias("weekend"),
        *((day >= since).cast(pl.Float64).alias(name) for name, since in _REGIMES.items()),
        day.is_between(*_COVID).cast(pl.Float64).alias("covid_period"),
        seen.clip(upper_bound=max(settings.windows_days)).cast(pl.Float64).alias("observed_days"),
    )
    return dated.hstack(_region_as_known(view))


def _region_as_known(view: HistoryView) -> pl.DataFrame:
    """Return what was known of each landmark's region, in the order of the landmarks."""
    rows = view.landmarks.select("landmark_on", "region")
    for stem, days in (("all", None), ("lately", _LATELY), ("year", _YEAR), ("both", _LATELY + _YEAR)):
        sums = sums_before(view.landmarks, view.regional, days)
        rows = rows.hstack(sums.select(pl.exclude(LANDMARK).name.prefix(f"{stem}:")))
    begun = view.regional.group_by("region").agg(pl.col("known_on").min().alias("begun"))
    rows = rows.join(begun, on="region", how="left", maintain_order="left")
    matured = pl.col("all:incidents_matured")
    reaches_back = pl.col("begun") <= pl.col("landmark_on") - timedelta(days=_LATELY + _YEAR)
    lately = pl.col("lately:reports")
    before = pl.col("both:reports") - lately
    ratios = {
        "region_reports_trend": pl.when(reaches_back & (before > 0)).then((lately / _LATELY) / (before / _YEAR)),
        "region_reports_waiting": _share(_waiting("reports"), lately),
        "region_handovers_waiting": _share(_waiting("handovers"), pl.col("year:handovers")),
        "region_base_rate": _share(pl.col("all:incidents_followed"), matured),
    }
    return rows.select(pl.when(matured >= FEWEST).then(ratio).alias(name) for name, ratio in ratios.items())


def _waiting(name: str) -> pl.Expr:
    """Return how many wait: all that ever came on the list, less those that came off it."""
    return pl.col(f"all:{name}") - pl.col(f"all:{name}_off_list")


def _share(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    return pl.when(whole > 0).then(part / whole)


FAMILY = Family(_NAME, describe, compute)
