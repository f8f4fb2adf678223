"""The prior-violence ladder: what earlier violence alone predicts, and what everything else adds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
from pydantic import field_validator

from hgrisk.dataset import Dataset
from hgrisk.errors import ConfigError, DataError
from hgrisk.evaluation.capacity import has_own_threshold
from hgrisk.evaluation.evaluate import Evaluation
from hgrisk.evaluation.gain import gain
from hgrisk.models.base_rate import BaseRate
from hgrisk.models.fitting import Fitting, Penalties
from hgrisk.models.penalty import CHOSEN, can_choose
from hgrisk.models.prior_count import PriorCount
from hgrisk.models.prior_count_recency import PriorCountRecency
from hgrisk.models.protocol import SurvivalModel
from hgrisk.models.registry import MODELS
from hgrisk.settings import Settings

FAMILY = "prior_violence"
COLUMNS = ("step", "metric", "horizon_days", "estimate", "lower", "upper", "gain", "gain_lower", "gain_upper")


class LadderSettings(Settings):
    """The features that stand for counting and recency, and the model of the larger steps.

    Attributes
    ----------
    count_feature : str
        Number of earlier reports.
    recency_feature : str
        Days since the last one; empty for a ladder without a recency step.
    history_families : tuple of str
        Families that tell of earlier reports, or of what followed on them, and so give earlier violence away: the step
        without prior violence has none of them.
    model : str
        Model of the steps with more than a count and a recency, by its name in `hgrisk.models.registry.MODELS`.
    penalty : float or "chosen"
        Penalty of that model, where it has one: by default chosen for each step by cross-validation on the training
        rows, where the model can choose.
    """

    count_feature: str = "prior_reports_ever"
    recency_feature: str = "days_since_last_report"
    history_families: tuple[str, ...] = (
        "violence_kinds",
        "problems",
        "care_chain",
        "interventions",
        "safety_domain",
        "reporters",
    )
    model: str = "cox"
    penalty: float | Literal["chosen"] = "chosen"

    @field_validator("model")
    @classmethod
    def _known_model(cls, kind: str) -> str:
        if kind not in MODELS:
            raise ConfigError("The ladder's model is known", f"{kind!r}", f"use one of {', '.join(MODELS)}")
        return kind

    @field_validator("penalty", mode="before")
    @classmethod
    def _number_or_chosen(cls, value: Any) -> Any:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if value != CHOSEN and not (is_number and 0 <= value < math.inf):
            raise ConfigError(f"The ladder's penalty is a number from 0, or {CHOSEN!r}", f"{value!r}", "use 'chosen'")
        return value


@dataclass(frozen=True)
class LadderStep:
    """One step of the ladder.

    Attributes
    ----------
    name : str
        Name in the table.
    model : SurvivalModel
        The model, not fitted.
    features : tuple of str
        The columns it is given.
    against : str, optional
        The step its gain is measured against; none for the first.
    """

    name: str
    model: SurvivalModel
    features: tuple[str, ...]
    against: str | None


def ladder_steps(families: Mapping[str, str], settings: LadderSettings) -> list[LadderStep]:
    """Return the steps that the features at hand allow.

    Each step's gain is measured against the one before; that of "everything without prior violence" against
    "everything", so that it says what is lost without earlier violence.

    Parameters
    ----------
    families : mapping of str to str
        Feature name to family.
    settings : LadderSettings
        Count, recency and penalty.

    Returns
    -------
    list of LadderStep
        In order.

    Raises
    ------
    DataError
        If the count or recency feature is not there.
    """
    count, recency = settings.count_feature, settings.recency_feature
    for name in filter(None, (count, recency)):
        if name not in families:
            have = ", ".join(list(families)[:6])
            raise DataError("The ladder's features are built", f"no {name!r} among {have} ...", "set [ladder]")
    prior = tuple(name for name, family in families.items() if family == FAMILY or name in (count, recency))
    others = tuple(name for name in families if name not in prior)
    rest = tuple(name for name in others if families[name] not in settings.history_families)
    steps = [
        LadderStep("base rate", BaseRate(), (count,), None),
        LadderStep("prior count", PriorCount(count), (count,), "base rate"),
    ]
    if recency:
        steps.append(LadderStep("+ recency", PriorCountRecency(count, recency), (count, recency), "prior count"))
    if len(prior) > len(steps) - 1:
        steps.append(LadderStep("prior-violence family", _larger(settings), prior, steps[-1].name))
    if others:
        steps.append(LadderStep("everything", _larger(settings), tuple(families), steps[-1].name))
    if rest:
        steps.append(LadderStep("everything without prior violence", _larger(settings), rest, "everything"))
    return steps


def family_steps(families: Mapping[str, str], settings: LadderSettings) -> list[LadderStep]:
    """Return the steps of a longer ladder: after those on earlier violence, the other families one by one.

    Families come in the order in which their first feature does; the last one makes the ladder's "everything".

    Parameters
    ----------
    families : mapping of str to str
        Feature name to family.
    settings : LadderSettings
        Count, recency and penalty.

    Returns
    -------
    list of LadderStep
        In order; each gain is measured against the step before.

    Raises
    ------
    DataError
        If the count or recency feature is not there.

    Examples
    --------
    >>> families = {"reports": "prior_violence", "arrests": "prior_violence", "region": "context", "sex": "household"}
    >>> [s.name for s in family_steps(families, LadderSettings(count_feature="reports", recency_feature=""))]
    ['base rate', 'prior count', 'prior-violence family', '+ context', '+ household']
    """
    steps = [step for step in ladder_steps(families, settings) if not step.name.startswith("everything")]
    known = set(steps[-1].features)
    others = [(name, family) for name, family in families.items() if name not in known]
    for family in dict.fromkeys(family for _, family in others):
        known |= {name for name, its in others if its == family}
        columns = tuple(name for name in families if name in known)
        steps.append(LadderStep(f"+ {family}", _larger(settings), columns, steps[-1].name))
    return steps


def _larger(settings: LadderSettings) -> SurvivalModel:
    model = MODELS[settings.model]()
    if "penalty" in model.get_params() and (settings.penalty != CHOSEN or can_choose(model)):
        model.set_params(penalty=settings.penalty)
    return model


def climb_ladder(
    train: Dataset,
    steps: list[LadderStep],
    judge: Callable[[str, SurvivalModel, list[str]], Evaluation],
    seed: int,
    known: Penalties | None = None,
    *,
    horizons_days: tuple[int, ...] = (183, 365, 548),
) -> pd.DataFrame:
    """Fit and judge every step.

    Parameters
    ----------
    train : Dataset
        Training landmarks.
    steps : list of LadderStep
        The steps.
    judge : callable
        From a name, a fitted model and its columns to its evaluation on the test landmarks, on the same draws for all.
    seed : int
        Seed of the folds on which penalties are chosen.
    known : dict, optional
        Penalties chosen before on the same landmarks, by columns.
    horizons_days : tuple of int
        Horizons of the evaluation, for models that are fitted by horizon.

    Returns
    -------
    DataFrame
        ``step``, ``metric``, ``horizon_days``, ``estimate``, ``lower``, ``upper``, ``gain``, ``gain_lower``,
        ``gain_upper``; the gain is empty for the first step, and for net benefit, whose threshold differs by model.
    """
    judged: dict[str, Evaluation] = {}
    known = {} if known is None else known
    rows = []
    for step in steps:
        model = Fitting(step.model, step.features, seed, known)(train, horizons_days)
        judged[step.name] = evaluation = judge(step.name, model, list(step.features))
        whole = evaluation.table[evaluation.table["group"] == "all"]
        for row in whole.to_dict("records"):
            difference: tuple[float | None, ...] = (None, None, None)
            if step.against is not None and not has_own_threshold(row["metric"]):
                difference = gain(judged[step.against], evaluation, row["metric"], row["horizon_days"])
            rows.append((step.name, *(row[name] for name in COLUMNS[1:6]), *difference))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"gain": float, "gain_lower": float, "gain_upper": float})
