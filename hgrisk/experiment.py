"""Run an experiment: the one module that knows the order of steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils.validation import has_fit_parameter
from threadpoolctl import threadpool_limits

from hgrisk.cohort import select_landmarks
from hgrisk.config import Experiment, ModelSettings
from hgrisk.dataset import Dataset
from hgrisk.errors import ConfigError, DataError
from hgrisk.explain.echo import find_echoes
from hgrisk.explain.ladder import COLUMNS as LADDER_COLUMNS
from hgrisk.explain.ladder import climb_ladder, ladder_steps
from hgrisk.facts import Prepared, gather
from hgrisk.features.build import build_features
from hgrisk.features.canary import leak_canary
from hgrisk.features.quality import without_idle
from hgrisk.features.registry import families
from hgrisk.histories.case_histories import CaseHistories
from hgrisk.judgement import FittedModel, Judge
from hgrisk.models.penalty import settle_penalty
from hgrisk.outcome import time_to_rereport
from hgrisk.provenance import seeds
from hgrisk.report.write import FIGURES, REPORT, write_report
from hgrisk.results import EXPERIMENT, TABLES, RunFolder
from hgrisk.tracking import default_uri, track_run

STEPS = ("read", "cohort", "outcome", "features", "leak canary", "split", "echo", "models", "ladder", "tables")
"""Names of the steps, as ``progress`` is told them."""


Penalties = dict[tuple[str, ...], float]


@dataclass(frozen=True)
class RunResult:
    """A finished run.

    Attributes
    ----------
    experiment : Experiment
        The experiment as resolved.
    folder : RunFolder
        Its tables and facts, ready to be written.
    models : tuple of FittedModel
        The fitted models.
    prepared : Prepared
        Histories, cohort, outcome, features and the two parts.
    """

    experiment: Experiment
    folder: RunFolder
    models: tuple[FittedModel, ...]
    prepared: Prepared

    @property
    def scores(self) -> pd.DataFrame:
        """The tidy table of metrics: ``model``, ``metric``, ``horizon_days``, ``group``, ``estimate`` and so on."""
        return self.folder.content.scores

    @property
    def ladder(self) -> pd.DataFrame:
        """The prior-violence ladder, empty if it was left out."""
        return self.folder.content.ladder


def _silent(step: str) -> None:
    """Report no progress."""


def run_experiment(
    experiment: Experiment,
    data: str | Path | dict[str, Any],
    mapping: str | Path | None = None,
    progress: Callable[[str], None] = _silent,
) -> RunResult:
    """Run an experiment from case histories to results.

    The same experiment on the same data gives the same numbers to the last digit.

    Parameters
    ----------
    experiment : Experiment
        The question.
    data : str, Path or dict
        Folder with the source files, or frames by name.
    mapping : str or Path, optional
        Mapping file; without one the data have our own layout.
    progress : callable
        Called with the name of each of ``STEPS`` as it begins.

    Returns
    -------
    RunResult
        Tables, facts and fitted models; nothing is written.

    Raises
    ------
    DataError
        If the data break a rule, too many rows are quarantined, or a feature leaks or echoes the outcome.
    ConfigError
        If the settings do not fit the data.
    """
    # one thread, so that sums are taken in one order on every machine
    with threadpool_limits(limits=1):
        streams = seeds(experiment.seed, ("split", "bootstrap", "canary", "folds"))
        prepared = _prepare(experiment, data, mapping, streams, progress)
        judge = Judge(prepared.test, _censoring(experiment, prepared), experiment.evaluation, streams["bootstrap"])
        known: Penalties = {}  # models of one set of columns share the choice of their penalty
        progress("models")
        models = tuple(_fit(settings, prepared, judge, streams["folds"], known) for settings in experiment.models)
        progress("ladder")
        ladder = _ladder(experiment, prepared, judge, streams["folds"], known)
        progress("tables")
        return RunResult(experiment, gather(experiment, prepared, judge, models, ladder), models, prepared)


def _prepare(
    experiment: Experiment,
    data: Any,
    mapping: str | Path | None,
    streams: dict[str, int],
    progress: Callable[[str], None],
) -> Prepared:
    progress("read")
    histories = CaseHistories.read(data, mapping)
    histories.account.check_share(experiment.data.max_bad_share)
    progress("cohort")
    cohort = select_landmarks(histories, experiment.cohort)
    progress("outcome")
    outcome = time_to_rereport(histories, cohort, experiment.outcome)
    progress("features")
    features = build_features(histories, cohort, experiment.features)
    progress("leak canary")
    canary = leak_canary(histories, cohort, experiment.features, seed=streams["canary"])
    canary.check()
    progress("split")
    features, idle = without_idle(features, keep=_named(experiment))
    whole = Dataset.join(features, outcome, cohort)
    train, test = whole.split(experiment.split, streams["split"])
    progress("echo")
    horizons, able = experiment.evaluation.horizons_days, train.followable_days
    echoes = find_echoes(train.X, train.y, train.clusters, horizons, experiment.echo, followable_days=able)
    echoes.check()
    return Prepared(histories, cohort, outcome, features, idle, canary, echoes, whole, train, test)


def _censoring(experiment: Experiment, prepared: Prepared) -> NDArray[np.void]:
    """Return the outcome whose censoring the test landmarks share; see :class:`hgrisk.judgement.Judge`."""
    part = prepared.test if experiment.split.kind == "temporal" else prepared.train
    return part.y_from_landmark


def _fit(settings: ModelSettings, prepared: Prepared, judge: Judge, seed: int, known: Penalties) -> FittedModel:
    columns = _columns(settings, prepared)
    train, horizons = prepared.train, judge.settings.horizons_days
    model = settle_penalty(settings.build(horizons), train.X[columns], train.y, train.clusters, seed, known=known)
    offered = {"followable_days": train.followable_days, "cluster": _clusters(train)}
    more = {name: value for name, value in offered.items() if value is not None and has_fit_parameter(model, name)}
    model.fit(train.X[columns], train.y_for(model), **more)
    return FittedModel(settings.label, model, columns, judge.evaluate(settings.label, model, columns, groups=True))


def _columns(settings: ModelSettings, prepared: Prepared) -> list[str]:
    """Return the features that a model is given, in the order of the catalogue."""
    every = list(prepared.train.X.columns)
    wanted = settings.features or _own_features(settings)
    if not wanted:
        return every
    known = set(every) | {spec.family for spec in prepared.features.catalogue} | set(prepared.idle["family"])
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise ConfigError(
            "A model's features are families or features that are built",
            f"{unknown[0]!r}",
            f"use families such as {', '.join(families())}, or feature names",
        )
    chosen = [spec.name for spec in prepared.features.catalogue if spec.name in wanted or spec.family in wanted]
    if not chosen:
        raise DataError("A model has a feature that varies", f"none for {settings.label!r}", "give it more families")
    return chosen


def _named(experiment: Experiment) -> set[str]:
    """Return every feature (and family) that a model or the ladder names."""
    names = {name for settings in experiment.models for name in (*settings.features, *_own_features(settings))}
    ladder = experiment.ladder
    return names | ({ladder.count_feature, ladder.recency_feature} if ladder else set())


def _clusters(train: Dataset) -> NDArray[np.int64] | None:
    """Return the household networks for robust errors, or nothing where every landmark is alone."""
    return train.clusters if len(np.unique(train.clusters)) < len(train.clusters) else None


def _own_features(settings: ModelSettings) -> tuple[str, ...]:
    """Return the features that a model names in its own parameters, such as ``count_feature``."""
    params = settings.build().get_params()
    return tuple(value for key, value in params.items() if key.endswith("_feature"))


def _ladder(experiment: Experiment, prepared: Prepared, judge: Judge, seed: int, known: Penalties) -> pd.DataFrame:
    if experiment.ladder is None:
        return pd.DataFrame(columns=list(LADDER_COLUMNS))
    kinds = {spec.name: spec.family for spec in prepared.features.catalogue}
    return climb_ladder(prepared.train, ladder_steps(kinds, experiment.ladder), judge.evaluate, seed, known)


def write_run(result: RunResult, out: Path) -> Path:
    """Write a run's tables, figures and report.

    Parameters
    ----------
    result : RunResult
        The finished run.
    out : Path
        Folder, made if it is not there.

    Returns
    -------
    Path
        The report.
    """
    result.folder.write(out)
    return write_report(result.folder.content, out, result.experiment.report.language)


def track_result(result: RunResult, out: Path) -> str | None:
    """Track a run that has been written.

    Parameters
    ----------
    result : RunResult
        The finished run.
    out : Path
        Folder it was written to.

    Returns
    -------
    str or None
        The MLflow run's id; None if tracking is off.
    """
    settings = result.experiment.tracking
    if not settings.enabled:
        return None
    specs = {spec.name: spec for spec in result.prepared.features.catalogue}
    names = [REPORT, EXPERIMENT, "scores.csv", "ladder.csv", "attrition.csv", "rows.json", TABLES, FIGURES]
    facts = result.folder.content.run_facts
    return track_run(
        result.experiment.name,
        settings.uri or default_uri(out.parent),
        out.parent,
        params=result.experiment.model_dump(mode="json", exclude_none=True),
        tags={key: facts[key] for key in ("data_digest", "code_version", "software")},
        scores=result.scores,
        artifacts=[out / name for name in names if (out / name).exists()],
        models={fitted.name: (fitted.model, [specs[name] for name in fitted.columns]) for fitted in result.models},
    )
