"""The proxy test: whether the features give away an attribute that no model may see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from hgrisk.audit.settings import AuditSettings
from hgrisk.curves import Floats
from hgrisk.errors import DataError
from hgrisk.evaluation._sums import draw_blocks, ratio
from hgrisk.evaluation.bootstrap import Counts, cluster_codes, cluster_weights, percentile_interval
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
        ``auc``, ``lower``, ``upper``, ``n`` rows of known attribute, ``n_level`` rows of the level, empty below
        ``min_n``, and ``shown``.
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
        Household network of each row; folds and draws keep a network together.
    settings : AuditSettings, optional
        Folds, draws and smallest size.
    seed : int
        Seed of folds and draws.
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
    A ridge logistic regression of each level against the others, judged on networks that it did not see. Pairs are
    compared within a fold only: over folds, a fold with fewer of a level has lower predictions for the others, and an
    attribute of pure chance would get an AUC below .5. A model that finds interactions may tell more: a low AUC is
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
    folds = _folds(keys, chosen.n_folds, seed)
    weights = cluster_weights(keys, chosen.n_resamples, np.random.default_rng([seed, 1]))
    rows, features = [], []
    for level in levels:
        is_level = labels == level
        fewest = int(min(is_level.sum(), (~is_level).sum()))
        if fewest < chosen.min_n or not _in_every_part(is_level, folds):
            n_level = None if fewest < chosen.min_n else int(is_level.sum())
            rows.append((name, level, np.nan, np.nan, np.nan, len(labels), n_level, False))
            continue
        score, parts = _out_of_fold(frame, is_level, folds)
        draws = _auc(score, is_level, folds, weights)
        interval = percentile_interval(draws, chosen.level)
        rows.append((name, level, draws[0], *interval, len(labels), int(is_level.sum()), True))
        features += [(name, level, *row) for row in _top(parts, is_level, folds, top)]
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


def _folds(clusters: Any, n_folds: int, seed: int) -> NDArray[np.intp]:
    code, n_clusters = cluster_codes(clusters)
    if n_clusters < n_folds:
        raise DataError("Every fold has a household network", f"{n_clusters} for {n_folds}", "set fewer folds")
    assigned = np.random.default_rng([seed, 0]).permutation(np.arange(n_clusters) % n_folds)
    return np.asarray(assigned[code], dtype=np.intp)


def _parts(folds: NDArray[np.intp]) -> Iterator[Mask]:
    return (folds == fold for fold in range(int(folds.max()) + 1))


def _in_every_part(is_level: Mask, folds: NDArray[np.intp]) -> bool:
    return all(0 < is_level[own].sum() < own.sum() for own in _parts(folds))


def _out_of_fold(frame: pd.DataFrame, is_level: Mask, folds: NDArray[np.intp]) -> tuple[Floats, pd.DataFrame]:
    """Return the log odds of the level by a model that did not see the fold, and what each raw feature adds to it."""
    score, parts = np.zeros(len(frame)), pd.DataFrame(0.0, index=range(len(frame)), columns=list(frame.columns))
    for own in _parts(folds):
        preparer = FeaturePreparer().fit(frame[~own])
        train, test = (preparer.transform(frame[rows]).to_numpy() for rows in (~own, own))
        if train.shape[1] == 0:
            continue  # features that do not vary tell nothing
        center, spread = train.mean(axis=0), train.std(axis=0)
        with one_blas_thread():
            solver = LogisticRegression(C=1.0 / RIDGE, solver="newton-cholesky", tol=1e-9, max_iter=200)
            solver.fit((train - center) / spread, is_level[~own])
        added = (test - center) / spread * solver.coef_[0]
        for position, source in enumerate(preparer.source_of_.values()):
            parts.loc[own, source] += added[:, position]
        score[own] = added.sum(axis=1) + solver.intercept_[0]
    return score, parts


def _auc(score: Floats, is_level: Mask, folds: NDArray[np.intp], weights: Counts) -> Floats:
    """Return the AUC over the pairs within a fold, in each draw; equal scores count 1/2."""
    above, pairs = np.zeros(len(weights)), np.zeros(len(weights))
    for own in _parts(folds):
        rows = np.flatnonzero(own)
        order = rows[np.argsort(score[rows], kind="stable")]
        starts = np.flatnonzero(np.diff(score[order], prepend=-np.inf))
        for block in draw_blocks(len(weights), len(order)):
            copies = weights[block].take(order, axis=1).astype(np.float64)
            ours = np.add.reduceat(copies * is_level[order], starts, axis=1)
            others = np.add.reduceat(copies * ~is_level[order], starts, axis=1)
            above[block] += (ours * (np.cumsum(others, axis=1) - 0.5 * others)).sum(axis=1)
            pairs[block] += ours.sum(axis=1) * others.sum(axis=1)
    return ratio(above, pairs)


def _top(parts: pd.DataFrame, is_level: Mask, folds: NDArray[np.intp], top: int) -> list[tuple[str, float, float]]:
    weight = parts.std(ddof=0)
    names = [str(name) for name in weight[weight > 0].sort_values(ascending=False, kind="stable").index[:top]]
    once = np.ones((1, len(parts)), dtype=np.uint16)
    alone = [_auc(parts[name].to_numpy(), is_level, folds, once)[0] for name in names]
    return [(name, float(weight[name]), float(auc)) for name, auc in zip(names, alone, strict=True)]
