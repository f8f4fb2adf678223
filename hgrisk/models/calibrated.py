"""A model with its risks calibrated on rows that it was not trained on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted, has_fit_parameter

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.models.by_horizon.outcomes import checked_followable, checked_horizons, horizon_outcome
from hgrisk.models.by_horizon.rising import risen
from hgrisk.models.by_horizon.risk_maps import isotonic_map, level_intercept, platt_slope, risk_logit, site_map
from hgrisk.models.inputs.network_folds import network_folds, row_names
from hgrisk.models.logistic import ReReportLogistic
from hgrisk.models.penalty import settle_penalty
from hgrisk.models.protocol import SurvivalModel
from hgrisk.models.score_terms import ScoreTerms
from hgrisk.surv import Surv, as_surv

METHODS = ("none", "isotonic", "platt", "site")
CLOSED_TEST_LEVEL = 0.05
FEWEST_FOLDS = 2

Answers = tuple[NDArray[np.bool_], Floats]
"""Labels at a horizon, and weights."""


class Calibrated(SurvivalModel):
    """A model and, by horizon, a map from its risk to a calibrated one, learnt on rows it was not trained on.

    For "isotonic" and "platt" the training rows are parted into folds of household networks; each fold is predicted
    by a copy trained on the others, the maps are learnt from these predictions with censoring weights, and the model
    itself is trained on all rows. For "site" the model comes fitted elsewhere and stays as it is: the rows given are
    those of a new site, and only intercept and slope may change.

    Parameters
    ----------
    model : SurvivalModel, optional
        The model to calibrate; `ReReportLogistic` by default. It is copied; for "site" it is fitted already.
    method : "none", "isotonic", "platt" or "site"
        No map; a rising step-like one, for many re-reports (a thousand, say); intercept and slope on the logit; or the
        change that a new site asks for: none, intercept, or intercept and slope, by a closed test robust to networks.
    folds : int
        Folds of household networks, 2 or more.
    horizons_days : tuple of float
        Horizons in days, each above 0, given to the model too where it has them.
    seed : int
        Seed of the folds.

    Attributes
    ----------
    model_ : SurvivalModel
        The model, trained on all rows.
    knots_, values_ : list of ndarray, by horizon
        For "isotonic": predicted risks and what they become.
    intercept_, slope_ : ndarray, shape (H,)
        For "platt" and "site". A slope is 0 or more; 0 says that the model ranked rows it was not trained on no better
        than chance, and gives all the same risk.
    change_ : list of str, by horizon
        For "site": "none", "intercept" or "slope".

    Notes
    -----
    Without the names of networks each row is one of its own, and the order of rows does not matter: copies of a row
    belong together only if ``cluster`` says so. A calibrated risk below that of a shorter horizon is raised to it.

    The slope of "platt" is learnt with an intercept for each fold: a fold with many re-reports is predicted by a copy
    that saw few, so that the levels of folds run against the outcome. The intercept is then the one at which the mean
    risk of the model trained on all rows is the observed share, both over the rows with an answer at the horizon and
    with their weights. These risks are the model's own of rows that it was trained on, which is fair for a mean: the
    spread, which such risks overstate, is settled by then.

    Isotonic risks are never exactly 0 or 1 (see `isotonic_map`), and rows that it makes equal can no longer be ranked.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> X = pd.DataFrame({"prior_reports": rng.poisson(1.0, 400)})
    >>> y = Surv.from_arrays(np.ones(400), np.ceil(rng.exponential(900 * np.exp(-0.3 * X["prior_reports"]))))
    >>> model = Calibrated(method="platt", horizons_days=(365,)).fit(X, y)
    >>> model.predict_risk(pd.DataFrame({"prior_reports": [0, 2]}), 365).round(1).tolist()
    [0.3, 0.5]
    """

    def __init__(
        self,
        model: SurvivalModel | None = None,
        method: Literal["none", "isotonic", "platt", "site"] = "isotonic",
        folds: int = 5,
        horizons_days: tuple[float, ...] = (183, 365, 548),
        seed: int = 0,
    ) -> None:
        self.model = model
        self.method = method
        self.folds = folds
        self.horizons_days = horizons_days
        self.seed = seed

    @property
    def takes_entry(self) -> bool:
        """Whether the model takes rows that enter late, as those of a hazard do."""
        return self._inner().takes_entry

    @property
    def has_terms(self) -> bool:
        """Whether the model's score can be taken apart."""
        return self._inner().has_terms

    def fit(self, X: Any, y: Any, sample_weight: Any = None, followable_days: Any = None, cluster: Any = None) -> Self:
        """Fit the model, and its maps on rows it was not trained on.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features, one row per landmark.
        y : ndarray or DataFrame, shape (n,)
            Outcome with the fields ``event`` and ``duration_days``, and ``entry_days`` where the model takes it.
        sample_weight : array-like of float, shape (n,), optional
            Case weights, 0 and above.
        followable_days : array-like of float, shape (n,), optional
            Calendar days until follow-up of everyone ends; see `HorizonClassifier.fit`.
        cluster : array-like, shape (n,), optional
            Household network of each row; networks are never split, and count as one observation where a new site is
            tested and where the lowest or highest rows all agree. Handed on to a model that takes it.

        Returns
        -------
        Calibrated
            The fitted model itself.

        Raises
        ------
        ConfigError
            If a setting is not allowed, or there are fewer networks than folds.
        DataError
            If the input does not meet its rule.
        FitError
            If a horizon cannot be learnt, from all rows or without some fold, or the model of "site" is not fitted.
        """
        if self.method not in METHODS:
            raise ConfigError("A calibration has a known method", f"{self.method!r}", f"use {', '.join(METHODS)}")
        horizons = checked_horizons(self.horizons_days)
        outcome = as_surv(y)
        # durations count from the landmark, also in rows whose time at risk begins later
        training = self._check_training(X, Surv.from_arrays(outcome["event"], outcome["duration_days"]), sample_weight)
        kept = training.kept
        rows = X.loc[kept] if isinstance(X, pd.DataFrame) else np.asarray(X)[kept]
        limit = checked_followable(followable_days, len(kept))[kept]
        names = _checked_clusters(cluster, len(kept))[kept] if cluster is not None else None
        # what all rows cannot teach is refused before a fold is blamed for it
        known = [] if self.method == "none" else [horizon_outcome(training, limit, day) for day in horizons]
        offered = {"sample_weight": training.weight, "followable_days": limit if followable_days is not None else None}
        offered["cluster"] = names
        networks = row_names(training.frame, outcome[kept], training.weight, limit) if names is None else names
        learn = _Learning(
            self._inner(), rows, outcome[kept], offered, networks=networks, horizons=horizons, seed=self.seed
        )
        self.model_ = self._fitted_elsewhere(rows) if self.method == "site" else learn.fit()
        if self.method == "none":
            self.supported_times_ = self.model_.supported_times_
            return self
        columns = [(one.label, one.weight * training.weight) for one in known]
        risk = self.model_.predict_cumulative_incidence(rows, horizons)
        if self.method == "site":
            self._learn_site(risk, columns, networks)
        else:
            fold = network_folds(networks, self.folds, self.seed)
            self._learn_maps(risk, learn.out_of_fold(fold, horizons), columns, fold, networks)
        self.supported_times_ = horizons
        return self

    def predict(self, X: Any) -> Floats:
        """Return the logit of the calibrated risk by the longest horizon; without a map, the model's own score.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.

        Returns
        -------
        ndarray, shape (n,)
            Higher is worse.
        """
        frame = self._check_columns(X)
        if self.method == "none":
            return self.model_.predict(self._given(frame))
        return risk_logit(risen(self._mapped(self._uncalibrated(frame)))[:, -1])

    def score_terms(self, X: Any, at_days: float) -> ScoreTerms:
        """Return what each feature adds to the score of each row.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.
        at_days : float
            One of the horizons.

        Returns
        -------
        ScoreTerms
            Terms of the model; times the slope, about the moved base, where its score is a logit and the calibration
            an intercept and slope. After an isotonic map, or on another scale, they add up to the score before it.
        """
        frame = self._check_columns(X)
        (day,) = self._check_times([at_days])
        terms = self.model_.score_terms(self._given(frame), at_days)
        if self.method not in ("platt", "site") or terms.scale != "logit":
            return terms
        place = self._supported().index(day)
        a, b = float(self.intercept_[place]), float(self.slope_[place])
        return ScoreTerms(terms.names, b * terms.values, a + b * terms.base, a + b * terms.score, terms.scale)

    def calibrate_risk(self, risk: Any) -> Floats:
        """Return what risks of the model become, such as those printed at each total of a card.

        Parameters
        ----------
        risk : array-like of float, shape (n, H)
            Risks of ``model_``, from 0 to 1, by each of the horizons in ``supported_times_``, the shortest first.

        Returns
        -------
        ndarray, shape (n, H)
            The risks that are predicted; those given where there is no map.

        Raises
        ------
        DataError
            If there is not one risk from 0 to 1 for each horizon.
        """
        check_is_fitted(self)
        given = np.asarray(risk, dtype=np.float64)
        horizons = self._supported()
        if given.ndim != 2 or (horizons and given.shape[1] != len(horizons)):
            cure = f"give {len(horizons)} columns" if horizons else "give a column for each time"
            raise DataError(
                "Risks have a row for each case and a column for each horizon", f"shape {given.shape}", cure
            )
        wrong = ~((given >= 0) & (given <= 1))
        if wrong.any():
            raise DataError("A risk lies from 0 to 1", f"{given[wrong][0]:g}", "give what the model predicts")
        return given if self.method == "none" else risen(self._mapped(given))

    def _cumulative_incidence(self, frame: pd.DataFrame, days: Floats) -> Floats:
        if self.method == "none":
            return self.model_.predict_cumulative_incidence(self._given(frame), days)
        return risen(self._mapped(self._uncalibrated(frame)))[:, np.searchsorted(self._supported(), days)]

    def _learn_site(self, risk: Floats, columns: list[Answers], networks: NDArray[Any]) -> None:
        changes = [site_map(risk[:, h], *each, CLOSED_TEST_LEVEL, networks) for h, each in enumerate(columns)]
        self.change_ = [change for *_, change in changes]
        self.intercept_, self.slope_ = (np.array([one[part] for one in changes]) for part in (0, 1))

    def _learn_maps(
        self, risk: Floats, unseen: Floats, columns: list[Answers], fold: NDArray[np.int64], networks: NDArray[Any]
    ) -> None:
        """Learn from the risks of the model itself and, of rows not trained on, of its copies, both of shape (n, H)."""
        if self.method == "isotonic":
            maps = [isotonic_map(unseen[:, h], *each, networks) for h, each in enumerate(columns)]
            self.knots_, self.values_ = [knots for knots, _ in maps], [values for _, values in maps]
            return
        slopes = [platt_slope(unseen[:, h], *each, fold) for h, each in enumerate(columns)]
        levels = [level_intercept(risk[:, h], *each, slopes[h]) for h, each in enumerate(columns)]
        self.intercept_, self.slope_ = np.array(levels), np.array(slopes)

    def _uncalibrated(self, frame: pd.DataFrame) -> Floats:
        return self.model_.predict_cumulative_incidence(self._given(frame), self._supported())

    def _mapped(self, risk: Floats) -> Floats:
        """Return what each horizon's own map makes of its risks, shape (n, H)."""
        if self.method != "isotonic":
            return np.asarray(expit(self.intercept_ + self.slope_ * risk_logit(risk)), dtype=np.float64)
        pairs = zip(self.knots_, self.values_, strict=True)
        return np.column_stack([np.interp(risk[:, h], *pair) for h, pair in enumerate(pairs)])

    def _inner(self) -> SurvivalModel:
        return ReReportLogistic(self.horizons_days) if self.model is None else self.model

    def _supported(self) -> tuple[float, ...]:
        return () if self.supported_times_ is None else self.supported_times_

    def _given(self, frame: pd.DataFrame) -> Any:
        """Return the features in the form of fit, which the model checks for itself."""
        return frame if hasattr(self, "feature_names_in_") else frame.to_numpy()

    def _fitted_elsewhere(self, rows: Any) -> SurvivalModel:
        model = self._inner()
        try:
            check_is_fitted(model, "last_followup_days_")
        except NotFittedError as error:
            cure = "fit it where it comes from, and do not clone it after"
            raise FitError("The model for a new site is fitted elsewhere", "one not fitted", cure) from error
        model.predict(rows)  # refuses other columns
        return model


