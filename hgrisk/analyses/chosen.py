"""What was chosen in the making of models: candidates, and the points of cards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from hgrisk.analyses.stacked import Tables, not_empty, stacked
from hgrisk.judgement import FittedModel
from hgrisk.models.by_horizon.total_score import TotalScore
from hgrisk.models.calibrated import Calibrated
from hgrisk.models.fitting import Fit
from hgrisk.models.points_card import PointsCard
from hgrisk.selection.nested import ChoosingFit


def choice_tables(fits: Mapping[str, Fit]) -> Tables:
    """Return the choices among candidates.

    Parameters
    ----------
    fits : mapping of str to callable
        How each model was fitted, by its name, after it was.

    Returns
    -------
    dict of str to DataFrame
        "selection" with ``model``, ``rule``, ``metric``, ``horizon_days`` and the columns of `Choice.table`; nothing
        without candidates.
    """
    chosen = [(_facts(name, fit), fit.choices[0].table) for name, fit in fits.items() if isinstance(fit, ChoosingFit)]
    return not_empty({"selection": stacked(chosen)})


def _facts(name: str, fit: ChoosingFit) -> dict[str, object]:
    how = fit.settings
    return {"model": name, "rule": how.rule, "metric": how.metric, "horizon_days": how.horizon_days}


def card_tables(models: Iterable[FittedModel]) -> Tables:
    """Return points and risks of cards, and the risks of counts.

    Parameters
    ----------
    models : iterable of FittedModel
        The fitted models.

    Returns
    -------
    dict of str to DataFrame
        "card_points": ``model``, ``item``, ``level``, ``points``. "card_risks": ``model``, ``horizon_days``, ``total``,
        ``n_rows``, ``risk``, ``lower``, ``upper``, before any calibration, and ``calibrated``, the risk that the
        calibrated model predicts at the total, empty for a model that was not calibrated.
    """
    totals = [(each, each.inner) for each in models if isinstance(each.inner, TotalScore)]
    cards = [(each.name, model) for each, model in totals if isinstance(model, PointsCard)]
    return not_empty(
        {
            "card_points": stacked(({"model": name}, model.card_) for name, model in cards),
            "card_risks": stacked(
                ({"model": each.name}, model.risk_by_total_.assign(calibrated=_calibrated(each, model)))
                for each, model in totals
            ),
        }
    )


def _calibrated(fitted: FittedModel, score: TotalScore) -> pd.Series:
    """Return the calibrated risk at each total and horizon in the order of ``risk_by_total_``; NaN without any."""
    days = pd.Series(score.supported_times_)
    risk = np.full(score.risk_.shape, np.nan)
    if isinstance(fitted.model, Calibrated) and fitted.model.method != "none":
        asked = days.isin(fitted.model.supported_times_ or ()).to_numpy()
        risk[:, asked] = fitted.model.calibrate_risk(score.risk_[:, asked])
    return pd.Series(risk.T.ravel())
