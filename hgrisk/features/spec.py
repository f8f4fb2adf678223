"""What a feature is, and what a feature family is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import polars as pl

from hgrisk.features.measures import Measure
from hgrisk.features.settings import FeatureSettings
from hgrisk.features.view import HistoryView


@dataclass(frozen=True)
class FeatureSpec:
    """One feature, described for people and, where it has a measure, for the engine.

    Attributes
    ----------
    name : str
        Column name in X.
    family : str
        The family it belongs to.
    unit : str
        Unit of its value.
    sentence_en, sentence_nl : str
        What it says, in English and Dutch.
    missing : str
        What an empty value means; empty where it cannot be.
    kind : "number" or "category"
        How models treat it.
    process : bool
        Whether it describes the work of organisations, which could be changed, and not the household.
    measure : Measure, optional
        How the engine computes it; without one, the family's ``compute`` does.
    missing_nl : str
        The same as ``missing``, in Dutch.
    """

    name: str
    family: str
    unit: str
    sentence_en: str
    sentence_nl: str
    missing: str = ""
    kind: Literal["number", "category"] = "number"
    process: bool = False
    measure: Measure | None = None
    missing_nl: str = ""


@dataclass(frozen=True)
class Family:
    """One family of features; a module in this package that has one as ``FAMILY`` is discovered.

    Attributes
    ----------
    name : str
        Name in settings and catalogue, and of its module.
    describe : callable
        From the settings to the specs of its features.
    compute : callable, optional
        From a view of what was known and the settings to a frame with ``landmark_id`` and one column for each spec
        without a measure.
    needs_index : bool
        Whether it describes the report that set the landmark, and so has no meaning at calendar dates.
    """

    name: str
    describe: Callable[[FeatureSettings], tuple[FeatureSpec, ...]]
    compute: Callable[[HistoryView, FeatureSettings], pl.DataFrame] | None = None
    needs_index: bool = False
