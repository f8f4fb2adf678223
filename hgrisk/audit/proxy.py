"""The proxy test: whether the features give away an attribute that no model may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from hgrisk.audit.settings import AuditSettings
from hgrisk.curves import Floats
from hgrisk.errors import DataError
from hgrisk.evaluation.bootstrap import Counts, cluster_codes, cluster_weights, percentile_interval
from hgrisk.evaluation.sums import draw_blocks, ratio
from hgrisk.hazards.blas import one_blas_thread
from hgrisk.models.preparation import FeaturePreparer

Mask = NDArray[np.bool_]

MOST_LEVELS = 20
RIDGE = 1.0
"""Ridge penalty on standardised columns, as in scikit-learn's C = 1."""

COLUMNS = ("attribute", "level", "auc", "lower", "upper", "n", "n_level", "shown")
FEATURE_COLUMNS = ("attribute", "level", "feature", "weight", "auc_alone")


@dataclass(frozen=True, eq=False)
class ProxyResult:
    """How well an audit-only attribute can be told from the features.

    Attributes
    ----------
    table : DataFrame
        One row per level: ``attribute``, ``level`` (against all others; one row for an attribute of two levels),
        ``auc``, ``lower``, ``upper``, ``n`` rows judged, ``n_level`` of them of the level, empty below ``min_n``, and
        ``shown``.
    top_features : DataFrame
        The features with the largest weight for each level: ``attribute``, ``level``, ``feature``, ``weight`` (standard
        deviation of what the feature adds to the log odds) and ``auc_alone`` (AUC of that part alone).
    n_unknown : int
        Rows left out because their attribute is unknown.
    """

    table: pd.DataFrame
    top_features: pd.DataFrame
    n_unknown: int

    @property
    def auc(self) -> float:
        """The highest AUC of any level; NaN if none is shown."""
        return float(self.table["auc"].max())


def proxy_test(
    X: pd.DataFrame,
    attribute: pd.Series[Any],
    clusters: Any,
    *,
    settings: AuditSettings | None = None,
    seed: int = 0,
    top: int = 5,
) -> ProxyResult:
    """Ask whether features give away an attribute that no model may see.

    Parameters
    ----------
    X : DataFrame, shape (n, p)
        The raw features of a model.
    attribute : Series, shape (n,)
        The attribute in groups, at most 20 of them, in the order of the rows; its name stands in the tables.
    clusters : array-like, shape (n,)
        Household network of each row; the division and the draws keep a network together.
    settings : AuditSettings, optional
        Share judged, draws and smallest size.
    seed : int
        Seed of the division and the draws.
    top : int
        Features named for each level.

    Returns
    -------
    ProxyResult
        AUC .5: the features tell nothing of it; 1: they give it away, and leaving the attribute out of a model has
        not kept it from the model.

    Raises
    ------
    DataError
        If lengths differ, the attribute is a feature, or has fewer than two or more than 20 levels.

    Notes
    -----
    A ridge logistic regression of each level against the others learns from some household networks and is judged on
    the rest. With cross-validation in place of one division, intervals from the same predictions would be too narrow
    near chance, because the folds learn from each other. A model that finds interactions may tell more: a low AUC is
    weak evidence, a high one strong. Whether a feature that tells of the attribute should stay is for people to weigh:
    the test cannot say why the two go together.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> group = pd.Series(rng.integers(0, 2, 400), name="group").map({0: "a", 1: "b"})
    >>> X = pd.DataFrame({"copy": group == "a", "noise": rng.normal(size=400)})
    >>> result = proxy_test(X, group, np.arange(400), settings=AuditSettings(n_resamples=0))
    >>> result.auc, result.top_features["feature"].iloc[0]
    (1.0, 'copy')
    """
    chosen = settings or AuditSettings()
    name = str(attribute.name)
    labels, known, levels = _labels(X, attribute, clusters, name)
    frame, keys = X.loc[known], np.asarray(clusters)[known]
    test = _test_rows(keys, chosen.test_share, seed)
    weights = cluster_weights(keys[test], chosen.n_resamples, np.random.default_rng([seed, 1]))
    rows, features = [], []
    for level in levels:
        learnt, judged = labels[~test] == level, labels[test] == level
        counts, n_level = _counts(judged), int(judged.sum())
        if min(*counts, *_counts(learnt)) < chosen.min_n:
            small = min(counts) < chosen.min_n
            rows.append((name, level, np.nan, np.nan, np.nan, len(judged), None if small else n_level, False))
            continue
        score, parts = _told(frame[~test], learnt, frame[test])
        draws = _auc(score, judged, weights)
        rows.append((name, level, draws[0], *percentile_interval(draws, chosen.level), len(judged), n_level, True))
        features += [(name, level, *row) for row in _top(parts, judged, top)]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"n_level": "Int64"})
    return ProxyResult(table, pd.DataFrame(features, columns=list(FEATURE_COLUMNS)), int((~known).sum()))


