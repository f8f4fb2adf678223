"""How a design fits: a callable from training landmarks and horizons to a fitted model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.utils.validation import has_fit_parameter

from hgrisk.dataset import Dataset
from hgrisk.errors import DataError
from hgrisk.models.by_horizon.own_penalty import OwnPenalty
from hgrisk.models.penalty import settle_penalty
from hgrisk.models.protocol import SurvivalModel

Fit = Callable[[Dataset, tuple[int, ...]], SurvivalModel]
"""``fit(train, horizons_days)`` returns a model fitted on the training landmarks and nothing else."""

Penalties = dict[tuple[str, ...], float]
"""Penalties chosen before on the same rows, by who shares them (all ridges; a lasso has its own) and columns."""


@dataclass(frozen=True)
class Fitting:
    """Fit copies of one model, each on the training landmarks that it is given.

    Parameters
    ----------
    model : SurvivalModel
        The model; it is copied, never fitted itself. ``penalty = "chosen"`` is chosen on each training part anew.
    columns : tuple of str
        The features it is given; all by default.
    seed : int
        Seed of the folds on which a penalty is chosen.
    known : dict, optional
        Penalties chosen before, which ridges of one set of columns share; only where all are fitted on the same rows.
    """

    model: SurvivalModel
    columns: tuple[str, ...] = ()
    seed: int = 0
    known: Penalties | None = field(default=None, repr=False, compare=False)

    def __call__(self, train: Dataset, horizons_days: tuple[int, ...]) -> SurvivalModel:
        """Return a copy of the model, fitted.

        Parameters
        ----------
        train : Dataset
            Training landmarks, with their outcome as far as it may be known.
        horizons_days : tuple of int
            Horizons of the evaluation, for a model that is fitted by horizon.

        Returns
        -------
        SurvivalModel
            The fitted copy.
        """
        X = train.X[list(self.columns)] if self.columns else train.X
        model: SurvivalModel = clone(self.model)
        if "horizons_days" in model.get_params():
            model.set_params(horizons_days=horizons_days)
        known: Penalties = {} if self.known is None else self.known
        followable = train.followable_days
        y = train.y_for(model) if isinstance(model, OwnPenalty) else train.y
        model = settle_penalty(model, X, y, train.clusters, self.seed, known=known, followable_days=followable)
        offered = {"followable_days": followable, "cluster": network_labels(train)}
        more = {name: value for name, value in offered.items() if value is not None and has_fit_parameter(model, name)}
        return model.fit(X, train.y_for(model), **more)


def checked_fits(fits: Mapping[str, Fit]) -> Mapping[str, Fit]:
    """Return ways to fit, having checked that none is a model itself.

    Parameters
    ----------
    fits : mapping of str to callable
        ``fit(train, horizons_days)`` by name.

    Returns
    -------
    mapping of str to callable
        The same.

    Raises
    ------
    DataError
        If it is no mapping, or something in it cannot be called.

    Examples
    --------
    >>> from hgrisk.models.cox import CoxRegression
    >>> list(checked_fits({"cox": Fitting(CoxRegression())}))
    ['cox']
    """
    if not isinstance(fits, Mapping):
        raise DataError(
            "Fits are given by name", f"a {type(fits).__name__}", "pass a dict such as {'cox': Fitting(...)}"
        )
    for name, fit in fits.items():
        if not callable(fit):
            kind = type(fit).__name__
            found, cure = f"{name!r} is {kind}", f"wrap a model as Fitting({kind}(...))"
            raise DataError("A design is given ways to fit, each to be called with training landmarks", found, cure)
    return fits


def network_labels(train: Dataset) -> NDArray[np.int64] | None:
    """Return the household networks of the rows, or nothing where every landmark is alone."""
    clusters = train.clusters
    return clusters if len(np.unique(clusters)) < len(clusters) else None


def columns_of(model: SurvivalModel, X: pd.DataFrame) -> pd.DataFrame:
    """Return the features that a fitted model learned from."""
    return X[list(model.feature_names_in_)]
