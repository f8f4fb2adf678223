"""What moves the scores of each model, as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from hgrisk.analyses.stacked import Tables, not_empty, stacked
from hgrisk.dataset import Dataset
from hgrisk.evaluation.bootstrap import cluster_weights
from hgrisk.explain.importance import Importance, importance
from hgrisk.explain.settings import ExplainSettings
from hgrisk.explain.shapes import ShapeFunction, shape
from hgrisk.explain.stability import Stability, stability
from hgrisk.judgement import FittedModel
from hgrisk.models.fitting import Fit
from hgrisk.models.protocol import SurvivalModel

Models = Mapping[str, FittedModel]


def explanation_tables(
    models: Models,
    fits: Mapping[str, Fit],
    parts: tuple[Dataset, Dataset],
    horizon: int,
    settings: ExplainSettings,
    *,
    seed: int,
) -> Tables:
    """Explain models on the test landmarks; none of the tables is about a case.

    Parameters
    ----------
    models : mapping of str to FittedModel
        The models to explain, by name; those whose scores cannot be taken apart are passed over.
    fits : mapping of str to callable
        How each is fitted, for the stability of importance.
    parts : tuple of Dataset
        Training and test landmarks.
    horizon : int
        Days since the landmark for which scores are.
    settings : ExplainSettings
        How far to go.
    seed : int
        Seed of all draws.

    Returns
    -------
    dict of str to DataFrame
        "importance", "importance_families", "shapes", "stability" and "stability_fits", with ``model`` in front.
    """
    train, test = parts
    able = {name: fitted for name, fitted in models.items() if fitted.model.has_terms}
    found = {name: _importance(fitted, test, horizon, settings, seed) for name, fitted in able.items()}
    shapes = [
        ({"model": name, "feature": each.feature, "own_share": each.own_share}, each.table)
        for name, fitted in able.items()
        for each in _shapes(fitted, found[name], test, horizon, settings.n_shapes)
    ]
    stable = [
        (
            {"model": name, "by": by},
            stability(_refits(fits[name], rows, horizon), X, horizon, test.catalogue, settings.top),
        )
        for name, X in ((name, test.X[fitted.columns]) for name, fitted in able.items())
        for by, rows in _other_rows(train, settings, seed)
    ]
    return not_empty(
        {
            "importance": stacked(({"model": name}, each.table) for name, each in found.items()),
            "importance_families": stacked(({"model": name}, each.by_family) for name, each in found.items()),
            "shapes": stacked(shapes),
            "stability": stacked((facts, each.table) for facts, each in stable),
            "stability_fits": stacked((facts, _agreement(each)) for facts, each in stable),
        }
    )


def _importance(fitted: FittedModel, test: Dataset, horizon: int, settings: ExplainSettings, seed: int) -> Importance:
    X, draws = test.X[fitted.columns], settings.n_resamples
    return importance(fitted.model, X, horizon, test.catalogue, test.clusters, n_resamples=draws, seed=seed)


def _shapes(
    fitted: FittedModel, found: Importance, test: Dataset, horizon: int, n_shapes: int
) -> Iterator[ShapeFunction]:
    """Yield the shapes of the most important features; a joint term has none."""
    of_features = found.table.loc[found.table["feature"].isin(fitted.columns) & (found.table["mean_abs"] > 0)]
    for feature in of_features["feature"].head(n_shapes):
        yield shape(fitted.model, test.X[fitted.columns], feature, horizon)


def _other_rows(
    train: Dataset, settings: ExplainSettings, seed: int
) -> Iterator[tuple[str, Iterator[tuple[int, Dataset]]]]:
    """Yield the sources of other training landmarks, and from each the landmarks by name."""
    if settings.n_draws:
        yield "draws", _drawn(train, settings.n_draws, seed)
    if settings.by_year:
        yield "years", _years(train)


def _refits(fit: Fit, rows: Iterator[tuple[int, Dataset]], horizon: int) -> Iterator[tuple[int, SurvivalModel]]:
    for name, part in rows:
        yield name, fit(part, (horizon,))


def _drawn(train: Dataset, n_draws: int, seed: int) -> Iterator[tuple[int, Dataset]]:
    for draw, copies in enumerate(cluster_weights(train.clusters, n_draws, seed)[1:], start=1):
        yield draw, train.repeated(copies)


def _years(train: Dataset) -> Iterator[tuple[int, Dataset]]:
    years = train.landmarks["landmark_on"].dt.year().to_numpy()
    for year in np.unique(years):
        yield int(year), train.repeated((years == year).astype(np.int64))


def _agreement(found: Stability) -> pd.DataFrame:
    return found.rank_correlation.rename_axis("fit").reset_index()
