"""What moves the scores of each model, as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from hgrisk.analyses.stacked import Tables, not_empty, stacked
from hgrisk.dataset import Dataset
from hgrisk.evaluation.bootstrap import cluster_weights
from hgrisk.explain.importance import Importance, importance
from hgrisk.explain.interactions import Interactions, interactions
from hgrisk.explain.settings import ExplainSettings
from hgrisk.explain.shapes import ShapeFunction, shape
from hgrisk.explain.stability import Stability, stability
from hgrisk.judgement import FittedModel
from hgrisk.models.fitting import Fit
from hgrisk.models.protocol import SurvivalModel
from hgrisk.validation.designs import CANNOT_LEARN, Part, usable_horizons
from hgrisk.validation.settings import ValidationSettings

Models = Mapping[str, FittedModel]
Omitted = list[dict[str, Any]]
"""Name and reason of training landmarks that were too few to learn from."""


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
        "importance", "importance_families", "shapes", "interactions", "stability" and "stability_fits", with ``model``
        in front.
    """
    test = parts[1]
    able = {name: fitted for name, fitted in models.items() if fitted.model.has_terms}
    found = {name: _importance(fitted, test, horizon, settings, seed) for name, fitted in able.items()}
    shapes = [
        ({"model": name, "feature": each.feature, "own_share": each.own_share}, each.table)
        for name, fitted in able.items()
        for each in _shapes(fitted, found[name], test, horizon, settings.n_shapes)
    ]
    stable = [
        ({"model": name, "by": by}, each, omitted)
        for name, fitted in able.items()
        for by, each, omitted in _stabilities(fits[name], fitted, parts, horizon, settings, seed=seed)
    ]
    return not_empty(
        {
            "importance": stacked(({"model": name}, each.table) for name, each in found.items()),
            "importance_families": stacked(({"model": name}, each.by_family) for name, each in found.items()),
            "shapes": stacked(shapes),
            "interactions": stacked(
                ({"model": name}, _interactions(fitted, test, horizon, settings, seed).table)
                for name, fitted in able.items()
                if settings.n_interacting
            ),
            "stability": stacked((facts, each.table) for facts, each, _ in stable if each),
            "stability_fits": stacked((facts, _agreement(each, omitted)) for facts, each, omitted in stable),
        }
    )


def _importance(fitted: FittedModel, test: Dataset, horizon: int, settings: ExplainSettings, seed: int) -> Importance:
    X, draws = test.X[fitted.columns], settings.n_resamples
    return importance(fitted.model, X, horizon, test.catalogue, test.clusters, n_resamples=draws, seed=seed)


def _interactions(
    fitted: FittedModel, test: Dataset, horizon: int, settings: ExplainSettings, seed: int
) -> Interactions:
    X, top, draws = test.X[fitted.columns], settings.n_interacting, settings.n_resamples
    return interactions(fitted.model, X, horizon, test.catalogue, test.clusters, top=top, n_resamples=draws, seed=seed)


def _shapes(
    fitted: FittedModel, found: Importance, test: Dataset, horizon: int, n_shapes: int
) -> Iterator[ShapeFunction]:
    """Yield the shapes of the most important features; a joint term has none."""
    of_features = found.table.loc[found.table["feature"].isin(fitted.columns) & (found.table["mean_abs"] > 0)]
    for feature in of_features["feature"].head(n_shapes):
        yield shape(fitted.model, test.X[fitted.columns], feature, horizon)


def _stabilities(
    fit: Fit, fitted: FittedModel, parts: tuple[Dataset, Dataset], horizon: int, settings: ExplainSettings, *, seed: int
) -> Iterator[tuple[str, Stability | None, Omitted]]:
    """Yield how the importance varies over other training landmarks, if two taught anything, and those that did not."""
    train, test = parts
    sources: dict[str, Iterator[tuple[int, Dataset]]] = {}
    if settings.n_draws:
        sources["draws"] = _drawn(train, settings.n_draws, seed)
    if settings.by_year:
        sources["years"] = _years(train)
    for by, source in sources.items():
        omitted: Omitted = []
        models = list(_refits(fit, source, horizon, omitted))
        X = test.X[fitted.columns]
        found = stability(models, X, horizon, test.catalogue, settings.top) if len(models) > 1 else None
        yield by, found, omitted


def _drawn(train: Dataset, n_draws: int, seed: int) -> Iterator[tuple[int, Dataset]]:
    for draw, copies in enumerate(cluster_weights(train.clusters, n_draws, seed)[1:], start=1):
        yield draw, train.repeated(copies)


def _years(train: Dataset) -> Iterator[tuple[int, Dataset]]:
    years = train.landmarks["landmark_on"].dt.year().to_numpy()
    for year in np.unique(years):
        yield int(year), train.repeated((years == year).astype(np.int64))


def _refits(
    fit: Fit, source: Iterator[tuple[int, Dataset]], horizon: int, omitted: Omitted
) -> Iterator[tuple[int, SurvivalModel]]:
    for name, rows in source:
        usable, reasons = usable_horizons(Part(str(name), rows, rows), (horizon,), ValidationSettings())
        if not usable:
            omitted.append({"fit": name, "reason": reasons[0][2]})
            continue
        try:
            model = fit(rows, usable)
        except CANNOT_LEARN as error:
            omitted.append({"fit": name, "reason": str(error)})
        else:
            yield name, model


def _agreement(found: Stability | None, omitted: Omitted) -> pd.DataFrame:
    """Return how far the order of features agrees, fit by fit, with a reason where there is no fit."""
    columns = ["fit", "rank_correlation", "reason"]
    left_out = pd.DataFrame(omitted, columns=["fit", "reason"]).reindex(columns=columns)
    if found is None:
        return left_out
    fits = found.rank_correlation.rename_axis("fit").reset_index().assign(reason="")
    return pd.concat([fits, left_out]).sort_values("fit") if omitted else fits
