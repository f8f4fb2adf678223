"""What each feature, and each family of features, adds to the score of a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from hgrisk.curves import Floats
from hgrisk.errors import DataError, FitError
from hgrisk.explain.families import families_of, sum_by_family
from hgrisk.features.spec import FeatureSpec
from hgrisk.models.protocol import SurvivalModel
from hgrisk.models.score_terms import ScoreTerms

LARGEST_GAP = 1e-6
"""By which base and terms may miss the score, relative to its size where that is above 1."""

SAME_RISK = 1e-9


@dataclass(frozen=True, eq=False)
class Explanation:
    """The scores of some cases taken apart. It holds their features: return it to who asked, and keep it nowhere else.

    Attributes
    ----------
    terms : ScoreTerms
        What each feature adds to the score of each case.
    families : tuple of str, length q
        Family of each term.
    by_family : DataFrame, shape (n, n_families)
        Terms added up by family, with the index of the cases.
    risk : ndarray, shape (n,)
        Probability of a re-report by ``at_days``.
    adjusted : ndarray of bool, shape (n,)
        Where the risk is not that of the score: it was raised to that of a shorter horizon, or recalibrated. The
        terms then add up to the score before that.
    at_days : float
        Days since the landmark.
    frame : DataFrame, shape (n, p)
        Features of the cases.
    catalogue : tuple of FeatureSpec
        Descriptions of the features.
    """

    terms: ScoreTerms
    families: tuple[str, ...]
    by_family: pd.DataFrame
    risk: Floats
    adjusted: NDArray[np.bool_]
    at_days: float
    frame: pd.DataFrame
    catalogue: tuple[FeatureSpec, ...]

    def __repr__(self) -> str:
        """Say how large it is, and nothing of the households that it holds."""
        n_cases, n_features = self.frame.shape
        return f"Explanation of {n_cases:,} cases, {n_features:,} features, at {self.at_days:g} days"

    @property
    def base(self) -> float:
        """The score without any feature: the weighted mean of the training rows."""
        return self.terms.base

    @property
    def score(self) -> Floats:
        """The score of each case."""
        return self.terms.score

    def table(self) -> pd.DataFrame:
        """Return the terms as a table.

        Returns
        -------
        DataFrame, shape (n, q)
            One column per term, with the index of the cases.
        """
        return pd.DataFrame(self.terms.values, index=self.frame.index, columns=list(self.terms.names))


def explain_cases(
    model: SurvivalModel, X: pd.DataFrame, at_days: float, catalogue: Sequence[FeatureSpec]
) -> Explanation:
    """Take the scores of cases apart, by feature and by family.

    Parameters
    ----------
    model : SurvivalModel
        A fitted model with terms: see :meth:`~hgrisk.models.protocol.SurvivalModel.score_terms`.
    X : DataFrame, shape (n, p)
        Features of the cases, with the columns of the fit.
    at_days : float
        Days since the landmark for which the score is.
    catalogue : sequence of FeatureSpec
        Descriptions of the features.

    Returns
    -------
    Explanation
        Terms that add up to the score, by feature and by family.

    Raises
    ------
    DataError
        If ``X`` is not a DataFrame, or a feature is not in the catalogue.
    FitError
        If the model has no terms, the columns are not those of the fit, or the terms do not add up.

    Notes
    -----
    A term says how the model comes to its score. It is no effect: what is not in the data, and how features go
    together, decide about it too.
    """
    terms = model.score_terms(with_names(X), at_days)
    size = max(1.0, float(np.max(np.abs(terms.score), initial=0.0)))
    if not terms.largest_gap() <= LARGEST_GAP * size:
        cure = "report this as a fault of the model"
        raise FitError("Terms add up to the score", f"a gap of {terms.largest_gap():.1e}", cure)
    families = families_of(terms.names, catalogue)
    risk = model.predict_risk(X, at_days)
    return Explanation(
        terms=terms,
        families=families,
        by_family=sum_by_family(terms.values, families, X.index),
        risk=risk,
        adjusted=_adjusted(model, terms, risk),
        at_days=float(at_days),
        frame=X,
        catalogue=tuple(catalogue),
    )


def with_names(X: Any) -> pd.DataFrame:
    """Return cases, having checked that their features have names.

    Parameters
    ----------
    X : DataFrame, shape (n, p)
        Features of the cases.

    Returns
    -------
    DataFrame, shape (n, p)
        The same.

    Raises
    ------
    DataError
        If it is no DataFrame.
    """
    if not isinstance(X, pd.DataFrame):
        raise DataError("Cases are explained by the names of their features", type(X).__name__, "pass a DataFrame")
    return X


def _adjusted(model: SurvivalModel, terms: ScoreTerms, risk: Floats) -> NDArray[np.bool_]:
    """Only a model of fixed horizons has a logit per horizon; other scores are no risk by themselves."""
    settled: Any = getattr(model, "supported_times_", None)
    if terms.scale != "logit" or settled is None:
        return np.zeros(len(risk), dtype=bool)
    return np.asarray(np.abs(expit(terms.score) - risk) > SAME_RISK)
