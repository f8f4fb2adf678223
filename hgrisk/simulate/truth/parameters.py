"""What was drawn or found once for the whole world: region effects, starts, and how interventions are chosen."""

from __future__ import annotations

import numpy as np
import polars as pl

from hgrisk.simulate.engine.rules import Rules
from hgrisk.simulate.parameters.interventions import HELP, NAMES, Interventions
from hgrisk.simulate.records import Floats
from hgrisk.simulate.regions import INHABITANTS


def region_parameters(violence_by_region: Floats, rules: Rules) -> pl.DataFrame:
    """Return the true differences between the regions.

    Parameters
    ----------
    violence_by_region : ndarray of float, shape (26,)
        Hazard ratio of violence per region.
    rules : Rules
        The rules of the world.

    Returns
    -------
    polars.DataFrame
        One row per region: ``violence_ratio`` (hazard of violence), ``detection_ratio`` (chance of a report, before
        registration began), ``waiting_median_days`` (from handover to first contact), and for every intervention
        ``from_on__X`` (its first day there) and ``log_odds__X`` (how much likelier it is there).
    """
    rule = rules[0]
    log_detection = rule["log_region_period"][:, 0]
    columns = {
        "region": pl.Series(list(INHABITANTS)),
        "violence_ratio": pl.Series(violence_by_region),
        "detection_ratio": pl.Series(np.exp(log_detection)),
        "waiting_median_days": pl.Series(np.exp(rule["log_waiting"])),
    }
    for place, name in enumerate(NAMES[:HELP]):
        columns[f"from_on__{name}"] = pl.Series(np.ceil(rule["from_day"][place]).astype(np.int32)).cast(pl.Date)
        columns[f"log_odds__{name}"] = pl.Series(rule["region"][place])
    return pl.DataFrame(columns)


def intervention_parameters(given: Interventions, rules: Rules) -> pl.DataFrame:
    """Return the true effects of the interventions, and the rule by which they are given.

    An intervention follows upon a report that can lead to it with log odds ``intercept + slope * (score -
    score_centre) / score_scale + log_odds + unseen_risk * log(frailty)``: the score is what was known of the risk, and
    log_odds that of the region.

    Parameters
    ----------
    given : Interventions
        The settings.
    rules : Rules
        The rules of the world.

    Returns
    -------
    polars.DataFrame
        One row per intervention; local help has no such rule, but follows upon a handover.
    """
    rule, each = rules[0], given.each
    chosen = np.arange(len(NAMES)) != HELP
    columns = {
        "intervention": pl.Series(NAMES),
        **{name: pl.Series([getattr(one, name) for one in each]) for name in _EFFECTS},
        "intercept": pl.Series(np.where(chosen, rule["intercept"], np.nan)).fill_nan(None),
        "slope": pl.Series(np.where(chosen, rule["slope"], np.nan)).fill_nan(None),
    }
    rest = {name: pl.lit(float(rule[name])) for name in ("score_centre", "score_scale", "unseen_risk")}
    return pl.DataFrame(columns).with_columns(**rest)


_EFFECTS = ("violence_ratio", "detection_ratio", "days", "fade_days")
