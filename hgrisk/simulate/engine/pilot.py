"""A trial run that sets how often interventions are given: their shares are asked for, their intercepts found."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit

from hgrisk.simulate.engine.care import DECIDED
from hgrisk.simulate.engine.choice import may_get
from hgrisk.simulate.engine.compiled import compiled
from hgrisk.simulate.engine.homes import home_records, region_of
from hgrisk.simulate.engine.rules import Rules
from hgrisk.simulate.engine.run import Rows, run
from hgrisk.simulate.engine.state import N_INTERVENTIONS
from hgrisk.simulate.engine.walk import SOURCE
from hgrisk.simulate.records import Floats, Households

_FAR = 30.0
"""No log odds lie further from 0."""


def with_intercepts(rules: Rules, homes: Households, shares: Floats) -> Rules:
    """Return the rules with the intercepts at which each intervention follows upon its share of the reports.

    The share is of the reports that can lead to it, in a trial run in which none is given because of risk. Where few
    can, it is met on average only.

    Parameters
    ----------
    rules : Rules
        Rules without intercepts.
    homes : Households
        Trial households, no part of the world.
    shares : ndarray of float, shape (9,)
        Shares asked for, in [0, 1); an intervention with share 0 is never given.

    Returns
    -------
    Rules
        The rules.
    """
    trial = rules.copy()
    trial["intercept"] = -_FAR
    incidents, reports, _ = run(homes, trial, with_futures=False)
    found = rules.copy()
    found["score_centre"], found["score_scale"] = reports["score"].mean(), reports["score"].std() or 1.0
    can = eligible(home_records(homes), rules, reports, incidents)
    offsets = _offsets(found, homes, reports)
    found["intercept"][0] = [_intercept(offsets[can[:, k], k], float(shares[k])) for k in range(N_INTERVENTIONS)]
    return found


def _offsets(rules: Rules, homes: Households, reports: Rows) -> Floats:
    """Return the log odds of each report and intervention without intercept, shape (r, 9)."""
    standing = (reports["score"] - rules["score_centre"]) / rules["score_scale"]
    region = rules["region"][0][:, homes.region[reports["household"]]].T
    unseen = rules["unseen_risk"] * np.log(homes.frailty[reports["household"]])
    offsets: Floats = standing[:, None] * rules["slope"] + region + unseen[:, None]
    return offsets


def _intercept(offsets: Floats, share: float) -> float:
    if share == 0.0:
        return -_FAR
    if offsets.size == 0:
        return float(logit(share))
    return float(brentq(lambda level: float(expit(level + offsets).mean()) - share, -_FAR - 20, _FAR + 20))


@compiled
def eligible(homes, all_rules, reports, incidents):
    """Say which reports can lead to which interventions, shape (r, 9)."""
    rules = all_rules[0]
    can = np.zeros((reports.size, N_INTERVENTIONS), dtype=np.bool_)
    for r in range(reports.size):
        home, this = homes[reports[r].household], incidents[reports[r].incident]
        region = region_of(home, this.at)
        source, decided, level = int(reports[r].facts[SOURCE]), int(reports[r].steps[DECIDED]), int(reports[r].severity)
        for k in range(N_INTERVENTIONS):
            can[r, k] = may_get(k, rules, home, int(this.relation), this.at, level, source, decided, region)
    return can
