"""An experiment: each stage's own settings, composed, read from one TOML file."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, Self

import tomli_w
from pydantic import Field, field_validator, model_validator

from hgrisk.cohort import CohortSettings
from hgrisk.dataset import SplitSettings
from hgrisk.errors import ConfigError
from hgrisk.evaluation.settings import EvaluationSettings
from hgrisk.explain.echo import EchoSettings
from hgrisk.explain.ladder import LadderSettings
from hgrisk.features.settings import FeatureSettings
from hgrisk.models.penalty import CHOSEN
from hgrisk.models.protocol import SurvivalModel
from hgrisk.models.registry import MODELS
from hgrisk.outcome import OutcomeSettings
from hgrisk.settings import Settings, read_toml


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


class ModelSettings(Settings):
    """One model of the experiment.

    Attributes
    ----------
    kind : str
        Which model, by its name in `hgrisk.models.registry.MODELS`: base_rate, prior_count, cox, logistic and so on.
    name : str
        Name in the results: letters, digits, spaces, hyphens and underscores; the kind by default.
    features : tuple of str
        Families or features it is given; all by default.
    options : dict
        Parameters of the model; ``penalty = "chosen"`` has it chosen by cross-validation on the training rows.
    """

    kind: str
    name: str = Field(default="", pattern=r"^[A-Za-z0-9_ -]*$")
    features: tuple[str, ...] = ()
    options: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.kind not in MODELS:
            raise ConfigError("A model kind is known", f"{self.kind!r}", f"use one of {', '.join(MODELS)}")
        defaults = MODELS[self.kind]().get_params()
        unknown = sorted(set(self.options) - set(defaults))
        if unknown:
            cure = f"use {', '.join(sorted(defaults))}" if defaults else "give none"
            raise ConfigError(f"Options of {self.kind!r} are its parameters", f"{unknown[0]!r}", cure)
        for key, value in self.options.items():
            _check_option(self.kind, key, value, defaults[key])
        return self

    @property
    def label(self) -> str:
        """Name of the model in the results."""
        return self.name or self.kind

    def build(self, horizons_days: tuple[int, ...] | None = None) -> SurvivalModel:
        """Return the model, not fitted.

        Parameters
        ----------
        horizons_days : tuple of int, optional
            Horizons of the evaluation, for a model that is fitted by horizon and whose options name none.

        Returns
        -------
        SurvivalModel
            A new model with the options.
        """
        model = MODELS[self.kind](**self.options)
        if horizons_days and "horizons_days" in model.get_params() and "horizons_days" not in self.options:
            model.set_params(horizons_days=horizons_days)
        return model


def _check_option(kind: str, key: str, value: Any, default: Any) -> None:
    """Refuse a value of another type than the parameter's own, before anything is computed."""
    hints = str(inspect.signature(MODELS[kind]).parameters[key].annotation).split(" | ")
    kinds = [next((kind for kind in _KINDS if kind[0] in hint), _NOT_IN_A_FILE) for hint in hints if hint != "None"]
    wanted, allowed = " or ".join(words for _, words, _ in kinds), any(fits(value) for *_, fits in kinds)
    if key == "penalty":
        wanted, allowed = f"{wanted} or {CHOSEN!r}", allowed or value == CHOSEN
    if not allowed and not (value is None and default is None):
        raise ConfigError(f"Option {key!r} of {kind!r} is {wanted}", f"{value!r}", f"leave it out for {default!r}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _are(test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list | tuple) and all(map(test, value))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _are_days_by_column(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_are(_is_number), value.values()))


_NOT_IN_A_FILE = ("", "set in Python only", lambda _: False)
_KINDS = (
    ("Mapping[", "a table of lists of days", _are_days_by_column),
    ("[str", "a list of texts", _are(_is_text)),
    ("Sequence[", "a list of numbers", _are(_is_number)),
    ("tuple[", "a list of numbers", _are(_is_number)),
    ("bool", "true or false", lambda value: isinstance(value, bool)),
    ("int", "a whole number", _is_whole),
    ("float", "a number", _is_number),
    ("str", "text", _is_text),
)
"""Part of a parameter's type, what is wanted of a value, and the test of it; the first that fits."""

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
    """

    enabled: bool = True
    uri: str | None = None

    @field_validator("uri")
    @classmethod
    def _no_password(cls, uri: str | None) -> str | None:
        if uri is not None and "@" in uri:
            raise ConfigError(
                "A tracking URI in an experiment file holds no user or password",
                "one with '@'",
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
    data, cohort, outcome, features, split, echo, models, ladder, evaluation, tracking, report
        Settings of each stage.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9_-]+$")
    title: str = ""
    description: str = ""
    seed: int = Field(default=1, ge=0)
    data: DataSettings = DataSettings()
    cohort: CohortSettings = CohortSettings()
    outcome: OutcomeSettings = OutcomeSettings()
    features: FeatureSettings = FeatureSettings()
    split: SplitSettings = SplitSettings()
    echo: EchoSettings = EchoSettings()
    models: tuple[ModelSettings, ...] = _DEFAULT_MODELS
    ladder: LadderSettings | None = LadderSettings()
    evaluation: EvaluationSettings = EvaluationSettings()
    tracking: TrackingSettings = TrackingSettings()
    report: ReportSettings = ReportSettings()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        both = sorted(set(self.evaluation.by) & set(self.features.covariates))
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
        return self

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Read an experiment file.

        Parameters
        ----------
        path : str or Path
            A TOML file; the key ``ladder = false`` leaves the ladder out.

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
        if values.get("ladder") is False:
            values["ladder"] = None
        return cls.parse(values, where=Path(path).name)

    def to_toml(self) -> str:
        """Return the experiment with every default spelled out, as TOML that reads back as the same experiment.

        Returns
        -------
        str
            TOML text.
        """
        values = self.model_dump(mode="python", exclude_none=True)
        if self.ladder is None:
            values["ladder"] = False
        return tomli_w.dumps(_plain(values))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