class _Learning:
    """Copies of a model, trained on some of the rows; only for the time of a fit."""

    def __init__(
        self,
        model: SurvivalModel,
        rows: Any,
        outcome: NDArray[np.void],
        offered: dict[str, Any],
        *,
        networks: Any,
        horizons: tuple[float, ...],
        seed: int,
    ) -> None:
        self.model, self.rows, self.outcome, self.networks, self.seed = clone(model), rows, outcome, networks, seed
        if "horizons_days" in model.get_params():
            self.model.set_params(horizons_days=horizons)
        self.more = {
            name: value for name, value in offered.items() if value is not None and has_fit_parameter(model, name)
        }

    def fit(self, some: NDArray[np.bool_] | None = None) -> SurvivalModel:
        """Return a copy trained on the rows of a mask, or on all."""
        some = np.ones(len(self.outcome), dtype=bool) if some is None else some
        rows, outcome = _some(self.rows, some), self.outcome[some]
        known: dict[tuple[str, ...], float] = {}  # a penalty is chosen without the fold left out
        model = settle_penalty(self.model, rows, outcome, self.networks[some], self.seed, known=known)
        more = {name: value[some] for name, value in self.more.items()}
        return clone(model).fit(rows, outcome, **more)  # type: ignore[no-any-return]

    def out_of_fold(self, fold: NDArray[np.int64], horizons: tuple[float, ...]) -> Floats:
        """Return the risk of each row by the copy that was not trained on its fold, shape (n, H)."""
        risk = np.empty((len(fold), len(horizons)))
        numbers = np.unique(fold)
        for number in numbers:
            rows = fold == number
            with _naming(f"Without fold {number + 1} of {len(numbers)}", fewer=len(numbers) > FEWEST_FOLDS):
                model = self.fit(~rows)
                risk[rows] = model.predict_cumulative_incidence(_some(self.rows, rows), horizons)
        return risk


@contextmanager
def _naming(part: str, *, fewer: bool) -> Iterator[None]:
    """Say in a refusal that it is one of a part of the rows only."""
    try:
        yield
    except (DataError, FitError) as error:
        rule = f"{part}, {error.rule[0].lower()}{error.rule[1:]}"
        cure = "use fewer folds" if fewer else "use method='none'"
        raise type(error)(rule, error.found, cure) from error


def _some(rows: Any, mask: NDArray[np.bool_]) -> Any:
    return rows.loc[mask] if isinstance(rows, pd.DataFrame) else rows[mask]


def _checked_clusters(cluster: Any, n_rows: int) -> NDArray[Any]:
    names = np.asarray(cluster)
    if names.shape != (n_rows,) or pd.isna(names).any():
        found = f"shape {names.shape} for {n_rows} rows" if names.shape != (n_rows,) else "missing names"
        raise DataError("Every row belongs to a household network", found, "pass the network of each row")
    return names
