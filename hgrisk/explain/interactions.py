"""Which pairs of features work together in a fitted model, on a group of cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, compress
from typing import Any, Literal

import numpy as np
import pandas as pd

from hgrisk.curves import Floats
from hgrisk.errors import DataError
from hgrisk.explain.contributions import with_names
from hgrisk.explain.families import families_of, parts_of, specs_by_name
from hgrisk.explain.importance import importance
from hgrisk.explain.partial_dependence import Score, partial_dependence
from hgrisk.features.spec import FeatureSpec
from hgrisk.models.calibrated import Calibrated
from hgrisk.models.protocol import SurvivalModel

Kind = Literal["joint term", "partial dependence"]

COLUMNS = ("feature_a", "feature_b", "family_a", "family_b", "strength", "lower", "upper", "share", "kind")
ROUNDING = 1e-12
"""A partial dependence is 0 where it is smaller than this, relative to the largest score where that is above 1."""


@dataclass(frozen=True, eq=False)
class Interactions:
    """Pairs of features that work together in a model: what the two add to a score beyond what each adds alone.

    Attributes
    ----------
    table : DataFrame
        ``feature_a``, ``feature_b``, ``family_a``, ``family_b``, ``strength``, ``lower``, ``upper``, ``share``,
        ``kind``; the strongest first, and empty where the model has fewer than two features. ``strength`` is on the
        scale of the score. What the numbers are depends on ``kind``, which is the same in all rows:

        - "joint term": ``strength`` is the mean absolute joint term, ``lower`` and ``upper`` its 95 % interval by
          bootstrap of networks, and ``share`` its part of the sum of the mean absolute terms of all. Pairs that are not
          listed have no joint term: they do not work together in this model.
        - "partial dependence": ``strength`` is the root mean square of what the two move together beyond each alone,
          and ``share`` is Friedman and Popescu's H squared: that, squared, as a share of the variance of what the two
          move. ``lower`` and ``upper`` are NaN: no interval is computed.
    kind : str
        "joint term" or "partial dependence".
    n_cases : int
        Cases that the numbers are of.
    """

    table: pd.DataFrame
    kind: Kind
    n_cases: int

    def __repr__(self) -> str:
        """Say what it is of."""
        return f"Interactions of {len(self.table):,} pairs by {self.kind}, over {self.n_cases:,} cases"


def interactions(
    model: SurvivalModel,
    X: pd.DataFrame,
    at_days: float,
    catalogue: Sequence[FeatureSpec],
    clusters: Any,
    *,
    top: int = 10,
    max_cases: int = 100,
    n_resamples: int = 200,
    seed: int = 0,
) -> Interactions:
    """Return which pairs of features work together in a model.

    A model with joint terms of its own, such as `ExplainableBoosting`, is read exactly. For any other, what two
    features move is found by giving each case, in turn, the values of other cases (partial dependence).

    Parameters
    ----------
    model : SurvivalModel
        A fitted model.
    X : DataFrame, shape (n, p)
        Features of the cases, with the columns of the fit.
    at_days : float
        Days since the landmark for which the score is; a model without terms has one score for all days.
    catalogue : sequence of FeatureSpec
        Descriptions of the features.
    clusters : array-like, shape (n,)
        Key of the household network of each case.
    top : int
        By partial dependence: pairs are made of this many features, those with the largest mean absolute term; of a
        model without terms, those that move the score most by themselves.
    max_cases : int
        By partial dependence: cases that are drawn, at most. Time grows with its square.
    n_resamples : int
        Of joint terms: draws of networks; fewer than 20 give no interval.
    seed : int
        Seed of the draws, of networks or of cases.

    Returns
    -------
    Interactions
        One row per pair.

    Raises
    ------
    DataError
        If ``top`` or ``max_cases`` is below 2, there is no case, ``X`` is not a DataFrame, clusters are of another
        length or missing, or a feature is not in the catalogue.
    FitError
        If the columns are not those of the fit, or the model has no score at ``at_days``.

    Notes
    -----
    Friedman and Popescu (2008), doi:10.1214/07-AOAS148. It is of the model and no effect: that two features work
    together in it does not say that they do in households. Three cautions about partial dependence. A pair that moves
    little can have a high ``share``: read ``strength`` first. ``share`` may exceed 1 where features go together, and is
    infinite where the two together move no case though each alone does. Giving a case the values of another makes cases
    that nobody has seen, and what a model says of those was never checked. The model is held fixed.

    Examples
    --------
    >>> from hgrisk.models.cox import CoxRegression
    >>> from hgrisk.surv import Surv
    >>> rng = np.random.default_rng(0)
    >>> X = pd.DataFrame({"reports": rng.poisson(1.0, 300), "age": rng.uniform(20, 60, 300)})
    >>> time = np.ceil(rng.exponential(900 / (1 + X["reports"])))
    >>> model = CoxRegression().fit(X, Surv.from_arrays(np.ones(300), time))
    >>> catalogue = [FeatureSpec("reports", "prior_violence", "", "", ""), FeatureSpec("age", "household", "", "", "")]
    >>> interactions(model, X, 365, catalogue, np.arange(300)).table[["feature_a", "feature_b", "strength"]].round(9)
      feature_a feature_b  strength
    0   reports       age       0.0
    """
    if top < 2 or max_cases < 2:
        few = f"top={top}, max_cases={max_cases}"
        raise DataError("Pairs are of two features or more, on two cases or more", few, "pass 2 or more of both")
    if not _has_terms(model):
        cases = _drawn(_described(X, catalogue), max_cases, seed)
        return _by_dependence(model.predict, cases, _most_moving(model.predict, cases, top), catalogue)
    sizes = importance(model, X, at_days, catalogue, clusters, n_resamples=0).table
    known = specs_by_name(sizes["feature"], catalogue)
    if any(len(parts_of(name, known)) == 2 for name in sizes["feature"]):
        sizes = importance(model, X, at_days, catalogue, clusters, n_resamples=n_resamples, seed=seed).table
        return _joint_terms(sizes, catalogue, len(X))

    def score(frame: pd.DataFrame) -> Floats:
        return model.score_terms(frame, at_days).score

    return _by_dependence(score, _drawn(X, max_cases, seed), list(sizes["feature"][:top]), catalogue)


def _has_terms(model: SurvivalModel) -> bool:
    inner = model.model_ if isinstance(model, Calibrated) else model
    return type(inner).score_terms is not SurvivalModel.score_terms


def _described(X: Any, catalogue: Sequence[FeatureSpec]) -> pd.DataFrame:
    cases = with_names(X)
    if len(cases) == 0:
        raise DataError("Interactions are of cases", "none", "pass at least one case")
    specs_by_name(map(str, cases), catalogue)
    return cases


def _joint_terms(terms: pd.DataFrame, catalogue: Sequence[FeatureSpec], n_cases: int) -> Interactions:
    """Return the joint terms among the terms of a model, with their part of all."""
    known = specs_by_name(terms["feature"], catalogue)
    parts = [parts_of(name, known) for name in terms["feature"]]
    joint = [len(each) == 2 for each in parts]
    numbers = terms.loc[joint, ["mean_abs", "lower", "upper"]].to_numpy()
    share = numbers[:, 0] / max(float(terms["mean_abs"].sum()), np.finfo(float).tiny)  # all 0: a share of 0
    pairs = list(compress(parts, joint))
    return _as_table(pairs, np.column_stack([numbers, share]), catalogue, "joint term", n_cases)


def _drawn(X: pd.DataFrame, max_cases: int, seed: int) -> pd.DataFrame:
    if len(X) <= max_cases:
        return X.reset_index(drop=True)
    rows = np.random.default_rng(seed).choice(len(X), max_cases, replace=False)
    return X.take(np.sort(rows)).reset_index(drop=True)


def _most_moving(score: Score, cases: pd.DataFrame, top: int) -> list[str]:
    """Return the features whose own partial dependence has the largest mean size, the largest first."""
    names = [str(name) for name in cases]
    sizes = np.array([np.abs(alone).mean() for alone in partial_dependence(score, cases, [(name,) for name in names])])
    return [names[place] for place in np.argsort(-sizes, kind="stable")[:top]]


def _by_dependence(
    score: Score, cases: pd.DataFrame, features: Sequence[str], catalogue: Sequence[FeatureSpec]
) -> Interactions:
    pairs = list(combinations(features, 2))
    alone = dict(zip(features, partial_dependence(score, cases, [(name,) for name in features]), strict=True))
    smallest = ROUNDING * max(1.0, float(np.abs(score(cases)).max()))
    numbers = np.full((len(pairs), 4), np.nan)
    for place, ((a, b), both) in enumerate(zip(pairs, partial_dependence(score, cases, pairs), strict=True)):
        together, moved = (_root_mean_square(part, smallest) for part in (both - alone[a] - alone[b], both))
        numbers[place, 0], numbers[place, 3] = together, _h_squared(together, moved)
    return _as_table(pairs, numbers, catalogue, "partial dependence", len(cases))


def _root_mean_square(part: Floats, smallest: float) -> float:
    size = float(np.sqrt(np.mean(part**2)))
    return size if size > smallest else 0.0


def _h_squared(together: float, moved: float) -> float:
    if together == 0:
        return 0.0
    return (together / moved) ** 2 if moved > 0 else float("inf")


def _as_table(
    pairs: Sequence[tuple[str, ...]], numbers: Floats, catalogue: Sequence[FeatureSpec], kind: Kind, n_cases: int
) -> Interactions:
    """Return the pairs with their strength, lower, upper and share, shape (n_pairs, 4), the strongest first."""
    features = np.array(pairs, dtype=object).reshape(-1, 2)
    families = [families_of(column, catalogue) for column in features.T]
    columns = [*features.T, *families, *numbers.T, [kind] * len(features)]
    table = pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))
    ranked = table.sort_values("strength", ascending=False, kind="stable").reset_index(drop=True)
    return Interactions(ranked, kind, n_cases)
