"""Landmarks of a case: the day that each row stands at, names of effects that change, hazards by landmark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.models.preparation import FLAG

BASELINES = ("stratified", "smooth")
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


def check_landmarks(
    landmark_days: Sequence[float], window_days: float, *, baseline: str, degree: int, changing: bool
) -> None:
    """Refuse landmarks, or a baseline or polynomial that they do not support."""
    days = np.asarray(landmark_days, dtype=np.float64)
    fine = days.ndim == 1 and len(days) > 0 and np.isfinite(days).all() and np.all(np.diff(days) > 0)
    if not (fine and days[0] >= 0):
        found = f"{landmark_days!r}"
        raise ConfigError("Landmarks are days of the case, from 0 and increasing", found, "use (0, 91, 183), say")
    if baseline not in BASELINES:
        raise ConfigError("baseline is 'stratified' or 'smooth'", f"{baseline!r}", "use 'stratified'")
    if degree not in (1, 2, 3):
        raise ConfigError("degree is 1, 2 or 3", f"{degree!r}", "use 2")
    if len(days) <= degree and (baseline == "smooth" or changing):
        found = f"{len(days)} for degree {degree}"
        raise ConfigError("A polynomial has more landmarks than its degree", found, "give more, or a lower degree")
    if baseline == "smooth" and np.any(np.diff(days) >= window_days):
        found = f"windows of {window_days:g} days {np.diff(days).max():g} apart"
        raise ConfigError("A smooth baseline has windows that overlap", found, "use baseline='stratified'")


def known_landmarks(day: Floats, landmark_days: Floats, *, between: bool) -> Floats:
    """Return days of the case, or refuse those that are no landmarks, nor between two where that will do."""
    if between:
        first, last = landmark_days[0], landmark_days[-1]
        unknown, known = ~((day >= first) & (day <= last)), f"from {first:g} to {last:g}"
    else:
        unknown, known = ~np.isin(day, landmark_days), ", ".join(f"{one:g}" for one in landmark_days)
    if unknown.any():
        raise FitError(f"This model predicts at landmarks {known}", f"{day[unknown][0]:g}", "ask for one of these")
    return day


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
