"""From state to state: a Cox regression of each passage in the care chain, and the probability of each state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, DataError, FitError, HgriskError
from hgrisk.hazards.fit import CoxFit, CoxRows, fit_cox
from hgrisk.models.cause_specific.incidence import LARGEST_PREDICTOR
from hgrisk.models.cause_specific.occupation import Passage, occupation
from hgrisk.models.cause_specific.proportional_hazards import Z_95, check_penalty
from hgrisk.models.inputs.columns import ColumnMemory, columns_as_they_are, numeric_matrix
from hgrisk.models.inputs.fit_arguments import as_labels, checked_weight
from hgrisk.models.preparation import FeaturePreparer
from hgrisk.surv import Surv

RE_REPORTED = "re_report"

CARE_CHAIN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "report": ("handover_sent", RE_REPORTED),
        "handover_sent": ("accepted", RE_REPORTED),
        "accepted": ("first_contact", RE_REPORTED),
        "first_contact": (RE_REPORTED,),
    }
)
"""From the report to the first contact with help, and from each step to a re-report."""

STAY = ("from_state", "to_state", "entry_days", "duration_days")


class MultiState(ColumnMemory, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A Cox regression of the hazard of each passage between states, and the probability of being in each state.

    Rows are stays: a case in one state over (entry, duration], days counted from its landmark throughout, and the state
    into which it passed at the end. Each passage has its own coefficients and baseline hazard; the other ways out of
    the state end the time at risk of it, as competing events. What comes next depends on the state and the day alone,
    not on how long the case has been there (Markov); what should matter of the way so far is a feature of the stay.

    Parameters
    ----------
    transitions : mapping of str to sequence of str, optional
        From each state the states that can follow. Those that nothing follows are ends. Without it, ``CARE_CHAIN``:
        report, handover sent, accepted, first contact, with a re-report from each.
    penalty : float
        Ridge penalty per event on standardised columns, as in `CoxRegression`, for each passage.
    ties : {"efron", "breslow"}
        How passages on the same day share their risk set.
    prepare : bool
        Whether to run a `FeaturePreparer` first, so that the model takes raw features.

    Attributes
    ----------
    states_ : list of str
        The states, in the order of their first mention.
    coef_ : ndarray, shape (m, q)
        Log hazard ratios of each passage.
    covariance_ : ndarray, shape (m, q, q)
        Of the coefficients of each passage: cluster-robust where clusters were given.
    passages_ : list of tuple of str
        The m passages, as pairs of states.
    occupation_times_, occupation_ : ndarray, shapes (k,) and (k, s)
        Aalen-Johansen estimate, over all cases alike, of the probability of each state from each day on; the first
        row is day 0.
    last_followup_days_ : float
        Longest follow-up at fit; later times are refused.

    Notes
    -----
    Aalen and Johansen (1978), Scand. J. Statist. 5, 141-150; Putter, Fiocco and Geskus (2007), doi:10.1002/sim.2712.
    Intervals of a probability come from a bootstrap over household networks. A passage tells what followed, not what an
    earlier or later handover would bring about: cases whose handover is sent early differ from the others.

    Examples
    --------
    >>> stays = pd.DataFrame(
    ...     {
    ...         "from_state": ["report", "help", "report", "report", "help", "report"],
    ...         "to_state": ["help", None, "again", "help", "again", None],
    ...         "entry_days": [0, 20, 0, 0, 60, 0],
    ...         "duration_days": [20, 300, 45, 60, 200, 250],
    ...     }
    ... )
    >>> X = pd.DataFrame({"prior_reports": [0, 0, 3, 1, 1, 2]})
    >>> chain = {"report": ["help", "again"], "help": ["again"]}
    >>> model = MultiState(chain, penalty=1.0, prepare=False).fit(X, stays)
    >>> model.states_
    ['report', 'help', 'again']
    >>> model.predict_occupation(X[:1], [0, 100]).round(2).tolist()
    [[[1.0, 0.0, 0.0], [0.2, 0.74, 0.06]]]
    """

    def __init__(
        self,
        transitions: Mapping[str, Sequence[str]] | None = None,
        penalty: float = 0.0,
        ties: str = "efron",
        prepare: bool = True,
    ) -> None:
        self.transitions = transitions
        self.penalty = penalty
        self.ties = ties
        self.prepare = prepare

    def fit(self, X: Any, y: Any, sample_weight: Any = None, cluster: Any = None) -> Self:
        """Fit the hazard of each passage.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features, one row per stay.
        y : DataFrame, shape (n,)
            The stays: ``from_state``, ``to_state`` (missing where the case was last seen in the state), ``entry_days``
            and ``duration_days``.
        sample_weight : array-like of float, shape (n,), optional
            Case weights, 0 and above.
        cluster : array-like, shape (n,), optional
            Label of each stay's cluster, such as the household, for cluster-robust errors.

        Returns
        -------
        MultiState
            The fitted model itself.

        Raises
        ------
        ConfigError
            If a setting is not allowed.
        DataError
            If a stay has an unknown state or passage, or an input does not meet its rule.
        FitError
            If a passage never happened, or one of its coefficients has no finite estimate; both are named.
        """
        check_penalty(self.penalty, self.ties)
        frame = self._learn_columns(X)
        self._learn_states()
        stays = self._check_stays(y, len(frame))
        weight, labels = checked_weight(sample_weight, len(frame)), _checked_labels(cluster, len(frame))
        if not weight.all():
            kept = weight > 0
            frame, weight, labels = frame.loc[kept], weight[kept], None if labels is None else labels[kept]
            stays = {name: column[kept] for name, column in stays.items()}
        design = self._learn_design(frame)
        happened = np.zeros(len(frame), dtype=bool)
        rows = CoxRows(design, stays["duration_days"], happened, stays["entry_days"], weight)
        fits, plain = [], []
        for origin, target in self.passages_:
            here = stays["from_state"] == origin
            own = replace(_taken(rows, here), happened=stays["to_state"][here] == target)
            name = f"The passage from {origin!r} to {target!r}"
            its_labels = None if labels is None else labels[here]
            fits.append(_fit_passage(name, own, its_labels, self))
            plain.append(fit_cox(replace(own, X=np.empty((len(own.happened), 0))), ties="breslow"))
        self._keep(fits)
        self.last_followup_days_ = float(rows.duration.max())
        self._keep_occupation(plain, stays, weight)
        return self

    @property
    def summary_(self) -> pd.DataFrame:
        """Coefficients: ``from_state, to_state, feature, coef, se, hazard_ratio, lower, upper``."""
        check_is_fitted(self)
        tables = []
        for (origin, target), coef, covariance in zip(self.passages_, self.coef_, self.covariance_, strict=True):
            se = np.sqrt(np.diag(covariance))
            columns = {"from_state": origin, "to_state": target, "feature": self.design_names_, "coef": coef, "se": se}
            ends = {"lower": np.exp(coef - Z_95 * se), "upper": np.exp(coef + Z_95 * se)}
            tables.append(pd.DataFrame(columns | {"hazard_ratio": np.exp(coef)} | ends))
        return pd.concat(tables, ignore_index=True)

    def predict_occupation(self, X: Any, times: Any, *, state: str | None = None, since_days: float = 0.0) -> Floats:
        """Return the probability of being in each state at each time.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.
        times : array-like of float, shape (T,)
            Days since the landmark, in any order, from ``since_days`` to the longest follow-up at fit.
        state : str, optional
            The state at ``since_days``; the first by default.
        since_days : float
            The day from which to look ahead.

        Returns
        -------
        ndarray, shape (n, T, s)
            Probabilities, that add up to 1 over ``states_``.

        Raises
        ------
        FitError
            If a column, the state, or a time is not one of those at fit.
        """
        frame = self._check_columns(X)
        days = np.atleast_1d(np.asarray(times, dtype=np.float64))
        if not np.all((days >= since_days) & (days <= self.last_followup_days_)) or since_days < 0:
            rule = f"Times are days from {since_days:g} to the longest follow-up of {self.last_followup_days_:g}"
            raise FitError(rule, f"{times!r}", "ask for times in between")
        first = self.states_[0] if state is None else state
        if first not in self.states_:
            raise FitError("A state to look ahead from is one of those at fit", f"{first!r}", f"use {self.states_}")
        start = np.zeros((len(frame), len(self.states_)))
        start[:, self.states_.index(first)] = 1.0
        design = numeric_matrix(self.preparer_.transform(frame) if self.prepare else frame)
        score = np.clip(design @ self.coef_.T + self.intercept_, -LARGEST_PREDICTOR, LARGEST_PREDICTOR)
        return occupation(start, self._ways(), np.exp(score), days, since_days)

    def predict_cumulative_incidence(self, X: Any, times: Any, *, end: str = RE_REPORTED) -> Floats:
        """Return the probability of having come from the first state to an end by each time.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.
        times : array-like of float, shape (T,)
            Days since the landmark, in any order.
        end : str
            A state that nothing follows.

        Returns
        -------
        ndarray, shape (n, T)
            Probabilities in [0, 1], not falling with time.
        """
        probability = self.predict_occupation(X, times)
        if end not in self.states_ or any(origin == end for origin, _ in self.passages_):
            raise FitError("An end is a state that nothing follows", f"{end!r}", "use predict_occupation")
        return probability[:, :, self.states_.index(end)]

    def _learn_states(self) -> None:
        chain = CARE_CHAIN if self.transitions is None else self.transitions
        self.passages_ = [(str(origin), str(target)) for origin, targets in chain.items() for target in targets]
        if not self.passages_ or len(set(self.passages_)) < len(self.passages_):
            found = f"{dict(chain)}"
            raise ConfigError("Transitions are pairs of states, each once", found, "name them as in CARE_CHAIN")
        loops = [origin for origin, target in self.passages_ if origin == target]
        if loops:
            raise ConfigError("A passage leads to another state", f"{loops[0]!r} to itself", "leave it out")
        self.states_ = list(dict.fromkeys([*map(str, chain), *(target for _, target in self.passages_)]))

    def _check_stays(self, y: Any, n_rows: int) -> dict[str, NDArray[Any]]:
        if not isinstance(y, pd.DataFrame) or not set(STAY) <= set(y.columns):
            found = f"{list(y.columns)}" if isinstance(y, pd.DataFrame) else type(y).__name__
            raise DataError(f"Stays are a DataFrame with {', '.join(STAY)}", found, "name the columns so")
        if len(y) != n_rows or n_rows == 0:
            raise DataError("Features and stays have one row per stay", f"{n_rows} and {len(y)}", "pass the same stays")
        outcome = Surv.from_arrays(np.zeros(len(y)), y["duration_days"], y["entry_days"])
        origin = y["from_state"].astype(object).to_numpy()
        target = y["to_state"].astype(object).where(y["to_state"].notna(), "").to_numpy()
        for pair in sorted(set(zip(map(str, origin), map(str, target), strict=True))):
            known = pair[0] in {first for first, _ in self.passages_} if pair[1] == "" else pair in self.passages_
            if not known:
                way = f"a stay in {pair[0]!r}" if pair[1] == "" else f"{pair[0]!r} to {pair[1]!r}"
                ends = [state for state in self.states_ if state not in {first for first, _ in self.passages_}]
                listed = ", ".join(repr(state) for state in ends)
                cure = (
                    f"leave out stays in the last states ({listed})"
                    if pair[0] in ends
                    else "add it or correct the stay"
                )
                raise DataError("A stay is in, and ends by, one of the transitions", way, cure)
        columns = {name: np.ascontiguousarray(outcome[name]) for name in ("duration_days", "entry_days")}
        return {"from_state": origin.astype(str), "to_state": target.astype(str), **columns}

    def _learn_design(self, frame: pd.DataFrame) -> NDArray[Any]:
        if self.prepare:
            self.preparer_ = FeaturePreparer().fit(frame)
        names = self.preparer_.get_feature_names_out() if self.prepare else frame.columns
        self.design_names_ = [str(name) for name in names]
        if not self.design_names_:
            raise DataError("A multi-state model has at least one column that varies", "none", "add a feature")
        return columns_as_they_are(self.preparer_.transform(frame) if self.prepare else frame)

    def _keep(self, fits: list[CoxFit]) -> None:
        self.coef_ = np.array([fit.coef for fit in fits])
        self.intercept_ = np.array([-(fit.center @ fit.coef) for fit in fits])
        self.covariance_ = np.array([fit.covariance for fit in fits])
        self.model_covariance_ = np.array([fit.model_covariance for fit in fits])
        self.loglik_ = np.array([fit.loglik for fit in fits])
        self.n_events_ = np.array([fit.n_events for fit in fits])
        self.baseline_times_ = np.concatenate([fit.times for fit in fits])
        self.baseline_hazard_ = np.concatenate([fit.hazard for fit in fits])
        self.baseline_passage_ = np.repeat(np.arange(len(fits)), [len(fit.times) for fit in fits])

    def _ways(self) -> list[Passage]:
        ways = []
        for place, (origin, target) in enumerate(self.passages_):
            its = self.baseline_passage_ == place
            ends = self.states_.index(origin), self.states_.index(target)
            ways.append(Passage(*ends, self.baseline_times_[its], self.baseline_hazard_[its]))
        return ways

    def _keep_occupation(self, plain: list[CoxFit], stays: dict[str, NDArray[Any]], weight: Floats) -> None:
        at_0 = stays["entry_days"] == 0
        start = np.array([weight[at_0 & (stays["from_state"] == state)].sum() for state in self.states_])
        start = start / start.sum() if start.any() else np.eye(len(self.states_))[0]
        ways = [
            Passage(self.states_.index(origin), self.states_.index(target), fit.times, fit.hazard)
            for (origin, target), fit in zip(self.passages_, plain, strict=True)
        ]
        times = np.unique(np.concatenate([[0.0], *(way.times for way in ways)]))
        alike = np.ones((1, len(ways)))
        self.occupation_times_, self.occupation_ = times, occupation(start[None], ways, alike, times, evenly=False)[0]


def _fit_passage(name: str, rows: CoxRows, labels: NDArray[Any] | None, model: MultiState) -> CoxFit:
    if not rows.happened.any():
        raise FitError(f"{name} happens at least once", "none", "leave it out of the transitions")
    try:
        return fit_cox(rows, cluster=labels, penalty=float(model.penalty), ties=model.ties, names=model.design_names_)
    except HgriskError as error:
        raise FitError(f"{name}: {error.rule[0].lower()}{error.rule[1:]}", error.found, error.cure) from error


def _taken(rows: CoxRows, here: NDArray[np.bool_]) -> CoxRows:
    columns: Any = {name: None if column is None else column[here] for name, column in vars(rows).items()}
    return CoxRows(**columns)


def _checked_labels(cluster: Any, n_rows: int) -> NDArray[Any] | None:
    if cluster is None:
        return None
    labels = as_labels(cluster)
    if labels.shape != (n_rows,) or pd.isna(labels).any():
        found = repr(cluster) if labels.ndim == 0 else f"shape {labels.shape} or a missing one"
        raise DataError("Cluster labels are one per stay", found, f"pass a column of {n_rows} labels")
    return labels
