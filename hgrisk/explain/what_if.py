"""What the model would say if organisations had worked otherwise: of process features only, and no effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hgrisk.errors import DataError
from hgrisk.explain.families import described_by_name
from hgrisk.explain.shapes import MIN_CASES
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
        New values by feature, each another than the case has; all other features stay as they are. Features that may
        change are those about the work of organisations: ``[spec.name for spec in catalogue if spec.process]``.
    lang : str
        Language of the warning, ``"en"`` or ``"nl"``.

    Returns
    -------
    WhatIf
        Both risks, and a warning.

    Raises
    ------
    DataError
        If nothing changes, a feature is unknown, not about the work of organisations or given the value that it has, or
        a value is outside what the cases have.
    FitError
        If the columns are not those of the fit, or the model does not predict ``at_days``.
    ConfigError
        If the language is not known.

    Notes
    -----
    It is no effect. Handovers that took long were others than those that did not, in ways that are not in the data.

    Examples
    --------
    >>> from hgrisk.models.cox import CoxRegression
    >>> from hgrisk.surv import Surv
    >>> rng = np.random.default_rng(0)
    >>> X = pd.DataFrame({"reports": rng.poisson(1.0, 300), "handover_days": rng.integers(0, 30, 300)})
    >>> time = np.ceil(rng.exponential(3000 / (1 + X["handover_days"])))
    >>> model = CoxRegression().fit(X, Surv.from_arrays(np.ones(300), time))
    >>> catalogue = [
    ...     FeatureSpec("reports", "prior_violence", "", "", ""),
    ...     FeatureSpec("handover_days", "care_chain", "", "", "", process=True),
    ... ]
    >>> [spec.name for spec in catalogue if spec.process]
    ['handover_days']
    >>> found = what_if(model, X, 90, catalogue, row=0, changes={"handover_days": 29})
    >>> found.changed_risk > found.risk
    True
    """
    warning: str = load_words(lang, "hgrisk.explain")["what_if"]["warning"]
    if not 0 <= row < len(X):
        raise DataError(f"Cases have places 0 to {len(X) - 1}", f"{row}", "give one of these")
    if not changes:
        raise DataError("A what-if changes something", "no change", "give a feature and its new value")
    known = described_by_name(catalogue)
    for name, value in changes.items():
        _check(name, value, X, known)
    case = X.iloc[[row]]
    changed = case.assign(**{name: pd.Series([value], case.index, X[name].dtype) for name, value in changes.items()})
    for name, value in changes.items():
        if changed[name].iloc[0] == case[name].iloc[0]:
            found = f"{name}={value!r}, as it is"
            raise DataError("A what-if gives a feature another value than the case has", found, "give another value")
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
            raise DataError(f"A value of {name} is one that the cases have", f"{value!r}", _common(seen))
        return
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise DataError(f"A value of {name} is a number", f"{value!r}", "give a number") from None
    low, high = (float(seen.min()), float(seen.max())) if len(seen) else (np.nan, np.nan)
    if not low <= number <= high:
        raise DataError(f"A value of {name} lies in {low:g} to {high:g}, as those of the cases", f"{value!r}",
                        "give a value within")  # fmt: skip


def _common(seen: pd.Series[Any]) -> str:
    """Name the categories that enough cases have: a rarer one could tell of a household."""
    counts = seen.value_counts()
    names = sorted(str(name) for name in counts.index[counts >= MIN_CASES])
    return f"give one of {', '.join(names)}" if names else f"give one of those; none is of {MIN_CASES} cases or more"
