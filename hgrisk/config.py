"""An experiment: each stage's own settings, composed, read from one TOML file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

import tomli_w
from pydantic import Field, field_validator, model_validator

from hgrisk.audit.settings import AuditSettings
from hgrisk.cohort import CohortSettings
from hgrisk.dataset import SplitSettings
from hgrisk.errors import ConfigError
from hgrisk.evaluation.settings import EvaluationSettings
from hgrisk.explain.echo import EchoSettings
from hgrisk.explain.ladder import LadderSettings
from hgrisk.explain.settings import ExplainSettings
from hgrisk.features.settings import FeatureSettings
from hgrisk.model_settings import ModelSettings
from hgrisk.outcome import OutcomeSettings
from hgrisk.selection.settings import SelectionSettings
from hgrisk.settings import Settings, read_toml
from hgrisk.validation.settings import ValidationSettings

COUNTS = ("prior_count", "report_count")
"""Kinds of model that know the number of earlier reports and nothing else."""

LEFT_OUT = ("ladder", "explain")
"""Stages with defaults that ``false`` leaves out."""


class DataSettings(Settings):
    """Where the case histories are.

    Attributes
    ----------
    folder : str
        Folder with the source files, relative to the experiment file; ``--data`` replaces it.
    mapping : str, optional
        Mapping file, relative to the experiment file.
    max_bad_share : float
        The run stops when a larger share of the rows is quarantined.
    """

    folder: str = "."
    mapping: str | None = None
    max_bad_share: float = Field(default=0.05, ge=0, le=1)


_DEFAULT_MODELS = (
    ModelSettings(kind="base_rate"),
    ModelSettings(kind="prior_count"),
    ModelSettings(kind="prior_count_recency"),
    ModelSettings(kind="cox", options={"penalty": "chosen"}),
    ModelSettings(kind="logistic", options={"penalty": "chosen"}),
)


class TrackingSettings(Settings):
    """Where the run is tracked.

    Attributes
    ----------
    enabled : bool
        Whether to track at all.
    uri : str, optional
        MLflow tracking URI; by default that of the environment, else an SQLite file in the output's parent folder. It
        holds no password: an experiment file is kept with its results.
    tables : bool
        Whether everything in ``tables/`` and the scores of groups are kept with the run too. They hold counts of small
        groups: set it only where whoever can read the tracking store may read those.
    """

    enabled: bool = True
    uri: str | None = None
    tables: bool = False

    @field_validator("uri")
    @classmethod
    def _no_password(cls, uri: str | None) -> str | None:
        found = [mark for mark in "@?" if uri is not None and mark in uri]
        if uri is not None and uri.startswith("sqlite"):
            found = [mark for mark in found if mark == "@"]  # an SQLite file has options, and no password
        if found:
            raise ConfigError(
                "A tracking URI in an experiment file holds no user or password",
                f"one with {found[0]!r}",
                "set the environment variable MLFLOW_TRACKING_URI instead",
            )
        return uri


class ReportSettings(Settings):
    """What the report says beside its tables.

    Attributes
    ----------
    language : "en" or "nl"
        Language of the report.
    limits : tuple of str
        Limits of this study, in the language of the report.
    """

    language: Literal["en", "nl"] = "en"
    limits: tuple[str, ...] = ()


class Experiment(Settings):
    """One question, with everything needed to answer it again.

    Attributes
    ----------
    name : str
        Short name: letters, digits, hyphens and underscores.
    title, description : str
        For the reader.
    seed : int
        The one seed; every stage draws from a stream of its own.
    baseline : str
        Name of the model that the others have to beat; by default the first one that counts earlier reports, or else
        the first.
    data, cohort, outcome, features, split, echo, models, selection, ladder, evaluation, explain, tracking, report
        Settings of each stage; ``ladder`` and ``explain`` may be None.
    validation, audit
        Settings of validation designs and of the fairness audit; None leaves them out, which is the default.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9_-]+$")
    title: str = ""
    description: str = ""
    seed: int = Field(default=1, ge=0)
    baseline: str = ""
    data: DataSettings = DataSettings()
    cohort: CohortSettings = CohortSettings()
    outcome: OutcomeSettings = OutcomeSettings()
    features: FeatureSettings = FeatureSettings()
    split: SplitSettings = SplitSettings()
    echo: EchoSettings = EchoSettings()
    models: tuple[ModelSettings, ...] = _DEFAULT_MODELS
    selection: SelectionSettings = SelectionSettings()
    ladder: LadderSettings | None = LadderSettings()
    evaluation: EvaluationSettings = EvaluationSettings()
    validation: ValidationSettings | None = None
    audit: AuditSettings | None = None
    explain: ExplainSettings | None = ExplainSettings()
    tracking: TrackingSettings = TrackingSettings()
    report: ReportSettings = ReportSettings()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        both = sorted(set(self.audit_columns) & set(self.features.covariates))
        if both:
            raise ConfigError(
                "An audit-only column is never a feature", f"{both[0]!r} as both", "take it out of one of the two"
            )
        if not self.models:
            raise ConfigError("An experiment has a model", "none", "leave models out for all five")
        labels = [model.label for model in self.models]
        twice = sorted({label for label in labels if labels.count(label) > 1})
        if twice:
            raise ConfigError("Every model has a name of its own", f"{twice[0]!r} twice", "give each a name")
        if self.baseline and self.baseline not in labels:
            raise ConfigError(
                "The baseline is a model of the experiment", f"{self.baseline!r}", f"use {', '.join(labels)}"
            )
        for stage in (self.validation, self.audit, self.explain):
            unknown = [name for name in (stage.models if stage else ()) if name not in labels]
            if unknown:
                raise ConfigError(
                    "A stage is for models of the experiment", f"{unknown[0]!r}", f"use {', '.join(labels)}"
                )
        return self

    @property
    def model_to_beat(self) -> str:
        """Name of the model that the others are compared with."""
        counting = [model.label for model in self.models if model.kind in COUNTS]
        return self.baseline or next(iter(counting), self.models[0].label)

    @property
    def audit_columns(self) -> tuple[str, ...]:
        """Columns that are audited, each once.

        Those under ``by`` or ``reported_more``, such as region, may be features that the program builds, but no
        covariates; those under ``only_audit`` are never a feature in any guise: see
        :func:`hgrisk.audit.protected.check_protected`.
        """
        audit = (*self.audit.by, *self.audit.only_audit, *self.audit.reported_more) if self.audit else ()
        return tuple(dict.fromkeys((*self.evaluation.by, *audit)))

    def labels_of(self, stage: ValidationSettings | AuditSettings | ExplainSettings) -> tuple[str, ...]:
        """Return the names of the models that a stage is for.

        Parameters
        ----------
        stage : ValidationSettings, AuditSettings or ExplainSettings
            Settings of the stage.

        Returns
        -------
        tuple of str
            Those that it names, or all.
        """
        return stage.models or tuple(model.label for model in self.models)

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Read an experiment file.

        Parameters
        ----------
        path : str or Path
            A TOML file; ``ladder = false`` and ``explain = false`` leave these out.

        Returns
        -------
        Experiment
            The validated experiment.

        Raises
        ------
        ConfigError
            If the file is absent, is not TOML, or breaks a rule.
        """
        values = read_toml(Path(path))
        for stage in LEFT_OUT:
            if values.get(stage) is False:
                values[stage] = None
        return cls.parse(values, where=Path(path).name)

    def to_toml(self) -> str:
        """Return the experiment with every default spelled out, as TOML that reads back as the same experiment.

        Returns
        -------
        str
            TOML text.
        """
        values = self.model_dump(mode="python", exclude_none=True)
        values |= {stage: False for stage in LEFT_OUT if getattr(self, stage) is None}
        return tomli_w.dumps(_plain(values))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
