"""A model of an experiment: its kind, options, candidates and calibration, and how it is fitted."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from hgrisk.errors import ConfigError, HgriskError
from hgrisk.models.calibrated import Calibrated
from hgrisk.models.fitting import Fit, Fitting, Penalties
from hgrisk.models.penalty import CHOSEN, can_choose
from hgrisk.models.protocol import SurvivalModel
from hgrisk.models.registry import MODELS
from hgrisk.selection.nested import ChoosingFit
from hgrisk.selection.settings import SelectionSettings
from hgrisk.settings import Settings

HORIZONS = "horizons_days"


class CandidateSettings(Settings):
    """One candidate for a model.

    Attributes
    ----------
    kind : str
        Which model; that of the model it is a candidate for by default.
    name : str
        Name in the table of the choice, beginning with a letter or digit; its kind and options by default.
    options : dict
        Parameters, added to those of the model it is a candidate for where the kind is the same.
    """

    kind: str = ""
    name: str = Field(default="", pattern=r"^([A-Za-z0-9][A-Za-z0-9_ =.,-]*)?$")
    options: dict[str, Any] = Field(default_factory=dict)

    @property
    def label(self) -> str:
        """Name of the candidate."""
        return self.name or " ".join([self.kind, *(f"{key}={value}" for key, value in self.options.items())]).strip()


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
    calibrate : "none", "isotonic" or "platt"
        How risks are calibrated, on training rows that the model was not trained on; see `Calibrated`.
    candidates : tuple of CandidateSettings
        From the simplest on: one of them is chosen on the training landmarks, as ``[selection]`` says; in a validation
        design it is chosen anew in each part.
    """

    kind: str
    name: str = Field(default="", pattern=r"^[A-Za-z0-9_ -]*$")
    features: tuple[str, ...] = ()
    options: dict[str, Any] = Field(default_factory=dict)
    calibrate: Literal["none", "isotonic", "platt"] = "none"
    candidates: tuple[CandidateSettings, ...] = ()

    @model_validator(mode="after")
    def _known(self) -> Self:
        _check_model(self.kind, self.options)
        for candidate in self.candidates:
            _check_model(candidate.kind or self.kind, candidate.options)
        labels = [candidate.label for candidate in self.candidates]
        if len(labels) == 1:
            raise ConfigError("A model is chosen among candidates", f"one for {self.label!r}", "give two or more")
        for name, kind, options in self._every():
            _check_ranges(name, kind, options)
        twice = sorted({label for label in labels if labels.count(label) > 1})
        if twice:
            raise ConfigError("Every candidate has a name of its own", f"{twice[0]!r} twice", "give each a name")
        return self

    @property
    def label(self) -> str:
        """Name of the model in the results."""
        return self.name or self.kind

    def build(self) -> SurvivalModel:
        """Return the model, not fitted.

        Returns
        -------
        SurvivalModel
            A new model with the options; of candidates, the one that the kind and options by themselves would be.
        """
        return self._built(self.kind, self.options)

    def build_candidates(self) -> dict[str, SurvivalModel]:
        """Return the candidates by name, not fitted, from the simplest on; without candidates the model alone.

        Returns
        -------
        dict of str to SurvivalModel
            New models.
        """
        if not self.candidates:
            return {self.label: self.build()}
        return {each.label: self._built(*self._of_candidate(each)) for each in self.candidates}

    def fit(
        self, columns: Sequence[str], selection: SelectionSettings, *, seed: int, known: Penalties | None = None
    ) -> Fit:
        """Return how the model is fitted, choices included.

        Parameters
        ----------
        columns : sequence of str
            The features it is given.
        selection : SelectionSettings
            How candidates are compared.
        seed : int
            Seed of the folds of all choices.
        known : dict, optional
            Penalties chosen before on the same rows; see `Fitting`.

        Returns
        -------
        callable
            ``fit(train, horizons_days)``.
        """
        if not self.candidates:
            return Fitting(self.build(), tuple(columns), seed, known)
        # candidates are compared on folds, each with rows of its own
        fits = {name: Fitting(model, tuple(columns), seed) for name, model in self.build_candidates().items()}
        return ChoosingFit(fits, selection, seed)

    def _every(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Yield the name, kind and options of the model, then of each candidate."""
        yield self.label, self.kind, self.options
        for each in self.candidates:
            yield f"{self.label}: {each.label}", *self._of_candidate(each)

    def _of_candidate(self, candidate: CandidateSettings) -> tuple[str, dict[str, Any]]:
        """Return its kind, and its options with those of the model where the kind is the same."""
        same = candidate.kind in ("", self.kind)
        return candidate.kind or self.kind, {**(self.options if same else {}), **candidate.options}

    def _built(self, kind: str, options: dict[str, Any]) -> SurvivalModel:
        model = MODELS[kind](**options)
        return model if self.calibrate == "none" else Calibrated(model, method=self.calibrate)


def _check_model(kind: str, options: dict[str, Any]) -> None:
    """Refuse a kind or an option that is not known, or an option of another type."""
    if kind not in MODELS:
        raise ConfigError("A model kind is known", f"{kind!r}", f"use one of {', '.join(MODELS)}")
    defaults = MODELS[kind]().get_params(deep=False)
    if HORIZONS in options:
        raise ConfigError("The horizons of a model are those of the evaluation", f"{HORIZONS!r}", "leave it out")
    defaults.pop(HORIZONS, None)
    unknown = sorted(set(options) - set(defaults))
    if unknown:
        cure = f"use {', '.join(sorted(defaults))}" if defaults else "give none"
        raise ConfigError(f"Options of {kind!r} are its parameters", f"{unknown[0]!r}", cure)
    for key, value in options.items():
        _check_option(kind, key, value, defaults[key])


def _check_option(kind: str, key: str, value: Any, default: Any) -> None:
    """Refuse a value of another type than the parameter's own, before anything is computed."""
    hints = str(inspect.signature(MODELS[kind]).parameters[key].annotation).split(" | ")
    kinds = [next((kind for kind in _KINDS if kind[0] in hint), _NOT_IN_A_FILE) for hint in hints if hint != "None"]
    wanted, allowed = " or ".join(words for _, words, _ in kinds), any(fits(value) for *_, fits in kinds)
    if key == "penalty" and can_choose(MODELS[kind]()):
        wanted, allowed = f"{wanted} or {CHOSEN!r}", allowed or value == CHOSEN
    if not allowed and not (value is None and default is None):
        raise ConfigError(f"Option {key!r} of {kind!r} is {wanted}", f"{value!r}", f"leave it out for {default!r}")


def _check_ranges(name: str, kind: str, options: dict[str, Any]) -> None:
    """Refuse what the model itself would refuse at its fit, which comes only after the features."""
    own = {key: value for key, value in options.items() if (key, value) != ("penalty", CHOSEN)}
    check: Callable[[], Any] | None = getattr(MODELS[kind](**own), "_check_settings", None)
    if check is None:
        return
    try:
        check()
    except HgriskError as error:
        raise ConfigError(f"In model {name!r}: {error.rule}", error.found, error.cure) from None


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
