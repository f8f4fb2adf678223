"""Gradient-boosted hazards of a re-report and of competing events, monotone where asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.models.by_interval.boosting import (
    Boosted,
    Growth,
    Rows,
    Trees,
    boost,
    into_bins,
    learn_edges,
    log_rates,
    settled_order,
)
from hgrisk.models.by_interval.intervals import (
    OTHER_EVENT,
    check_above_zero,
    cut_into_spells,
    even_edges,
    interval_incidence,
    logit_of,
    row_chunks,
    share_of_rates,
)
from hgrisk.models.cause_specific.proportional_hazards import check_cluster
from hgrisk.models.inputs.columns import is_numeric
from hgrisk.models.inputs.fit_arguments import checked_increasing
from hgrisk.models.preparation import FeaturePreparer
from hgrisk.models.protocol import SurvivalModel
from hgrisk.surv import RE_REPORT

KINDS = ("re_report", "competing")
RIDGE = 1.0
DEEPEST = 12


class BoostedHazard(SurvivalModel):
    """Gradient-boosted trees for the hazard of a re-report, and for that of competing events, by interval of time.

    Both hazards are constant within an interval (piecewise exponential), so that exact times at risk count. Trees split
    on features, on missing values, and on time: effects may change with time and depend on each other. Nothing is laid
    out by row and interval but one number, the expected events.

    **Monotone.** In each feature of ``increasing`` the hazard of a re-report may only rise, at every time, and the
    hazard of competing events may only fall. Both together make every predicted probability of a re-report rise with
    the feature, by any time, all other features equal: a competing hazard that rose too could lower it. Held to this
    are recorded values; a missing one is no value on the scale and is placed freely.

    Parameters
    ----------
    max_depth : int
        Most splits from the root of a tree to a leaf, 1 to 12.
    learning_rate : float
        What is taken of each tree, above 0 and up to 1.
    n_rounds : int
        Most trees for each hazard.
    interval_days : float
        Width of an interval.
    horizon_days : float, optional
        Days after which nothing is looked at; by default the longest follow-up.
    increasing : sequence of str
        Numeric features that may only raise the risk: names or patterns such as ``"prior_reports_*"``.
    validation_share : float
        Share of the clusters that is left out to find the number of trees, after which all rows are learned from; from
        0 (no stopping) and below 1.
    patience : int
        Trees without a better likelihood of those left out, after which to stop.
    min_leaf_events : float
        Fewest events that are expected in a leaf.
    seed : int
        Seed of who is left out.

    Attributes
    ----------
    edges_ : ndarray, shape (K + 1,)
        Days at which the intervals begin and end.
    baseline_ : dict of str to ndarray, shape (K,)
        Log hazard per interval before any tree, of ``re_report`` and, if there are any, ``competing`` events.
    trees_ : dict of str to dict of str to ndarray
        The nodes of all trees.
    n_rounds_ : dict of str to int
        Trees used.
    feature_columns_ : list of str
        Columns that trees see: numeric features as they are, text as 0-1 columns.
    bin_edges_ : dict of str to ndarray
        Values up to which each bin of a column reaches.
    preparer_ : FeaturePreparer or None
        Of the text features.

    Notes
    -----
    Friedman (2001), doi:10.1214/aos/1013203451; the piecewise-exponential likelihood of trees: Hothorn et al. (2006),
    doi:10.1093/biostatistics/kxj011. Leaves take a Newton step, drawn to 0 by one expected event. A split on time that
    puts a row in two leaves is what scikit-learn's boosting does with rows by person and interval.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> rng = np.random.default_rng(0)
    >>> X = pd.DataFrame({"prior_reports": rng.poisson(1.0, 2000)})
    >>> time = np.ceil(rng.exponential(800 / (1 + X["prior_reports"])))
    >>> y = Surv.from_arrays(event=time <= 365, duration_days=np.minimum(time, 365))
    >>> model = BoostedHazard(n_rounds=50, increasing=("prior_reports",)).fit(X, y)
    >>> model.predict_risk(pd.DataFrame({"prior_reports": [0, 1, 4]}), 183).round(1).tolist()
    [0.2, 0.4, 0.6]
    """

    _takes_entry = True

    def __init__(
        self,
        max_depth: int = 3,
        learning_rate: float = 0.1,
        n_rounds: int = 300,
        interval_days: float = 30.0,
        *,
        horizon_days: float | None = None,
        increasing: Sequence[str] = (),
        validation_share: float = 0.2,
        patience: int = 20,
        min_leaf_events: float = 10.0,
        seed: int = 0,
    ) -> None:
        self.max_depth = max_depth
        self.learning_rate = learning_rate
        self.n_rounds = n_rounds
        self.interval_days = interval_days
        self.horizon_days = horizon_days
        self.increasing = increasing
        self.validation_share = validation_share
        self.patience = patience
        self.min_leaf_events = min_leaf_events
        self.seed = seed

    def fit(self, X: Any, y: Any, sample_weight: Any = None, cluster: Any = None) -> Self:
        """Grow the trees.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Raw features, one row per landmark; values may be missing, columns may be text.
        y : ndarray or DataFrame, shape (n,)
            Outcome with the fields ``event`` and ``duration_days``, and ``entry_days`` where entry is delayed.
        sample_weight : array-like of float, shape (n,), optional
            Case weights, 0 and above.
        cluster : array-like, shape (n,), optional
            Label of each row's household: those left out to find the number of trees are whole clusters.

        Returns
        -------
        BoostedHazard
            The fitted model itself.

        Raises
        ------
        ConfigError
            If a setting is not allowed.
        DataError
            If the input does not meet its rule.
        FitError
            If there is no re-report, or none among those left out or the others.
        """
        growth = self._check_settings()
        training = self._check_training(X, y, sample_weight)
        clusters = check_cluster(cluster, training)
        self.edges_ = even_edges(self.interval_days, self.horizon_days, self.last_followup_days_)
        if self.horizon_days is not None:
            self.last_followup_days_ = min(self.last_followup_days_, float(self.horizon_days))
        times = (training.duration, training.event, training.entry)
        spells = cut_into_spells(*times, self.edges_, until=self.last_followup_days_)
        columns = self._learn_columns_of_trees(training.frame.loc[spells.kept])
        edges = [learn_edges(column) for column in columns.T]
        self.bin_edges_ = dict(zip(self.feature_columns_, edges, strict=True))
        bins, weight = into_bins(columns, edges), training.weight[spells.kept] / training.weight[spells.kept].mean()
        order = settled_order(bins, spells, weight)
        n_bins = np.array([len(its) + 1 for its in edges], dtype=np.int64)
        direction = np.array([name in self.increasing_ for name in self.feature_columns_], dtype=np.int64)
        rows = Rows(bins[order], n_bins, direction, spells.only(order), weight[order], RE_REPORT)
        labels = None if clusters is None else clusters[spells.kept][order]
        left_out = self._leave_out(len(order), labels)
        self.baseline_: dict[str, Floats] = {}
        self.trees_: dict[str, Trees] = {}
        self.n_rounds_: dict[str, int] = {}
        self._keep(KINDS[0], self._boost(rows, growth, left_out))
        if np.any(spells.kind == OTHER_EVENT):
            others = replace(rows, kind=OTHER_EVENT, direction=-direction)
            self._keep(KINDS[1], self._boost(others, growth, left_out))
        self.supported_times_ = None
        return self

    @property
    def importance_(self) -> pd.DataFrame:
        """What splits gained in log likelihood: ``cause, feature, gain, n_splits``; ``time`` is the interval."""
        check_is_fitted(self)
        names = [*self.feature_columns_, "time"]
        tables = []
        for cause, trees in self.trees_.items():
            split = trees["feature"] >= 0
            where, gain = trees["feature"][split], trees["gain"][split]
            total = np.bincount(where, weights=gain, minlength=len(names))
            count = np.bincount(where, minlength=len(names))
            tables.append(pd.DataFrame({"cause": cause, "feature": names, "gain": total, "n_splits": count}))
        return pd.concat(tables, ignore_index=True).sort_values(["cause", "gain"], ascending=False, ignore_index=True)

    def predict(self, X: Any) -> Floats:
        """Return the log odds of a re-report by the horizon, or by the end of the training follow-up.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.

        Returns
        -------
        ndarray, shape (n,)
            Log odds; higher is worse.

        Raises
        ------
        FitError
            If a column is missing, extra or moved.
        """
        frame = self._check_columns(X)
        return logit_of(self._cumulative_incidence(frame, np.array([self.last_followup_days_]))[:, 0])

    def predict_rate(self, X: Any) -> Floats:
        """Return both hazards.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.

        Returns
        -------
        ndarray, shape (2, n, K)
            Hazard per interval of a re-report and of a competing event.
        """
        return self._rates(self._bins(self._check_columns(X)))

    def _check_settings(self) -> Growth:
        check_above_zero("learning_rate", self.learning_rate, 0.1)
        check_above_zero("min_leaf_events", self.min_leaf_events, 10)
        for name, low, high in (("max_depth", 1, DEEPEST), ("n_rounds", 0, 100_000), ("patience", 1, 100_000)):
            value = getattr(self, name)
            whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
            if not (whole and low <= value <= high):
                raise ConfigError(f"{name} is a whole number from {low} to {high:,}", f"{value!r}", "use the default")
        if self.learning_rate > 1:
            raise ConfigError("learning_rate is at most 1", f"{self.learning_rate!r}", "use 0.1, say")
        if not 0 <= self.validation_share < 1:
            raise ConfigError("validation_share is from 0 and below 1", f"{self.validation_share!r}", "use 0.2, say")
        return Growth(int(self.max_depth), float(self.learning_rate), RIDGE, float(self.min_leaf_events))

    def _learn_columns_of_trees(self, frame: pd.DataFrame) -> Floats:
        numeric = [str(name) for name in frame.columns if is_numeric(frame[name])]
        text = [str(name) for name in frame.columns if str(name) not in numeric]
        self.numeric_columns_, self.text_columns_ = numeric, text
        self.preparer_ = FeaturePreparer().fit(frame[text]) if text else None
        derived = [] if self.preparer_ is None else [str(name) for name in self.preparer_.get_feature_names_out()]
        self.feature_columns_ = [*numeric, *derived]
        self.increasing_ = checked_increasing(self.increasing, self.numeric_columns_)
        columns = self._columns(frame)
        present = ~np.isnan(columns)
        varies = [
            len(np.unique(column[its])) > 1 or its.any() != its.all()
            for column, its in zip(columns.T, present.T, strict=True)
        ]
        if not any(varies):
            raise DataError("Boosting has at least one column that varies", "none", "use BaseRate")
        return columns

    def _columns(self, frame: pd.DataFrame) -> Floats:
        text = [name for name in self.numeric_columns_ if not is_numeric(frame[name])]
        if text:
            raise DataError("A column keeps its kind", f"text in {text[0]!r}", "pass numbers, as in training")
        values = frame[self.numeric_columns_].to_numpy(dtype=np.float64, na_value=np.nan)
        endless = np.isinf(values).any(axis=0)
        if endless.any():
            found = f"infinite ones in {self.numeric_columns_[int(np.argmax(endless))]!r}"
            raise DataError("Values are finite or missing", found, "correct them")
        if self.preparer_ is None:
            return values
        return np.hstack((values, self.preparer_.transform(frame[self.text_columns_]).to_numpy(dtype=np.float64)))

    def _bins(self, frame: pd.DataFrame) -> NDArray[np.uint8]:
        return into_bins(self._columns(frame), [self.bin_edges_[name] for name in self.feature_columns_])

    def _leave_out(self, n_rows: int, labels: NDArray[Any] | None) -> NDArray[np.bool_]:
        if self.validation_share == 0:
            return np.zeros(n_rows, dtype=bool)
        code = np.arange(n_rows) if labels is None else pd.factorize(labels)[0]
        n_clusters = int(code.max()) + 1
        place = np.random.default_rng(self.seed).permutation(n_clusters)
        return np.asarray((place < max(1, round(self.validation_share * n_clusters)))[code], dtype=np.bool_)

    def _boost(self, rows: Rows, growth: Growth, left_out: NDArray[np.bool_]) -> Boosted:
        """Find the number of trees on some, then grow that many on all."""
        every = np.zeros(len(left_out), dtype=bool)
        if not left_out.any():
            return boost(rows, growth, int(self.n_rounds), every)
        happened = rows.spells.kind == rows.kind
        n_rounds = 0  # too few competing events to judge by: their hazard is the same for all
        if happened[left_out].any() and happened[~left_out].any():
            trial = boost(rows, growth, int(self.n_rounds), left_out, int(self.patience))
            n_rounds = int(np.argmax(trial.scores))
        elif rows.kind == RE_REPORT:
            where = "left out" if not happened[left_out].any() else "not left out"
            raise FitError(
                "Some clusters with a re-report are left out, some not", f"none {where}", "set validation_share=0"
            )
        return boost(rows, growth, n_rounds, every)

    def _keep(self, cause: str, boosted: Boosted) -> None:
        self.baseline_[cause], self.trees_[cause] = boosted.baseline, boosted.trees
        self.n_rounds_[cause] = len(boosted.trees["roots"])

    def _rates(self, bins: NDArray[np.uint8]) -> Floats:
        rates = np.zeros((2, len(bins), len(self.edges_) - 1))
        for place, cause in enumerate(KINDS):
            if cause in self.trees_:
                rates[place] = np.exp(log_rates(bins, self.baseline_[cause], self.trees_[cause]))
        return rates

    def _cumulative_incidence(self, frame: pd.DataFrame, days: Floats) -> Floats:
        bins = self._bins(frame)
        result = np.empty((len(bins), len(days)))
        for rows in row_chunks(len(bins), len(self.edges_)):
            first, other = share_of_rates(*self._rates(bins[rows]))
            result[rows] = interval_incidence(first, other, self.edges_, days)
        return result
