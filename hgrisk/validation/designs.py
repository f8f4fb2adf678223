"""What every design shares: parts with training and test landmarks, judged alike for all models, and a tidy table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from hgrisk.curves import Floats
from hgrisk.dataset import Dataset
from hgrisk.errors import DataError, FitError
from hgrisk.evaluation.evaluate import EVERYONE, Evaluation, evaluate
from hgrisk.evaluation.gain import DIFFERENCES, differences
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.settings import EvaluationSettings, grid_times
from hgrisk.evaluation.support import effective_n
from hgrisk.models.fitting import Fit, columns_of
from hgrisk.models.protocol import SurvivalModel
from hgrisk.outcome import Outcome
from hgrisk.surv import RE_REPORT
from hgrisk.validation.settings import ValidationSettings

COLUMNS = (
    *("design", "part", "model", "metric", "horizon_days", "estimate", "lower", "upper"),
    *("n_train", "n_test", "n_events"),
)
CANNOT_LEARN = (DataError, FitError)
"""What a fit raises that cannot learn from the training rows of a part."""

Evaluations = Mapping[tuple[str, str], Evaluation]


@dataclass(frozen=True, eq=False)
class Part:
    """One part of a design.

    Attributes
    ----------
    name : str
        Name in the table.
    train : Dataset
        Landmarks that a model learns from, their outcome as far as it may be known.
    test : Dataset
        Landmarks that it is judged on.
    """

    name: str
    train: Dataset
    test: Dataset


@dataclass(frozen=True, eq=False)
class DesignResult:
    """What a design found.

    Attributes
    ----------
    design : str
        Its name.
    table : DataFrame
        ``design``, ``part``, ``model``, ``metric``, ``horizon_days``, ``estimate``, ``lower``, ``upper``, ``n_train``,
        ``n_test`` (test rows that could be followed to the horizon) and ``n_events`` (their re-reports by it).
    omitted : DataFrame
        ``part``, ``horizon_days`` and ``reason``: what could not be judged.
    evaluations : mapping of (str, str) to Evaluation
        By part and model, with the draws that pair models and from which parts are pooled.
    """

    design: str
    table: pd.DataFrame
    omitted: pd.DataFrame
    evaluations: Evaluations

    def differences(self, against: str) -> pd.DataFrame:
        """Return by how much each other model differs from one, part by part, on the same draws of networks.

        Parameters
        ----------
        against : str
            Name of a model.

        Returns
        -------
        DataFrame
            ``design``, ``part``, ``model``, ``against``, ``metric``, ``horizon_days``, ``difference`` (the model's
            metric minus that of ``against``), ``lower``, ``upper``. Net benefit is left out: its threshold differs by
            model.

        Raises
        ------
        DataError
            If there is no such model.
        """
        self.require(against)
        parts = dict.fromkeys(part for part, _ in self.evaluations)
        tables = [differences(self._judged(part), against).assign(design=self.design, part=part) for part in parts]
        return pd.concat(tables, ignore_index=True)[["design", "part", *DIFFERENCES]]

    def _judged(self, part: str) -> dict[str, Evaluation]:
        return {name: evaluation for (where, name), evaluation in self.evaluations.items() if where == part}

    def require(self, model: str) -> None:
        """Refuse a model that was not judged.

        Parameters
        ----------
        model : str
            Its name.

        Raises
        ------
        DataError
            If there is no such model.
        """
        known = dict.fromkeys(name for _, name in self.evaluations)
        if model not in known:
            raise DataError("Models are compared with one that was judged", f"{model!r}", f"use {', '.join(known)}")


def judge_parts(
    design: str,
    parts: Iterable[Part],
    fits: Mapping[str, Fit],
    settings: ValidationSettings,
    evaluation: EvaluationSettings,
    *,
    seed: int = 0,
) -> DesignResult:
    """Fit every model on the training rows of every part, and judge it on the part's test rows.

    Parameters
    ----------
    design : str
        Name of the design.
    parts : iterable of Part
        Its parts.
    fits : mapping of str to callable
        ``fit(train, horizons_days)`` by the model's name; see `hgrisk.models.fitting`.
    settings : ValidationSettings
        What a part needs to be judged.
    evaluation : EvaluationSettings
        Horizons, metrics and draws; groups are left out.
    seed : int
        Seed of the draws, the same for every model.

    Returns
    -------
    DesignResult
        Table, what was left out, and the evaluations.

    Raises
    ------
    DataError
        If no part can be judged at any horizon.

    Notes
    -----
    Weights rest on the censoring of the test rows themselves: the training rows of a rolling origin are followed
    shorter by design, and other regions may be. A part from which some model cannot learn is omitted for all, so that
    all are judged on the same parts. Intervals are about the test households, with the fitted models held
    fixed.
    """
    rows: list[Any] = []
    omitted: list[tuple[str, int, str]] = []
    judged: dict[tuple[str, str], Evaluation] = {}
    for part in parts:
        horizons, left_out = usable_horizons(part, evaluation.horizons_days, settings)
        omitted += left_out
        if not horizons:
            continue
        try:
            models = {name: fit(part.train, horizons) for name, fit in fits.items()}
        except CANNOT_LEARN as error:
            omitted += [(part.name, horizon, str(error)) for horizon in horizons]
            continue
        asked = evaluation.model_copy(update={"horizons_days": horizons, "by": ()})
        for name, model in models.items():
            times = times_of(model, asked)
            risk = model.predict_cumulative_incidence(columns_of(model, part.test.X), times)
            judged[part.name, name] = found = judge(part.test, risk, times, asked, seed=seed, name=name)
            rows += table_rows(design, part.name, found, len(part.train.X))
    return collect(design, rows, omitted, judged)


def judge(
    test: Dataset, risk: Floats, times: Floats, evaluation: EvaluationSettings, *, seed: int, name: str
) -> Evaluation:
    """Evaluate risks on the test rows that could be followed to each horizon, with the rows' own censoring."""
    y, able = test.y_from_landmark, test.followable_days
    return evaluate(
        y, y, risk, times, clusters=test.clusters, settings=evaluation, seed=seed, model=name, followable_days=able
    )


