"""Family ``region``: where the household lived at the landmark."""

from __future__ import annotations

import polars as pl

from hgrisk.features.cut import HistoryView
from hgrisk.features.settings import FeatureSettings
from hgrisk.features.spec import Family, FeatureSpec


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
    english, dutch = "Veilig Thuis region at the landmark", "Veilig Thuis-regio op het peilmoment"
    return (FeatureSpec("region", "region", "", english, dutch, "region not recorded", "category"),)


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
    return view.landmarks.select("landmark_id", "region")


FAMILY = Family("region", describe, compute)
