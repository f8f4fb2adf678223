"""Family ``prior_violence``: earlier reports and signals, in this household and its persons' earlier ones."""

from __future__ import annotations

import polars as pl

from hgrisk.features.cut import HistoryView
from hgrisk.features.settings import FeatureSettings
from hgrisk.features.spec import Family, FeatureSpec
from hgrisk.features.trajectory import TRAJECTORY, known_incidents, trajectory

LANDMARK = "landmark_id"

_KIND_WORDS = {
    "follow_up_report": ("follow-up reports", "vervolgmeldingen"),
    "advice": ("requests for advice", "adviezen"),
    "radar_link": ("radar links", "radarkoppelingen"),
    "arrest": ("arrests", "aanhoudingen"),
    "barring_order": ("barring orders", "huisverboden"),
    "detention": ("spells of detention", "detentieperioden"),
}


def describe(settings: FeatureSettings) -> tuple[FeatureSpec, ...]:
    """Return the specs of the family.

    Parameters
    ----------
    settings : FeatureSettings
        Windows, kinds and whether earlier households count.

    Returns
    -------
    tuple of FeatureSpec
        Its features.
    """
    specs = [
        *_counts("prior_reports", "earlier reports", "eerdere meldingen", settings),
        *[spec for kind in settings.kinds for spec in _kind_counts(kind, settings)],
        *TRAJECTORY,
    ]
    if settings.linked_households:
        english, dutch = "reports in earlier households of its persons", "meldingen in eerdere huishoudens van personen"
        specs += _counts("linked_reports", english, dutch, settings)
        specs += [
            _spec("linked_households", "households", "earlier households known", "bekende eerdere huishoudens"),
            _spec(
                "days_since_last_linked_report", "days", "days since the last report in an earlier household",
                "dagen sinds de laatste melding in een eerder huishouden", "no report in an earlier household",
            ),
        ]  # fmt: skip
    return tuple(specs)


def compute(view: HistoryView, settings: FeatureSettings) -> pl.DataFrame:
    """Compute the family.

    Reports of one incident count once, under the kind of its first-known report.

    Parameters
    ----------
    view : HistoryView
        The cut histories.
    settings : FeatureSettings
        Windows, kinds and whether earlier households count.

    Returns
    -------
    polars.DataFrame
        One row per landmark.
    """
    once = view.own.filter("starts_incident")
    reports = once.filter("is_report")
    parts = [_window_counts(reports, "prior_reports", settings)]
    parts += [_window_counts(once.filter(pl.col("kind") == kind), f"prior_{kind}", settings) for kind in settings.kinds]
    parts.append(trajectory(known_incidents(view.own)))
    counted = [column for part in parts[:-1] for column in part.columns if column != LANDMARK]
    if settings.linked_households:
        linked = view.linked.filter("is_report", "starts_incident")
        parts.append(_window_counts(linked, "linked_reports", settings))
        parts.append(
            linked.group_by(LANDMARK).agg(
                pl.col("linked_case").n_unique().cast(pl.Float64).alias("linked_households"),
                pl.col("days_before").min().cast(pl.Float64).alias("days_since_last_linked_report"),
            )
        )
        counted += [column for column in parts[-2].columns if column != LANDMARK] + ["linked_households"]
    frame = view.landmarks.select(LANDMARK)
    for part in parts:
        frame = frame.join(part, on=LANDMARK, how="left", maintain_order="left")
    return frame.with_columns(pl.col(*counted, "n_violence_kinds").fill_null(0.0))


def _windows(settings: FeatureSettings) -> list[tuple[str, int | None]]:
    return [*((f"{days}d", days) for days in settings.windows_days), ("ever", None)]


def _window_counts(pairs: pl.DataFrame, stem: str, settings: FeatureSettings) -> pl.DataFrame:
    days = pl.col("days_before")
    counts = [
        (pl.len() if limit is None else (days <= limit).sum()).cast(pl.Float64).alias(f"{stem}_{label}")
        for label, limit in _windows(settings)
    ]
    return pairs.group_by(LANDMARK).agg(counts)


def _spec(name: str, unit: str, english: str, dutch: str, missing: str = "") -> FeatureSpec:
    return FeatureSpec(name, "prior_violence", unit, english, dutch, missing)


def _counts(stem: str, english: str, dutch: str, settings: FeatureSettings) -> list[FeatureSpec]:
    specs = []
    for label, limit in _windows(settings):
        when_en = "ever" if limit is None else f"in the {limit} days before"
        when_nl = "ooit" if limit is None else f"in de {limit} dagen ervoor"
        specs.append(_spec(f"{stem}_{label}", "count", f"{english} {when_en}", f"{dutch} {when_nl}"))
    return specs


def _kind_counts(kind: str, settings: FeatureSettings) -> list[FeatureSpec]:
    plain = kind.replace("_", " ")
    english, dutch = _KIND_WORDS.get(kind, (f"events of kind {plain}", f"gebeurtenissen van soort {plain}"))
    return _counts(f"prior_{kind}", f"earlier {english}", f"eerdere {dutch}", settings)


FAMILY = Family("prior_violence", describe, compute)
