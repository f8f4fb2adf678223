"""Shallow boosted trees for a re-report by each of a few horizons, monotone where asked, weighted for censoring."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from hgrisk.curves import Floats
from hgrisk.hazards.tree_tables import tree_contributions
from hgrisk.models.by_horizon.binned_classifier import BinnedClassifier, HorizonRows, check_whole
from hgrisk.models.by_horizon.feature_bins import MAX_BINS
from hgrisk.models.by_horizon.tree_arrays import Growth, TreeArrays, grow, rounds_wanted
from hgrisk.models.score_terms import ScoreTerms, summed_by_source

DEEPEST = 4


class BoostedClassifier(BinnedClassifier):
    """Gradient-boosted trees of depth 4 at most: one set of trees per horizon, weighted for censoring.

    Labels, weights and crossing horizons: see `HorizonClassifier`. LightGBM grows the trees on bins; what is kept are
    plain arrays, from which we predict ourselves. A missing value has a bin of its own and goes to the side where it
    fits best; in a feature that had no missing value in training it goes where more of the rows went.

    **Monotone.** In each feature of ``increasing`` the risk may only rise, all other features equal, by every horizon.
    Held to this are recorded values; a missing one is no value on the scale and is placed freely.

    Parameters
    ----------
    horizons_days : tuple of float
        Horizons in days, each above 0.
    max_depth : int
        Most splits from the root of a tree to a leaf, 1 to 4: shallow trees can be explained exactly.
    n_rounds : int
        Most trees per horizon.
    learning_rate : float
        What is taken of each tree, above 0 and up to 1.
    min_leaf : int
        Fewest training rows, with a known outcome, in a leaf.
    increasing : sequence of str
        Numeric features that may only raise the risk: names or patterns such as ``"prior_reports_*"``.
    validation_share : float
        Share of the clusters (of the rows, where fit is given none) that is left out to find the number of trees, after
        which all rows are learned from; from 0 (no stopping) and below 1.
    patience : int
        Trees without a better log loss of those left out, after which to stop.
    seed : int
        Seed of who is left out.

    Attributes
    ----------
    trees_ : list of dict of str to ndarray
        Per horizon, shortest first, the arrays of `TreeArrays`.
    intercept_ : ndarray, shape (H,)
        Log odds before any tree: those of the training rows.
    n_rounds_ : ndarray of int, shape (H,)
        Trees used.
    feature_columns_ : list of str
        Columns that trees see: numeric features, and text as 0-1 columns ``<name>=<level>``.
    source_of_ : dict of str to str
        The raw feature of each of these columns.
    bin_edges_ : dict of str to ndarray
        Per numeric feature, values up to which each bin but the last reaches.
    increasing_ : list of str
        Features that may only raise the risk.
    least_uncensored_ : ndarray, shape (H,)
        Smallest probability of being uncensored that a weight divides by.
    preparer_ : FeaturePreparer
        Of the levels; what training never showed is counted by its ``unfamiliar``.

    Notes
    -----
    Friedman (2001), doi:10.1214/aos/1013203451; Ke et al. (2017), "LightGBM: a highly efficient gradient boosting
    decision tree", Advances in Neural Information Processing Systems 30. Covers are sums of case weights times weights
    for censoring, so that the mean of the trees by covers is the weighted mean score of the training rows.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> rng = np.random.default_rng(0)
    >>> X = pd.DataFrame({"prior_reports": rng.poisson(1.0, 2000)})
    >>> time = np.ceil(rng.exponential(800 / (1 + X["prior_reports"])))
    >>> y = Surv.from_arrays(event=time <= 365, duration_days=np.minimum(time, 365))
    >>> model = BoostedClassifier(horizons_days=(183,), increasing=("prior_reports",)).fit(X, y)
    >>> model.predict_risk(pd.DataFrame({"prior_reports": [0, 1, 4]}), 183).round(1).tolist()
    [0.2, 0.4, 0.5]
    """

    def __init__(
        self,
        horizons_days: tuple[float, ...] = (183, 365, 548),
        max_depth: int = 3,
        n_rounds: int = 300,
        learning_rate: float = 0.05,
        *,
        min_leaf: int = 100,
        increasing: Sequence[str] = (),
        validation_share: float = 0.2,
        patience: int = 20,
        seed: int = 0,
    ) -> None:
        self.horizons_days = horizons_days
        self.max_depth = max_depth
        self.n_rounds = n_rounds
        self.learning_rate = learning_rate
        self.min_leaf = min_leaf
        self.increasing = increasing
        self.validation_share = validation_share
        self.patience = patience
        self.seed = seed

    @property
    def feature_columns_(self) -> list[str]:
        """Columns that trees see, in their order."""
        check_is_fitted(self)
        return list(self.source_of_)

    @property
    def source_of_(self) -> dict[str, str]:
        """The raw feature of each column that trees see."""
        check_is_fitted(self)
        levels = self.preparer_.levels_.items()
        return {name: name for name in self.bin_edges_} | {f"{name}={one}": name for name, its in levels for one in its}

    def score_terms(self, X: Any, at_days: float) -> ScoreTerms:
        """Return what each feature adds to the logit of one horizon: path-dependent Shapley values, exact.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.
        at_days : float
            One of the horizons, in days.

        Returns
        -------
        ScoreTerms
            Terms of the raw features; the base is the weighted mean score of the training rows. Credit among
            correlated features follows the splits of the trees: terms describe the model.

        Raises
        ------
        FitError
            If the horizon is another one, or a column is missing, extra or moved.

        Notes
        -----
        Lundberg et al. (2020), doi:10.1038/s42256-019-0138-9.
        """
        bins = self._bins(self._check_columns(X)).astype(np.uint8)
        at = self._place_of(at_days)
        trees = TreeArrays(**self.trees_[at])
        values, base = tree_contributions(
            bins, trees.feature, trees.cut_bin, trees.missing_left, trees.value, trees.cover
        )
        names, summed = summed_by_source(values, list(self.source_of_.values()))
        intercept = float(self.intercept_[at])
        return ScoreTerms(names, summed, base + intercept, trees.scores(bins) + intercept, "logit")

    def _check_settings(self) -> None:
        check_whole("max_depth", self.max_depth, 1, DEEPEST)
        check_whole("n_rounds", self.n_rounds, 0, 10_000)
        check_whole("patience", self.patience, 1, 10_000)
        self._check_shared_settings(may_leave_out_none=True)

    def _most_bins(self) -> int:
        return MAX_BINS

    def _to_bins(self, settled: pd.DataFrame) -> NDArray[np.uint8]:
        levels = [
            (settled[name].cat.codes.to_numpy() == code) + np.uint8(1)
            for name, its in self.preparer_.levels_.items()
            for code in range(1, len(its) + 1)
        ]
        return np.column_stack([self._number_bins(settled), *levels])

    def _learn_horizons(self, horizons: list[HorizonRows]) -> None:
        direction = tuple(int(name in self.increasing_) for name in self.feature_columns_)
        growth = Growth(int(self.max_depth), float(self.learning_rate), int(self.min_leaf), direction, int(self.seed))
        grown = [grow(rows, growth, self._rounds(rows, growth)) for rows in horizons]
        self.trees_: list[dict[str, NDArray[Any]]] = [trees.stored() for trees in grown]
        self.n_rounds_ = np.array([len(trees.feature) for trees in grown])
        self.intercept_ = np.array([rows.log_odds(np.ones(len(rows.label), dtype=bool)) for rows in horizons])

    def _rounds(self, rows: HorizonRows, growth: Growth) -> int:
        if self.validation_share == 0:
            return int(self.n_rounds)
        left_out = rows.left_out(self.validation_share, np.random.default_rng(self.seed))
        return rounds_wanted(rows, growth, int(self.n_rounds), left_out, int(self.patience))

    def _logits(self, frame: pd.DataFrame) -> Floats:
        bins = self._bins(frame).astype(np.uint8)
        sums = np.column_stack([TreeArrays(**trees).scores(bins) for trees in self.trees_])
        return np.asarray(sums + self.intercept_, dtype=np.float64)
