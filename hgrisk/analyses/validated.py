"""How models do under other validation designs than the one split, as tables."""

from __future__ import annotations

from collections.abc import Mapping

from hgrisk.analyses.stacked import Tables, not_empty
from hgrisk.dataset import Dataset
from hgrisk.evaluation.settings import EvaluationSettings
from hgrisk.models.fitting import Fit
from hgrisk.validation.run import validate
from hgrisk.validation.settings import ValidationSettings


def validation_tables(
    whole: Dataset,
    parts: tuple[Dataset, Dataset],
    fits: Mapping[str, Fit],
    settings: ValidationSettings,
    evaluation: EvaluationSettings,
    *,
    seed: int,
) -> Tables:
    """Validate models under the designs that the settings ask for.

    Parameters
    ----------
    whole : Dataset
        All landmarks.
    parts : tuple of Dataset
        Training and test landmarks of the main split.
    fits : mapping of str to callable
        How each model is fitted, choices included; differences are with the first.
    settings : ValidationSettings
        The designs.
    evaluation : EvaluationSettings
        Horizons, metrics and draws.
    seed : int
        Seed of all designs.

    Returns
    -------
    dict of str to DataFrame
        "validation", "validation_differences", "validation_pooled", "validation_optimism", "validation_learning" and
        "validation_omitted"; see `Validation`.
    """
    found = validate(whole, parts, fits, settings, evaluation, seed=seed)
    return not_empty(
        {
            "validation": found.table,
            "validation_differences": found.differences,
            "validation_pooled": found.pooled,
            "validation_optimism": found.optimism,
            "validation_learning": found.learning,
            "validation_omitted": found.omitted,
        }
    )
