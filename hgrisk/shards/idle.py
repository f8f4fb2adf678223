"""Features from which nothing can be learned, over all parts of a build: one part alone cannot tell."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from hgrisk.features.column_marks import ColumnMarks
from hgrisk.features.quality import idle_among
from hgrisk.features.table import FeatureTable


def idle_features(parts: Iterable[FeatureTable]) -> pd.DataFrame:
    """Name the features that are wholly missing, constant or the same as another in all parts together.

    Parameters
    ----------
    parts : iterable of FeatureTable
        The parts, each with the same columns; one is held at a time.

    Returns
    -------
    DataFrame
        ``feature``, ``problem`` and ``of``, as :func:`hgrisk.features.quality.quality_of` returns them.
    """
    marks = ColumnMarks()
    family: dict[str, str] = {}
    for part in parts:
        marks.add(part.X)
        family = {spec.name: spec.family for spec in part.catalogue}
    return idle_among(marks, family=family)
