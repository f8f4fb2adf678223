"""Landmarks of a case: the day that each row stands at, names of effects that change, hazards by landmark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, DataError
from hgrisk.models.preparation import FLAG

EVERY = "all"
LANDMARK = "landmark_day"
"""Column with the day of the case at which a row stands."""


def timed_name(name: str, power: int) -> str:
    """Name the product of a column and a power of the landmark."""
    return f"{name} x landmark^{power}"


def changing_columns(wanted: str | Sequence[str], raw: list[str], prepared: list[str]) -> list[str]:
    """Return the columns that the features whose effects change have become, or refuse unknown ones."""
    if isinstance(wanted, str):
        if wanted != EVERY:
            found = f"the text {wanted!r}"
            raise ConfigError("time_effects is a list of features or 'all'", found, "put the name in a list")
        return prepared
    unknown = [name for name in wanted if name not in raw]
    if unknown:
        raise ConfigError("time_effects are features", f"{unknown[0]!r}", "name columns of X")
    marks = tuple(f"{name}=" for name in wanted)
    names = {*wanted, *(f"{name}{FLAG}" for name in wanted)}
    return [name for name in prepared if name in names or name.startswith(marks)]


def landmarks_of(frame: pd.DataFrame, landmark: Any) -> Floats:
    """Return the day of the case of each row: one for all, one each, or from the column."""
    if landmark is None:
        if LANDMARK not in frame.columns:
            found = f"neither a column {LANDMARK!r} nor an argument"
            raise DataError("Each row has a landmark, the day of its case", found, "add the column, or pass it")
        landmark = frame[LANDMARK]
    day = np.asarray(landmark, dtype=np.float64)
    if day.ndim == 0:
        day = np.full(len(frame), float(day))
    if day.shape != (len(frame),) or np.isnan(day).any():
        found = "a missing one" if day.shape == (len(frame),) else f"shape {day.shape} for {len(frame)} rows"
        raise DataError("Landmarks are one day of the case for each row", found, "give one each")
    return day
