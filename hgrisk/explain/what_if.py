"""What the model would say if organisations had worked otherwise: of process features only, and no effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hgrisk.errors import DataError
from hgrisk.features.spec import FeatureSpec
from hgrisk.models.protocol import SurvivalModel
from hgrisk.words import load_words


@dataclass(frozen=True, eq=False)
class WhatIf:
    """Risk of one case as it is, and as the model would have it with other process features.

    Attributes
    ----------
    risk, changed_risk : float
        Probability of a re-report by ``at_days``, before and after.
    at_days : float
        Days since the landmark.
    changes : DataFrame
        ``feature``, ``value``, ``changed``.
    warning : str
        What it does not mean; to be shown wherever the numbers are.
    """

    risk: float
    changed_risk: float
    at_days: float
    changes: pd.DataFrame
    warning: str

    def __repr__(self) -> str:
        """Say both risks and the warning, and no value of the household."""
        names = ", ".join(self.changes["feature"])
        risks = f"Risk by {self.at_days:g} days: {self.risk:.1%}; with another {names}: {self.changed_risk:.1%}"
        return f"{risks}\n{self.warning}"


def what_if(
    model: SurvivalModel,
    X: pd.DataFrame,
    at_days: float,
    catalogue: Sequence[FeatureSpec],
    *,
    row: int,
    changes: Mapping[str, Any],
    lang: str = "en",
) -> WhatIf:
    """Return what the model would say of a case if process features had other values.

    Parameters
    ----------
    model : SurvivalModel
        A fitted model.
    X : DataFrame, shape (n, p)
        Features of cases, with the columns of the fit; values outside what these have are refused.
    at_days : float
        Days since the landmark.
    catalogue : sequence of FeatureSpec
        Descriptions of the features.
    row : int
        Place of the case, from 0.
    changes : Mapping of str to value
        New values by feature; all other features stay as they are.
    lang : str
        Language of the warning, ``"en"`` or ``"nl"``.

    Returns
    -------
    WhatIf
        Both risks, and a warning.

    Raises
    ------
    DataError
        If nothing changes, a feature is unknown or not about the work of organisations, or a value is outside what the
        cases have.
    FitError
        If the columns are not those of the fit, or the model does not predict ``at_days``.
    ConfigError
        If the language is not known.

    Notes
    -----
    It is no effect. Handovers that took long were others than those that did not, in ways that are not in the data.
    """
    warning: str = load_words(lang, "hgrisk.explain")["what_if"]["warning"]
    if not 0 <= row < len(X):
        raise DataError(f"Cases have places 0 to {len(X) - 1}", f"{row}", "give one of these")
    if not changes:
        raise DataError("A what-if changes something", "no change", "give a feature and its new value")
    known = {spec.name: spec for spec in catalogue}
    for name, value in changes.items():
        _check(name, value, X, known)
    case = X.iloc[[row]]
    changed = case.assign(**{name: pd.Series([value], case.index, X[name].dtype) for name, value in changes.items()})
    table = pd.DataFrame(
        {"feature": list(changes), "value": [case[name].iloc[0] for name in changes], "changed": list(changes.values())}
    )
    before, after = (float(model.predict_risk(each, at_days)[0]) for each in (case, changed))
    return WhatIf(before, after, float(at_days), table, warning)


def _check(name: str, value: Any, X: pd.DataFrame, known: Mapping[str, FeatureSpec]) -> None:
    if name not in known or name not in X:
        raise DataError("A what-if changes a feature of the cases and the catalogue", f"{name!r}", "check the name")
    if not known[name].process:
        cure = "change a feature whose spec says process"
        raise DataError("A what-if changes the work of organisations, not the household", f"{name!r}", cure)
    seen = X[name].dropna()
    if known[name].kind == "category":
        if value not in set(seen):
            raise DataError(f"A value of {name} is one that the cases have", f"{value!r}", "give one of those")
        return
    number = float(value)
    low, high = (float(seen.min()), float(seen.max())) if len(seen) else (np.nan, np.nan)
    if not low <= number <= high:
        raise DataError(f"A value of {name} lies in {low:g} to {high:g}, as those of the cases", f"{value!r}",
                        "give a value within")  # fmt: skip
