"""What a feature is, and what a feature family is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import polars as pl

from hgrisk.features.cut import HistoryView
from hgrisk.features.settings import FeatureSettings


@dataclass(frozen=True)
class FeatureSpec:
    """One feature, described for people.

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
    """

    name: str
    family: str
    unit: str
    sentence_en: str
    sentence_nl: str
    missing: str = ""
    kind: Literal["number", "category"] = "number"


@dataclass(frozen=True)
class Family:
    """One family of features; a module in this package that has one as ``FAMILY`` is discovered.

    Attributes
    ----------
    name : str
        Name in settings and catalogue.
    describe : callable
        From the settings to the specs of its features.
    compute : callable
        From a cut history and the settings to a frame with ``landmark_id`` and one column per spec. It never sees
        anything that was not known at the landmark.
    needs_index : bool
        Whether it describes the report that set the landmark, and so has no meaning at calendar dates.
    """

    name: str
    describe: Callable[[FeatureSettings], tuple[FeatureSpec, ...]]
    compute: Callable[[HistoryView, FeatureSettings], pl.DataFrame]
    needs_index: bool = False
