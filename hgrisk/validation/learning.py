"""Learning curves: what more training households would bring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from hgrisk.dataset import Dataset
from hgrisk.errors import DataError
from hgrisk.evaluation.settings import EvaluationSettings
from hgrisk.models.fitting import Fit, columns_of
from hgrisk.validation.designs import CANNOT_LEARN, Part, judge, keep, table_rows, times_of, usable_horizons
from hgrisk.validation.settings import ValidationSettings

LEARNING = "learning"


def learning_curve(
    train: Dataset,
    test: Dataset,
    fits: Mapping[str, Fit],
    settings: ValidationSettings,
    evaluation: EvaluationSettings,
    *,
    seed: int = 0,
) -> pd.DataFrame:
    """Judge models trained on more and more of the training networks, on the same test landmarks.

    Parameters
    ----------
    train, test : Dataset
        The two parts of a split; the training outcome as it was known then.
    fits : mapping of str to callable
        ``fit(train, horizons_days)`` by the model's name.
    settings : ValidationSettings
        Shares, how often each is drawn, and what is needed to judge.
    evaluation : EvaluationSettings
        Horizons, metrics and draws.
    seed : int
        Seed of the order of the networks and of the draws.

    Returns
    -------
    DataFrame
        ``share`` of the training networks, ``draw``, ``n_train_networks``, ``n_train_events`` (by the horizon), and the
        columns of a design's table, ``part`` being "learning". A share that is too small for a horizon or a model has
        an empty estimate, so that curves begin where they can.

    Raises
    ------
    DataError
        If no share can be judged at any horizon.

    Notes
    -----
    A larger share holds the networks of a smaller one of the same draw. All of the networks are drawn once only.
    """
    networks = np.unique(train.clusters)
    rows: list[dict[str, Any]] = []
    for draw in range(settings.n_draws):
        order = np.random.default_rng([seed, draw]).permutation(networks)
        for share in settings.sizes:
            if share == 1.0 and draw > 0:
                continue
            chosen = order[: max(1, round(share * len(order)))]
            part = Part(LEARNING, keep(train, np.isin(train.clusters, chosen)), test)
            facts = {"share": share, "draw": draw, "n_train_networks": len(chosen)}
            rows += [{**facts, **row} for row in _step(part, fits, settings, evaluation, seed)]
    table = pd.DataFrame(rows)
    if table.empty or table["estimate"].isna().all():
        raise DataError("A learning curve has a share that can be judged", "none", "bring more histories")
    return table


def _step(
    part: Part,
    fits: Mapping[str, Fit],
    settings: ValidationSettings,
    evaluation: EvaluationSettings,
    seed: int,
) -> list[dict[str, Any]]:
    horizons, _ = usable_horizons(part, evaluation.horizons_days, settings)
    asked = evaluation.model_copy(update={"horizons_days": horizons, "by": ()})
    rows: list[dict[str, Any]] = []
    for name, fit in fits.items() if horizons else ():
        try:
            model = fit(part.train, horizons)
        except CANNOT_LEARN:
            continue
        times = times_of(model, asked)
        risk = model.predict_cumulative_incidence(columns_of(model, part.test.X), times)
        found = judge(part.test, risk, times, asked, seed=seed, name=name)
        rows += table_rows(LEARNING, part.name, found, len(part.train.X))
    y = part.train.y_from_landmark
    for row in rows:
        row["n_train_events"] = int(np.sum((y["event"] == 1) & (y["duration_days"] <= row["horizon_days"])))
    return rows