def times_of(model: SurvivalModel, evaluation: EvaluationSettings) -> Floats:
    """Return the days at which a fitted model is asked for risks."""
    if model.supported_times_ is None:
        return grid_times(evaluation)
    return np.asarray(evaluation.horizons_days, dtype=np.float64)


def table_rows(design: str, part: str, evaluation: Evaluation, n_train: int) -> list[Any]:
    """Return the rows of a design's table that one evaluation gives."""
    whole = evaluation.table[evaluation.table["group"] == EVERYONE].rename(columns={"n": "n_test"})
    return whole.assign(design=design, part=part, n_train=n_train)[list(COLUMNS)].to_dict("records")


def collect(
    design: str,
    rows: list[Any],
    omitted: list[tuple[str, int, str]],
    judged: dict[tuple[str, str], Evaluation],
) -> DesignResult:
    """Return the result, or refuse one without a part."""
    missing = pd.DataFrame(omitted, columns=["part", "horizon_days", "reason"])
    if not rows:
        found = f"none, for one because of {omitted[0][2]}" if omitted else "no part"
        raise DataError(
            f"The design {design!r} has a part that can be judged", found, "bring more histories, or leave it out"
        )
    return DesignResult(design, pd.DataFrame(rows, columns=list(COLUMNS)), missing, MappingProxyType(judged))


def usable_horizons(
    part: Part, horizons_days: tuple[int, ...], settings: ValidationSettings
) -> tuple[tuple[int, ...], list[tuple[str, int, str]]]:
    """Return the horizons at which a part can be judged, and those at which it cannot, with the reason."""
    reasons = {horizon: _obstacle(part, horizon, settings) for horizon in horizons_days}
    usable = tuple(horizon for horizon, reason in reasons.items() if reason is None)
    return usable, [(part.name, horizon, reason) for horizon, reason in reasons.items() if reason is not None]


def _obstacle(part: Part, horizon: int, settings: ValidationSettings) -> str | None:
    return _of_training(part.train, horizon, settings) or _of_test(part.test, horizon, settings)


def _of_training(data: Dataset, horizon: int, settings: ValidationSettings) -> str | None:
    n_events = _n_events(data, horizon)
    if n_events < settings.min_train_events:
        return f"{n_events} re-reports by then in the training rows"
    if not np.any(data.y_from_landmark["duration_days"] >= horizon):
        return "training rows that are followed shorter"
    return None


def _of_test(data: Dataset, horizon: int, settings: ValidationSettings) -> str | None:
    y, able = data.y_from_landmark, data.followable_days
    sample = Sample.build(y, y, np.zeros((len(y), 1)), [horizon], followable_days=able)
    n_events = _n_events(data, horizon)
    if sample.rows_at(horizon).any() and n_events < settings.min_test_events:
        return f"{n_events} re-reports by then in the test rows"
    if not sample.is_followed(horizon):
        return "test rows that are followed shorter"
    n = effective_n(sample.judged_at(horizon).status(horizon).weight)
    if n < settings.min_effective_n:
        return f"censoring weights of the test rows that tell as much as {n:.0f} rows"
    return None


def _n_events(data: Dataset, horizon: int) -> int:
    """Count the re-reports by a horizon of the rows that could be followed to it; others neither teach nor judge."""
    y = data.y_from_landmark
    by_then = (y["event"] == RE_REPORT) & (y["duration_days"] <= horizon)
    return int(np.count_nonzero(by_then & (data.followable_days >= horizon)))


def keep(data: Dataset, rows: Any) -> Dataset:
    """Return the rows of a mask, with their outcome as it is."""
    return data.take(kept_outcome(data, rows))


def kept_outcome(data: Dataset, rows: Any) -> Outcome:
    """Return the outcome of the rows of a mask."""
    return replace(data.outcome, table=data.outcome.table.filter(pl.Series(np.asarray(rows, dtype=bool))))
