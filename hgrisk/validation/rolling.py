"""Rolling origin: each year is judged by a model that was trained on what was known when the year began."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np

from hgrisk.dataset import Dataset
from hgrisk.evaluation.settings import EvaluationSettings
from hgrisk.models.fitting import Fit
from hgrisk.validation.designs import DesignResult, Part, judge_parts, keep, kept_outcome
from hgrisk.validation.settings import ValidationSettings

ROLLING = "rolling"


def rolling_origin(
    data: Dataset,
    fits: Mapping[str, Fit],
    settings: ValidationSettings,
    evaluation: EvaluationSettings,
    *,
    seed: int = 0,
) -> DesignResult:
    """Judge each year's landmarks by models trained on what was known when the year began.

    Parameters
    ----------
    data : Dataset
        All landmarks.
    fits : mapping of str to callable
        ``fit(train, horizons_days)`` by the model's name.
    settings : ValidationSettings
        First year, length of the training, and what a year needs to be judged.
    evaluation : EvaluationSettings
        Horizons, metrics and draws.
    seed : int
        Seed of the draws.

    Returns
    -------
    DesignResult
        A part for each year, named after it.

    Raises
    ------
    DataError
        If no year can be judged at any horizon.

    Notes
    -----
    As in practice, a household may have earlier landmarks in the training rows. Features are as of the landmark;
    training outcomes are followed again in the histories as they were known on the eve of the year, and the days for
    which a landmark could be followed end there too.
    """
    parts = rolling_parts(data, settings)
    return judge_parts(ROLLING, parts, fits, settings, evaluation, seed=seed)


def rolling_parts(data: Dataset, settings: ValidationSettings) -> Iterator[Part]:
    """Yield the years, each with its training landmarks as they were known when it began.

    Parameters
    ----------
    data : Dataset
        All landmarks.
    settings : ValidationSettings
        First year and length of the training.

    Yields
    ------
    Part
        A year that has landmarks, after at least one with landmarks.
    """
    on = data.landmarks["landmark_on"].to_numpy()
    years = data.landmarks["landmark_on"].dt.year()
    first = int(str(years.min())) + 1 if settings.first_year is None else settings.first_year
    for year in range(first, int(str(years.max())) + 1):
        origin, end = date(year, 1, 1), date(year + 1, 1, 1)
        since = date.min if settings.train_years is None else date(year - settings.train_years, 1, 1)
        before = (on < np.datetime64(origin)) & (on >= np.datetime64(since))
        within = (on >= np.datetime64(origin)) & (on < np.datetime64(end))
        if before.any() and within.any():
            yield Part(str(year), known_at(data, before, origin), keep(data, within))


def known_at(data: Dataset, rows: object, origin: date) -> Dataset:
    """Return the rows of a mask with their outcome as it was known just before a date."""
    return data.take(kept_outcome(data, rows).as_known_on(origin))
