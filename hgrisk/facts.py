"""From the stages of a run to what its report says: definitions in words, counts, tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from hgrisk.attrition import attrition_table
from hgrisk.cohort import Cohort
from hgrisk.config import Experiment
from hgrisk.curves import incidence_table, kaplan_meier
from hgrisk.dataset import Dataset, split_date
from hgrisk.errors import ConfigError
from hgrisk.explain.echo import EchoResult
from hgrisk.features.canary import CanaryResult
from hgrisk.features.quality import idle_notes
from hgrisk.features.table import FeatureTable
from hgrisk.histories.case_histories import CaseHistories
from hgrisk.judgement import FittedModel, Judge
from hgrisk.outcome import Outcome
from hgrisk.provenance import code_version, software
from hgrisk.report.content import ReportContent
from hgrisk.results import RunFolder

DAYS_IN_YEAR = 365


@dataclass(frozen=True)
class Prepared:
    """Everything before the first model.

    Attributes
    ----------
    histories : CaseHistories
        The validated histories.
    cohort : Cohort
        Landmarks and attrition.
    outcome : Outcome
        Outcome of the landmarks.
    features : FeatureTable
        Features of the landmarks, without those left out as idle.
    idle : DataFrame
        The idle features, as :func:`hgrisk.features.quality.without_idle` returns them.
    canary : CanaryResult
        The leak canary's finding.
    echoes : EchoResult
        The features that alone rank the training outcomes too well.
    whole, train, test : Dataset
        All landmarks with an outcome, and the two parts.
    """

    histories: CaseHistories
    cohort: Cohort
    outcome: Outcome
    features: FeatureTable
    idle: pd.DataFrame
    canary: CanaryResult
    echoes: EchoResult
    whole: Dataset
    train: Dataset
    test: Dataset


def gather(
    experiment: Experiment,
    prepared: Prepared,
    judge: Judge,
    models: tuple[FittedModel, ...],
    *,
    ladder: pd.DataFrame,
    further: Mapping[str, pd.DataFrame],
) -> RunFolder:
    """Gather what a run leaves.

    Parameters
    ----------
    experiment : Experiment
        The experiment as resolved.
    prepared : Prepared
        Everything before the first model.
    judge : Judge
        The judge of the models.
    models : tuple of FittedModel
        The fitted models.
    ladder : DataFrame
        The prior-violence ladder.
    further : mapping of str to DataFrame
        Tables beyond the scores, by name; see `hgrisk.report.content.FURTHER`.

    Returns
    -------
    RunFolder
        Tables and facts.
    """
    account = prepared.histories.account
    horizon = middle_horizon(experiment.evaluation.horizons_days)
    y = prepared.whole.y
    content = ReportContent(
        title=experiment.title or experiment.name,
        experiment=experiment.name,
        run_facts=_run_facts(experiment, prepared, models),
        attrition=attrition(prepared).to_pandas(),
        rows=account.table.to_pandas(),
        quarantine_reasons=account.reasons.to_pandas(),
        incidence=incidence_table(y["duration_days"], y["event"]),
        ladder=ladder,
        calibration={fitted.name: judge.calibration(fitted, horizon) for fitted in models},
        predicted={fitted.name: judge.histogram(fitted, horizon) for fitted in models},
        scores=pd.concat([fitted.evaluation.table for fitted in models], ignore_index=True),
        coefficients=_coefficients(models),
        features=prepared.features.describe().drop(columns=["missing", "missing_nl"]),
        dropped_features=_dropped(prepared.idle, models),
        outcome_facts=_outcome_facts(experiment, prepared),
        split_facts=_split_facts(experiment, prepared),
        canary={
            "n_features": prepared.canary.n_features,
            "n_changed": len(prepared.canary.changed),
            "n_landmarks": prepared.canary.n_landmarks,
        },
        notes=[
            *prepared.histories.notes,
            *_notes(experiment, prepared),
            *idle_notes(prepared.idle),
            *prepared.echoes.notes,
        ],
        limits=list(experiment.report.limits),
        apparent=experiment.split.kind == "none",
        calibration_horizon_days=horizon,
        further=further,
    )
    quarantine = account.unused.filter(pl.col("status") == "quarantined").to_pandas()
    return RunFolder(content, quarantine, models[0].evaluation.support, experiment.to_toml())


def middle_horizon(horizons: tuple[int, ...]) -> int:
    """Return the horizon whose calibration is drawn: a year if it is there, else the middle one.

    Parameters
    ----------
    horizons : tuple of int
        Horizons in days, increasing.

    Returns
    -------
    int
        One of them.

    Examples
    --------
    >>> middle_horizon((183, 365, 548)), middle_horizon((91, 182))
    (365, 91)
    """
    return DAYS_IN_YEAR if DAYS_IN_YEAR in horizons else horizons[(len(horizons) - 1) // 2]


def attrition(prepared: Prepared) -> pl.DataFrame:
    """Return the attrition of cohort and outcome in one table.

    Parameters
    ----------
    prepared : Prepared
        Everything before the first model.

    Returns
    -------
    polars.DataFrame
        ``step``, ``remaining``, ``removed``, ``reason``.
    """
    return pl.concat([prepared.cohort.attrition, attrition_table(prepared.outcome.attrition)])


def _run_facts(experiment: Experiment, prepared: Prepared, models: tuple[FittedModel, ...]) -> dict[str, str]:
    penalties = {fitted.name: fitted.inner.get_params().get("penalty") for fitted in models}
    return {
        "data_digest": prepared.histories.digest,
        "code_version": code_version(),
        "seed": str(experiment.seed),
        "software": software(),
        "penalties": ", ".join(f"{name} {value:g}" for name, value in penalties.items() if value is not None),
        "command": "hgrisk run experiment.toml --data FOLDER",
    }


def _outcome_facts(experiment: Experiment, prepared: Prepared) -> dict[str, Any]:
    y, settings = prepared.whole.y, experiment.outcome
    reverse = kaplan_meier(y["duration_days"], y["event"] == 0)
    reached = reverse.times[reverse.values <= 0.5]
    facts: dict[str, Any] = {
        "definition": definition(experiment, experiment.report.language),
        "merge_window_days": experiment.cohort.merge_window_days,
        "horizons_days": list(experiment.evaluation.horizons_days),
        "n_landmarks": len(y),
        "n_events": int(np.sum(y["event"] == 1)),
        "competing_events": ", ".join(
            f"{cause.replace('_', ' ')} {int(np.sum(y['event'] == code))}"
            for code, cause in enumerate(settings.competing, start=2)
        ),
        "gap_kinds": ", ".join(kind.replace("_", " ") for kind in settings.gap_kinds),
        "ignored_in_gaps": prepared.outcome.ignored_in_gaps,
    }
    if len(reached):
        facts["median_follow_up_days"] = float(reached[0])
    return facts


def in_language(content: ReportContent, experiment: Experiment, lang: str) -> ReportContent:
    """Return the content of a finished run with its definition in a language.

    Parameters
    ----------
    content : ReportContent
        The content as read back.
    experiment : Experiment
        The experiment as resolved.
    lang : str
        ``"en"`` or ``"nl"``.

    Returns
    -------
    ReportContent
        The content; limits and notes stay as they were written.
    """
    return replace(content, outcome_facts={**content.outcome_facts, "definition": definition(experiment, lang)})


def definition(experiment: Experiment, lang: str) -> str:
    """Say in one sentence what counts as a re-report.

    Parameters
    ----------
    experiment : Experiment
        The experiment as resolved.
    lang : str
        ``"en"`` or ``"nl"``.

    Returns
    -------
    str
        A sentence.

    Raises
    ------
    ConfigError
        If the language is another one.
    """
    if lang not in _WORDS:
        raise ConfigError(f"A report is in {' or '.join(_WORDS)}", f"{lang!r}", "give one of these")
    outcome = experiment.outcome
    kinds = {
        "re_report": outcome.re_report_kinds,
        "follow_up": outcome.follow_up_kinds,
        "any": outcome.kinds,
    }[outcome.counts]
    words = _WORDS[lang]
    what = ", ".join(kind.replace("_", " ") for kind in kinds)
    return words["definition"].format(what=what, unit=words[outcome.unit])


_WORDS = {
    "en": {
        "definition": "The first event of kind {what} about {unit}, strictly after the landmark and outside the merge "
        "window of the incident that set it; time is counted in days at risk.",
        "household": "the same household",
        "person": "the same person reported as perpetrator",
        "dyad": "the same two persons",
    },
    "nl": {
        "definition": "De eerste gebeurtenis van soort {what} over {unit}, strikt na het peilmoment en buiten het "
        "samenvoegvenster van het incident dat het peilmoment bepaalde; de tijd telt in dagen onder risico.",
        "household": "hetzelfde huishouden",
        "person": "dezelfde persoon die als pleger is gemeld",
        "dyad": "dezelfde twee personen",
    },
}


def _split_facts(experiment: Experiment, prepared: Prepared) -> dict[str, Any]:
    split, train, test = experiment.split, prepared.train, prepared.test
    facts: dict[str, Any] = {"kind": split.kind}
    if split.kind == "temporal":
        facts["cut_on"] = split_date(prepared.whole.landmarks, split).isoformat()
    shared = np.isin(test.clusters, train.clusters).mean()
    return facts | {
        "n_train": len(train.X),
        "n_train_events": int(np.sum(train.y["event"] == 1)),
        "n_test": len(test.X),
        "n_test_events": int(np.sum(test.y["event"] == 1)),
        "n_test_networks": len(np.unique(test.clusters)),
        "share_of_test_in_known_networks": f"{shared:.0%}",
    }


def _coefficients(models: tuple[FittedModel, ...]) -> pd.DataFrame | None:
    tables: list[pd.DataFrame] = []
    for fitted in models:
        summary = getattr(fitted.inner, "summary_", None)
        if summary is not None and "hazard_ratio" in summary:
            tables.append(summary[["feature", "coef", "se", "lower", "upper"]].assign(model=fitted.name))
    if not tables:
        return None
    columns = ["model", "feature", "coef", "se", "lower", "upper"]
    return pd.concat(tables, ignore_index=True).reindex(columns=columns)


def _dropped(idle: pd.DataFrame, models: tuple[FittedModel, ...]) -> pd.DataFrame:
    """List the idle features, and the columns that a model dropped in training."""
    reasons = (idle["problem"] + " " + idle["of"]).str.strip()
    stages = ["before" if dropped else "kept" for dropped in idle["dropped"]]
    rows = list(zip(idle["feature"], reasons, stages, strict=True))
    found: dict[str, str] = {}
    for fitted in models:
        holder = getattr(fitted.inner, "preparer_", fitted.inner)
        found |= getattr(holder, "dropped_", {})
    rows += [(name, reason, "training") for name, reason in sorted(found.items())]
    return pd.DataFrame(rows, columns=["feature", "reason", "stage"])


def _notes(experiment: Experiment, prepared: Prepared) -> list[str]:
    notes = []
    if prepared.outcome.ignored_in_gaps:
        notes.append(
            f"{prepared.outcome.ignored_in_gaps} landmark(s) had a re-report while not at risk; "
            "these re-reports are not counted."
        )
    if experiment.cohort.lookback == "none":
        notes.append(
            "No lookback window is set: later landmarks have had more time to gather earlier reports than landmarks "
            "near the start of registration."
        )
    if experiment.outcome.reporting_lag_days == 0:
        notes.append(
            "No reporting lag is set: if the last weeks of the delivery are incomplete, they look free of re-reports."
        )
    if experiment.outcome.enters_late:
        notes.append(
            f"No outcome can fall within {experiment.cohort.merge_window_days} days of the incident that set the "
            "landmark: households enter the risk set of a hazard after these days, so that coefficients are hazard "
            "ratios of the time at risk. Horizons count from the landmark. All figures are of households that are "
            "still followed when these days end; where they end later for one household than for others, its "
            "probability from a hazard is a little too high."
        )
    elif experiment.cohort.merge_window_days and not experiment.cohort.dates:
        notes.append(
            f"No outcome can fall within {experiment.cohort.merge_window_days} days of the incident that set the "
            "landmark; these days are part of the follow-up and of the horizons."
        )
    return notes
