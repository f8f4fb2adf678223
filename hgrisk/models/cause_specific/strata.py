"""Strata that are columns of the features: each has a baseline hazard of its own, and they are no features."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.errors import ConfigError, DataError


class StrataOfColumns:
    """A model whose setting ``strata`` names columns of X; it comes before `ProportionalHazards` among the parents."""

    strata: Sequence[str] | None

    def _features(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame.drop(columns=list(self.strata)) if self.strata else frame

    def _stratum_labels(self, frame: pd.DataFrame) -> NDArray[np.str_] | None:
        """Return the stratum of each row in words; None where the model has no strata."""
        if self.strata is None or not len(self.strata):
            return None
        if isinstance(self.strata, str):
            raise ConfigError("Strata are a list of columns", f"{self.strata!r}", f"give [{self.strata!r}]")
        unknown = [name for name in self.strata if name not in frame.columns]
        if unknown:
            raise ConfigError("Strata are columns of the features", f"{unknown[0]!r}", "name columns of X")
        columns = [_in_words(name, frame[name]) for name in self.strata]
        labels = columns[0]
        for column in columns[1:]:
            labels = np.char.add(np.char.add(labels, ", "), column)
        return labels


def _in_words(name: str, column: pd.Series[Any]) -> NDArray[np.str_]:
    """Return ``name=value`` for each row; a whole number is written the same whatever its type, and text is quoted."""
    code, distinct = pd.factorize(column)
    if (code < 0).any():
        raise DataError("Every row has a stratum", f"a missing value in {name!r}", "fill it or leave the row out")
    return np.array([f"{name}={_written(value)}" for value in distinct], dtype=np.str_)[code]


def _written(value: Any) -> str:
    if isinstance(value, float | np.floating):
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    return str(int(value)) if isinstance(value, int | np.integer) else repr(str(value))
