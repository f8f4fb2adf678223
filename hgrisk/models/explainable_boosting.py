"""Explainable boosting machine for a re-report by each of a few horizons: a score that is a sum of tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from hgrisk.curves import Floats
from hgrisk.models.by_horizon.binned_classifier import BinnedClassifier, HorizonRows, check_whole
from hgrisk.models.by_horizon.term_tables import TermSettings, TermTables, fit_terms
from hgrisk.models.preparation import MISSING
from hgrisk.models.score_terms import ScoreTerms


class ExplainableBoosting(BinnedClassifier):
    """A generalised additive model by boosting: one table per feature and horizon, weighted for censoring.

    Labels, weights and crossing horizons: see `HorizonClassifier`. interpret-core fits the terms on bins; what is kept
    are the tables, so that a score is a sum of look-ups and every term can be read and drawn (``shapes_``). A missing
    value has a place of its own in each table. One that fewer than 20 training rows had adds 0, as the mean row does.

    **Monotone.** The effect of each feature of ``increasing`` may only rise over its recorded values, and such a
    feature has no joint term.

    Parameters
    ----------
    horizons_days : tuple of float
        Horizons in days, each above 0.
    n_interactions : int
        Joint terms of two features, found by the library; 0 for none.
    max_bins : int
        Into how many bins a number may fall, 2 to 254.
    outer_bags : int
        Fits that are averaged, each with other clusters left out.
    increasing : sequence of str
        Numeric features that may only raise the risk: names or patterns such as ``"prior_reports_*"``.
    n_rounds : int
        Most rounds; a round boosts every term once.
    learning_rate : float
        What is taken of each step, above 0 and up to 1.
    min_leaf : int
        Fewest training rows, with a known outcome, on either side of a step.
    validation_share : float
        Share of the clusters (of the rows, where fit is given none) that each bag leaves out to find out when to stop;
        above 0 and below 1.
    seed : int
        Seed of who is left out.

    Attributes
    ----------
    intercept_ : ndarray, shape (H,)
        Weighted mean score of the training rows, on the logit scale: each term is 0 on average.
    feature_columns_ : list of str
        Features that a term may be of, numbers first.
    term_columns_ : list of list of list of int
        Per horizon, shortest first, and term, the place of its feature, or of both, in ``feature_columns_``.
    effects_ : list of list of ndarray
        Per horizon and term, what it adds by bin: shape (k + 1,), the first for a missing value, or (k + 1, m + 1).
    deviations_ : list of list of ndarray
        Standard deviations of the effects over the bags.
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
    Lou, Caruana and Gehrke (2012), doi:10.1145/2339530.2339556; joint terms: Lou et al. (2013),
    doi:10.1145/2487575.2487579; the library: Nori et al. (2019), arXiv:1909.09223.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> rng = np.random.default_rng(0)
    >>> X = pd.DataFrame({"prior_reports": rng.poisson(1.0, 2000)})
    >>> time = np.ceil(rng.exponential(800 / (1 + X["prior_reports"])))
    >>> y = Surv.from_arrays(event=time <= 365, duration_days=np.minimum(time, 365))
    >>> model = ExplainableBoosting(horizons_days=(183,), increasing=("prior_reports",)).fit(X, y)
    >>> model.predict_risk(pd.DataFrame({"prior_reports": [0, 1, 4]}), 183).round(1).tolist()
    [0.2, 0.4, 0.7]
    """

    def __init__(
        self,
        horizons_days: tuple[float, ...] = (183, 365, 548),
        n_interactions: int = 0,
        max_bins: int = 64,
        outer_bags: int = 4,
        *,
        increasing: Sequence[str] = (),
        n_rounds: int = 5000,
        learning_rate: float = 0.015,
        min_leaf: int = 20,
        validation_share: float = 0.15,
        seed: int = 0,
    ) -> None:
        self.horizons_days = horizons_days
        self.n_interactions = n_interactions
        self.max_bins = max_bins
        self.outer_bags = outer_bags
        self.increasing = increasing
        self.n_rounds = n_rounds
        self.learning_rate = learning_rate
        self.min_leaf = min_leaf
        self.validation_share = validation_share
        self.seed = seed

    @property
    def feature_columns_(self) -> list[str]:
        """Features that a term may be of, numbers first."""
        check_is_fitted(self)
        return [*self.bin_edges_, *self.preparer_.levels_]

    @property
    def shapes_(self) -> dict[str, pd.DataFrame]:
        """A table per term: ``horizon_days``, its bins, ``effect`` on the logit and ``deviation`` over the bags.

        The bins of a term of one feature are ``level``, ``above`` and ``up_to`` (a value lies above the one and not
        above the other; NaN for levels and missing values); those of a joint term ``level`` and ``other_level``.
        """
        check_is_fitted(self)
        parts: dict[str, list[pd.DataFrame]] = {}
        for horizon, day in enumerate(self.supported_times_):
            tables = self._tables(horizon)
            found = zip(self._names(horizon), tables.places, tables.effects, tables.deviations, strict=True)
            for name, place, effect, deviation in found:
                table = self._bins_of(place).assign(effect=effect.ravel(), deviation=deviation.ravel())
                table.insert(0, "horizon_days", day)
                told = len(place) == 2 or place[0] < len(self.bin_edges_)
                parts.setdefault(name, []).append(table if told else table[1:])  # a missing text is a level
        return {name: pd.concat(tables, ignore_index=True) for name, tables in parts.items()}

    def score_terms(self, X: Any, at_days: float) -> ScoreTerms:
        """Return what each term adds to the logit of a horizon's own classifier: exact, by look-up.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Raw features with the columns of fit, in the order of fit.
        at_days : float
            One of the horizons.

        Returns
        -------
        ScoreTerms
            Terms that add up to the score; the base is the weighted mean score of the training rows.

        Raises
        ------
        FitError
            If a column is missing, extra or moved, or the time is no horizon.
        """
        bins = self._bins(self._check_columns(X))
        place = self._place_of(at_days)
        tables = self._tables(place)
        values, score = tables.terms(bins), tables.scores(bins)
        return ScoreTerms(self._names(place), values, tables.intercept, score, "logit")

    def _check_settings(self) -> None:
        check_whole("n_interactions", self.n_interactions, 0, 1000)
        check_whole("max_bins", self.max_bins, 2, 254)
        check_whole("outer_bags", self.outer_bags, 1, 1000)
        check_whole("n_rounds", self.n_rounds, 1, 1_000_000)
        self._check_shared_settings(may_leave_out_none=False)

    def _most_bins(self) -> int:
        return int(self.max_bins)

    def _to_bins(self, settled: pd.DataFrame) -> NDArray[np.uint16]:
        levels = [
            settled[name].cat.codes.to_numpy().astype(np.uint16) + np.uint16(1) for name in self.preparer_.levels_
        ]
        return np.column_stack([self._number_bins(settled).astype(np.uint16), *levels])

    def _learn_horizons(self, horizons: list[HorizonRows]) -> None:
        learned = [fit_terms(rows, self._settings()) for rows in horizons]
        self.intercept_ = np.array([tables.intercept for tables in learned])
        self.term_columns_ = [[list(place) for place in tables.places] for tables in learned]
        self.effects_ = [list(tables.effects) for tables in learned]
        self.deviations_ = [list(tables.deviations) for tables in learned]

    def _settings(self) -> TermSettings:
        numbers = [len(edges) + 1 for edges in self.bin_edges_.values()]
        levels = [len(names) + 1 for names in self.preparer_.levels_.values()]
        columns = self.feature_columns_
        return TermSettings(
            n_bins=(*numbers, *levels),
            is_text=(*(False for _ in numbers), *(True for _ in levels)),
            increasing=tuple(name in self.increasing_ for name in columns),
            n_interactions=int(self.n_interactions),
            outer_bags=int(self.outer_bags),
            share=float(self.validation_share),
            n_rounds=int(self.n_rounds),
            rate=float(self.learning_rate),
            min_leaf=int(self.min_leaf),
            seed=int(self.seed),
        )

    def _tables(self, horizon: int) -> TermTables:
        places = tuple(tuple(place) for place in self.term_columns_[horizon])
        effects, deviations = tuple(self.effects_[horizon]), tuple(self.deviations_[horizon])
        return TermTables(float(self.intercept_[horizon]), places, effects, deviations)

    def _names(self, horizon: int) -> tuple[str, ...]:
        columns = self.feature_columns_
        return tuple(" & ".join(columns[column] for column in place) for place in self.term_columns_[horizon])

    def _logits(self, frame: pd.DataFrame) -> Floats:
        bins = self._bins(frame)
        return np.column_stack([self._tables(place).scores(bins) for place in range(len(self.intercept_))])

    def _bins_of(self, place: tuple[int, ...]) -> pd.DataFrame:
        """Return what the cells of a term stand for, in the order of its table."""
        each = [self._cells(self.feature_columns_[column]) for column in place]
        if len(each) == 1:
            return each[0]
        one, other = (cells["level"].to_numpy() for cells in each)
        return pd.DataFrame({"level": np.repeat(one, len(other)), "other_level": np.tile(other, len(one))})

    def _cells(self, name: str) -> pd.DataFrame:
        if name in self.preparer_.levels_:
            level = [MISSING, self.preparer_.reference_[name], *self.preparer_.levels_[name]]
            return pd.DataFrame({"level": level, "above": np.nan, "up_to": np.nan})
        edges = self.bin_edges_[name]
        above, up_to = np.concatenate(([-np.inf], edges)), np.concatenate((edges, [np.inf]))
        level = [MISSING, *(f"{low:g} to {high:g}" for low, high in zip(above, up_to, strict=True))]
        return pd.DataFrame({"level": level, "above": [np.nan, *above], "up_to": [np.nan, *up_to]})
