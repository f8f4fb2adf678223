"""Features from which nothing can be learned, over all parts of a build: one part alone cannot tell."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
import pandas as pd

from hgrisk.features.quality import CONSTANT, SAME, WHOLLY_MISSING
from hgrisk.features.table import FeatureTable


class _Column:
    """What is known of a column after some parts."""

    def __init__(self) -> None:
        self.gaps = self.rows = 0
        self.first: object = None
        self.varies = False
        self._content = hashlib.blake2b(digest_size=16)

    def add(self, values: pd.Series[float] | pd.Series[str]) -> None:
        missing = values.isna().to_numpy()
        if pd.api.types.is_numeric_dtype(values.dtype):
            content = values.to_numpy() + np.float32(0)  # -0.0 becomes 0.0
            content[missing] = np.nan  # every gap the same bytes
            self._content.update(content.tobytes())
            levels = np.unique(content[~missing]).tolist()
        else:
            self._content.update(
                repr([None if gap else text for text, gap in zip(values, missing, strict=True)]).encode()
            )
            levels = sorted(set(values[~missing]))
        if levels:
            self.first = levels[0] if self.first is None else self.first
            self.varies |= len(levels) > 1 or levels[0] != self.first
        self.gaps, self.rows = self.gaps + int(missing.sum()), self.rows + len(values)

    @property
    def problem(self) -> str:
        if self.gaps == self.rows:
            return WHOLLY_MISSING
        return CONSTANT if not self.gaps and not self.varies else ""

    @property
    def mark(self) -> bytes:
        return self._content.digest()


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
    columns: dict[str, _Column] = {}
    family: dict[str, str] = {}
    for part in parts:
        for spec in part.catalogue:
            columns.setdefault(spec.name, _Column()).add(part.X[spec.name])
            family[spec.name] = spec.family
    rows = []
    seen: dict[object, str] = {}
    for name, column in columns.items():
        if column.problem:
            rows.append((name, column.problem, ""))
            continue
        near = seen.setdefault((column.mark, family[name]), name)
        twin = seen.setdefault(column.mark, name)
        if twin != name:
            rows.append((name, SAME, twin if near == name else near))
    return pd.DataFrame(rows, columns=["feature", "problem", "of"])
