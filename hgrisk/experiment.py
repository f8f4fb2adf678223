"""Run an experiment: the one module that knows the order of steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from threadpoolctl import threadpool_limits

from hgrisk.analyses.audited import audit_tables, check_audited
from hgrisk.analyses.chosen import card_tables, choice_tables
from hgrisk.analyses.compared import comparison_tables
from hgrisk.analyses.explained import explanation_tables
from hgrisk.analyses.stacked import Tables
from hgrisk.analyses.validated import validation_tables
from hgrisk.cohort import select_landmarks
from hgrisk.config import Experiment
from hgrisk.dataset import Dataset
from hgrisk.errors import ConfigError, DataError
from hgrisk.explain.echo import find_echoes
from hgrisk.explain.ladder import COLUMNS as LADDER_COLUMNS
from hgrisk.explain.ladder import climb_ladder, ladder_steps
from hgrisk.facts import Prepared, gather, middle_horizon
from hgrisk.features.build import build_features
from hgrisk.features.canary import leak_canary
from hgrisk.features.quality import without_idle
from hgrisk.features.registry import families
from hgrisk.histories.case_histories import CaseHistories
from hgrisk.judgement import FittedModel, Judge
from hgrisk.model_settings import ModelSettings
from hgrisk.models.fitting import Fit, Penalties, columns_of
from hgrisk.outcome import time_to_rereport
from hgrisk.provenance import seeds
from hgrisk.report.write import REPORT, own_figures, write_report
from hgrisk.results import RunFolder
from hgrisk.tracking import default_uri, track_run

STEPS = (
    *("read", "cohort", "outcome", "features", "leak canary", "split", "echo", "models", "ladder"),
    *("explanations", "validation", "audit", "tables"),
)
"""Names of the steps, as ``progress`` is told them; those that an experiment leaves out pass at once."""


STREAMS = ("split", "bootstrap", "canary", "folds", "explanations", "validation", "audit")
"""What has random numbers of its own; a name is added at the end, so that the others keep theirs."""


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
        If the data break a rule, too many rows are quarantined, a feature leaks or echoes the outcome, or it gives away
        an attribute that no model may see.
    ConfigError
        If the settings do not fit the data.
    """
    # one thread, so that sums are taken in one order on every machine
    with threadpool_limits(limits=1):
        streams = seeds(experiment.seed, STREAMS)
        prepared = _prepare(experiment, data, mapping, streams, progress)
        judge = Judge(prepared.test, experiment.evaluation, streams["bootstrap"])
        known: Penalties = {}  # models of one set of columns share the choice of their penalty
        progress("models")
        fits = _fits(experiment, prepared, streams["folds"], known)
        models = tuple(_fitted(name, fit, prepared, judge) for name, fit in fits.items())
        progress("ladder")
        ladder = _ladder(experiment, prepared, judge, streams["folds"], known)
        further = comparison_tables(models, experiment.model_to_beat) | choice_tables(fits) | card_tables(models)
        further |= _analyses(experiment, prepared, judge, models, streams=streams, progress=progress)
        progress("tables")
        return RunResult(
            experiment, gather(experiment, prepared, judge, models, ladder=ladder, further=further), models, prepared
        )


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
    whole.groups(experiment.audit_columns)  # refuses a column that is not there before anything is fitted
    if experiment.audit:
        check_audited(whole, test, experiment.audit)
    progress("echo")
    horizons, able = experiment.evaluation.horizons_days, train.followable_days
    echoes = find_echoes(train.X, train.y, train.clusters, horizons, experiment.echo, followable_days=able)
    echoes.check()
    return Prepared(histories, cohort, outcome, features, idle, canary, echoes, whole, train, test)


def _fits(experiment: Experiment, prepared: Prepared, seed: int, known: Penalties | None = None) -> dict[str, Fit]:
    """Return how each model is fitted; ``known`` is shared by fits on one set of training landmarks only."""
    return {
        settings.label: settings.fit(_columns(settings, prepared), experiment.selection, seed=seed, known=known)
        for settings in experiment.models
    }


def _fitted(name: str, fit: Fit, prepared: Prepared, judge: Judge) -> FittedModel:
    model = fit(prepared.train, judge.settings.horizons_days)
    columns = [str(column) for column in columns_of(model, prepared.train.X).columns]
    return FittedModel(name, model, columns, judge.evaluate(name, model, columns, groups=True))


def _analyses(
    experiment: Experiment,
    prepared: Prepared,
    judge: Judge,
    models: tuple[FittedModel, ...],
    *,
    streams: dict[str, int],
    progress: Callable[[str], None],
) -> Tables:
    """Return the tables of the stages that the experiment asks for."""
    fits, by_name = _fits(experiment, prepared, streams["folds"]), {fitted.name: fitted for fitted in models}
    horizon, parts = middle_horizon(experiment.evaluation.horizons_days), (prepared.train, prepared.test)
    tables: Tables = {}
    progress("explanations")
    if explain := experiment.explain:
        wanted = {name: by_name[name] for name in experiment.labels_of(explain)}
        tables |= explanation_tables(wanted, fits, parts, horizon, explain, seed=streams["explanations"])
    progress("validation")
    if designs := experiment.validation:
        judged = {name: fits[name] for name in experiment.labels_of(designs)}
        seed, settings = streams["validation"], experiment.evaluation
        tables |= validation_tables(prepared.whole, parts, judged, designs, settings, seed=seed)
    progress("audit")
    if audit := experiment.audit:
        samples = {name: judge.sample(by_name[name]) for name in experiment.labels_of(audit)}
        tables |= audit_tables(samples, prepared.test, horizon, audit, seed=streams["audit"])
    return tables


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


def _own_features(settings: ModelSettings) -> tuple[str, ...]:
    """Return the features that a model names in its own parameters, such as ``count_feature``."""
    params = [item for model in settings.build_candidates().values() for item in model.get_params().items()]
    return tuple(dict.fromkeys(value for key, value in params if key.endswith("_feature")))


def _ladder(experiment: Experiment, prepared: Prepared, judge: Judge, seed: int, known: Penalties) -> pd.DataFrame:
    if experiment.ladder is None:
        return pd.DataFrame(columns=list(LADDER_COLUMNS))
    kinds = {spec.name: spec.family for spec in prepared.features.catalogue}
    steps, horizons = ladder_steps(kinds, experiment.ladder), experiment.evaluation.horizons_days
    return climb_ladder(prepared.train, steps, judge.evaluate, seed, known, horizons_days=horizons)


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
    """Track a run that has been written: its own report and figures, and the tables that tell of no small group.

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
    folder = result.folder
    texts = folder.texts() if settings.tables else folder.without_small_cells()
    pages = [path for path in (out / REPORT, *own_figures(out)) if path.is_file()]
    facts = folder.content.run_facts
    return track_run(
        result.experiment.name,
        settings.uri or default_uri(out.parent),
        out.parent,
        params=result.experiment.model_dump(mode="json", exclude_none=True),
        tags={key: facts[key] for key in ("data_digest", "code_version", "software")},
        scores=result.scores,
        artifacts=texts | {path.relative_to(out).as_posix(): path.read_text(encoding="utf-8") for path in pages},
        models={fitted.name: (fitted.model, [specs[name] for name in fitted.columns]) for fitted in result.models},
    )