def _labels(
    X: pd.DataFrame, attribute: pd.Series[Any], clusters: Any, name: str
) -> tuple[NDArray[Any], Mask, list[str]]:
    """Return the known labels, which rows have one, and the levels to tell from the others."""
    if not len(X) == len(attribute) == len(np.asarray(clusters)):
        found = f"{len(X)} rows, {len(attribute)} values and {len(np.asarray(clusters))} clusters"
        raise DataError("Every row has an attribute and a cluster", found, "pass the same landmarks to all three")
    if name in X.columns:
        raise DataError("An audit-only attribute is no feature", f"{name!r} among them", "take it out of the features")
    known = attribute.notna().to_numpy()
    labels = attribute[known].astype(str).to_numpy()
    levels, counts = np.unique(labels, return_counts=True)
    if not 2 <= len(levels) <= MOST_LEVELS:
        cure = "give groups, such as bands of age"
        raise DataError(f"An audited attribute has 2 to {MOST_LEVELS} levels", f"{len(levels)} of {name!r}", cure)
    rarest = [str(levels[np.argmin(counts)])]  # of two levels, one says what the other does
    return labels, known, rarest if len(levels) == 2 else [str(level) for level in levels]


def _test_rows(clusters: Any, test_share: float, seed: int) -> Mask:
    """Return which rows are judged: those of some household networks, at random."""
    code, n_clusters = cluster_codes(clusters)
    n_test = min(max(2, round(test_share * n_clusters)), n_clusters - 1)
    drawn = np.random.default_rng([seed, 0]).permutation(n_clusters) < n_test
    return np.asarray(drawn[code], dtype=np.bool_)


def _counts(is_level: Mask) -> tuple[int, int]:
    return int(is_level.sum()), int((~is_level).sum())


def _told(train: pd.DataFrame, is_level: Mask, test: pd.DataFrame) -> tuple[Floats, pd.DataFrame]:
    """Return the log odds of the level in the test rows, and what each raw feature adds to it."""
    preparer = FeaturePreparer().fit(train)
    columns, seen = (preparer.transform(part).to_numpy() for part in (train, test))
    parts = pd.DataFrame(0.0, index=range(len(test)), columns=list(test.columns))
    if columns.shape[1] == 0:
        return np.zeros(len(test)), parts  # features that do not vary tell nothing
    center, spread = columns.mean(axis=0), columns.std(axis=0)
    with one_blas_thread():
        solver = LogisticRegression(C=1.0 / RIDGE, solver="newton-cholesky", tol=1e-9, max_iter=200)
        solver.fit((columns - center) / spread, is_level)
    added = (seen - center) / spread * solver.coef_[0]
    for position, source in enumerate(preparer.source_of_.values()):
        parts[source] += added[:, position]
    return added.sum(axis=1), parts


def _auc(score: Floats, is_level: Mask, weights: Counts) -> Floats:
    """Return how often a row of the level has a higher score than another one, in each draw; equal scores count 1/2."""
    order = np.argsort(score, kind="stable")
    starts = np.flatnonzero(np.diff(score[order], prepend=-np.inf))
    found = np.empty(len(weights))
    for block in draw_blocks(len(weights), len(order)):
        copies = weights[block].take(order, axis=1).astype(np.float64)
        ours = np.add.reduceat(copies * is_level[order], starts, axis=1)
        others = np.add.reduceat(copies * ~is_level[order], starts, axis=1)
        above = (ours * (np.cumsum(others, axis=1) - 0.5 * others)).sum(axis=1)
        found[block] = ratio(above, ours.sum(axis=1) * others.sum(axis=1))
    return found


def _top(parts: pd.DataFrame, is_level: Mask, top: int) -> list[tuple[str, float, float]]:
    weight = parts.std(ddof=0)
    names = [str(name) for name in weight[weight > 0].sort_values(ascending=False, kind="stable").index[:top]]
    once = np.ones((1, len(parts)), dtype=np.uint16)
    return [(name, float(weight[name]), float(_auc(parts[name].to_numpy(), is_level, once)[0])) for name in names]
