"""Run the designs that the settings ask for, and lay their tables together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from hgrisk.dataset import Dataset
from hgrisk.evaluation.settings import EvaluationSettings
from hgrisk.models.fitting import Fit, checked_fits
from hgrisk.validation.designs import DesignResult
from hgrisk.validation.folds import unseen_networks
from hgrisk.validation.learning import learning_curve
from hgrisk.validation.optimism import correct_optimism
from hgrisk.validation.regions import leave_one_region_out, pool_differences, pool_regions
from hgrisk.validation.rolling import rolling_origin
from hgrisk.validation.settings import ValidationSettings

_IN_PARTS: dict[str, Callable[..., DesignResult]] = {
    "folds": unseen_networks,
    "rolling": rolling_origin,
    "regions": leave_one_region_out,
}


@dataclass(frozen=True, eq=False)
class Validation:
    """The tables of all designs.

    Attributes
    ----------
    table : DataFrame
        Estimates of every part; see `DesignResult`.
    differences : DataFrame
        Paired differences with the first model, in every part.
    pooled : DataFrame
        Regions pooled, with prediction intervals; ``difference`` tells metrics from differences with the first model,
        ``remark`` why something was not pooled.
    optimism : DataFrame
        Apparent and corrected performance; see `Optimism`.
    learning : DataFrame
        Learning curves.
    omitted : DataFrame
        ``design``, ``part``, ``horizon_days`` and ``reason``.
    """

    table: pd.DataFrame
    differences: pd.DataFrame
    pooled: pd.DataFrame
    optimism: pd.DataFrame
    learning: pd.DataFrame
    omitted: pd.DataFrame


def validate(
    data: Dataset,
    split: tuple[Dataset, Dataset],
    fits: Mapping[str, Fit],
    settings: ValidationSettings,
    evaluation: EvaluationSettings,
    *,
    seed: int = 0,
) -> Validation:
    """Run the designs that the settings ask for.

    Parameters
    ----------
    data : Dataset
        All landmarks, for folds, years and regions.
    split : tuple of Dataset
        Training and test part of the main split: optimism is that of the training part, and learning curves go from
        one to the other.
    fits : mapping of str to callable
        ``fit(train, horizons_days)`` by the model's name; differences are with the first. ``Fitting(model)``
        makes one of a model.
    settings : ValidationSettings
        The designs.
    evaluation : EvaluationSettings
        Horizons, metrics and draws.
    seed : int
        Seed of all designs.

    Returns
    -------
    Validation
        Tables; those of designs that were not asked for are empty.

    Raises
    ------
    DataError
        If a design cannot judge anything, or a model is given where a way to fit is asked for.
    """
    checked_fits(fits)
    results = {
        name: run(data, fits, settings, evaluation, seed=seed)
        for name, run in _IN_PARTS.items()
        if name in settings.designs
    }
    first, (train, test) = next(iter(fits)), split
    pooled = []
    if "regions" in results:
        regions = results["regions"]
        pooled = [
            pool_regions(regions).assign(difference=False),
            pool_differences(regions, first).assign(difference=True),
        ]
    asked = set(settings.designs)
    return Validation(
        table=_joined([one.table for one in results.values()]),
        differences=_joined([one.differences(first) for one in results.values()]),
        pooled=_joined(pooled),
        optimism=correct_optimism(train, fits, settings, evaluation, seed=seed).table
        if "optimism" in asked
        else pd.DataFrame(),
        learning=learning_curve(train, test, fits, settings, evaluation, seed=seed)
        if "learning" in asked
        else pd.DataFrame(),
        omitted=_joined([one.omitted.assign(design=name) for name, one in results.items()]),
    )


def _joined(tables: list[pd.DataFrame]) -> pd.DataFrame:
    full = [table for table in tables if not table.empty]
    return pd.concat(full, ignore_index=True) if full else pd.DataFrame()
