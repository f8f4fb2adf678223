"""The settings of a world as one record of numbers and arrays that compiled code can read.

A record is handed on as one pointer; a tuple of forty arrays would be copied at every call. The arrays have room for
the longest world, so that the code is compiled once for all.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hgrisk.errors import ConfigError
from hgrisk.simulate.engine.calendar import Periods, Workdays
from hgrisk.simulate.engine.compiled import compiled
from hgrisk.simulate.engine.state import N_INTERVENTIONS
from hgrisk.simulate.parameters.care import DECISIONS, HOLDERS, Care
from hgrisk.simulate.parameters.interventions import Interventions
from hgrisk.simulate.parameters.population import KINDS
from hgrisk.simulate.parameters.reporting import SOURCES, Reporting
from hgrisk.simulate.parameters.violence import Violence
from hgrisk.simulate.records import Floats, day_number
from hgrisk.simulate.regions import N_REGIONS, regional_log_ratios
from hgrisk.simulate.scenario import Scenario

MOST_LIKELY = 0.95
"""No incident is surer to be reported than this."""

MOST_PERIODS, MOST_DAYS = 480, 480 * 31
"""Longest world: 40 years."""

_EACH = (N_INTERVENTIONS,)
_PER_REGION = (N_INTERVENTIONS, N_REGIONS)

RULES = np.dtype(
    [
        # time
        ("first_day", "f8"), ("period_days", "f8"), ("register_day", "f8"), ("extraction_day", "f8"),
        # violence
        ("front_days", "f8"), ("lasting", "f8"), ("log_dependence", "f8"), ("dependence_limit", "f8"),
        ("log_separation", "f8"), ("log_breach", "f8"), ("log_detention", "f8"), ("log_period", "f8", MOST_PERIODS),
        ("ceiling", "f8"), ("severity_upto", "f8", 5), ("escalation", "f8"), ("witness_share", "f8"),
        # detection
        ("log_kind_severity", "f8", (len(KINDS), 5)), ("log_region_period", "f8", (N_REGIONS, MOST_PERIODS)),
        ("log_seen_involved", "f8"), ("log_seen_monitored", "f8"), ("police_share", "f8", len(KINDS)),
        ("other_upto", "f8", len(SOURCES) - 1), ("merge_days", "i8"), ("log_fresh", "f8"),
        # care
        ("workdays_until", "i4", MOST_DAYS), ("workday", "i4", MOST_DAYS),
        ("log_assessment", "f8", (N_REGIONS, MOST_PERIODS)), ("assessment_sigma", "f8"), ("log_acute", "f8"),
        ("log_involvement", "f8"), ("involvement_sigma", "f8"), ("decision_upto", "f8", len(DECISIONS)),
        ("plan_share", "f8"), ("accepted_share", "f8"), ("log_accept", "f8"), ("log_waiting", "f8", N_REGIONS),
        ("waiting_sigma", "f8"), ("contact_share", "f8"), ("holder_upto", "f8", len(HOLDERS)),
        ("monitoring_share", "f8"),
        # interventions
        ("log_violence", "f8", _EACH), ("log_detection", "f8", _EACH), ("days", "f8", _EACH),
        ("fade_days", "f8", _EACH), ("intercept", "f8", _EACH), ("slope", "f8", _EACH), ("region", "f8", _PER_REGION),
        ("log_wait", "f8", _EACH), ("wait_sigma", "f8", _EACH), ("from_decision", "i1", _EACH),
        ("least_severity", "i8", _EACH), ("police_only", "i1", _EACH), ("partner_only", "i1", _EACH),
        ("children_only", "i1", _EACH), ("from_day", "f8", _PER_REGION), ("unseen_risk", "f8"),
        ("detention_share", "f8"), ("log_detained_days", "f8"), ("breach_share", "f8"), ("score_centre", "f8"),
        ("score_scale", "f8"),
    ]
)  # fmt: skip

Rules = np.ndarray[Any, np.dtype[np.void]]
"""One record of type `RULES`, in an array of shape (1,)."""


def make_rules(scenario: Scenario, violence_by_region: Floats, rng: np.random.Generator) -> Rules:
    """Turn a scenario into rules, with region effects drawn once for the whole world.

    Parameters
    ----------
    scenario : Scenario
        The world.
    violence_by_region : ndarray of float, shape (26,)
        Hazard ratio of violence of each region, with which recording is not correlated.
    rng : numpy.random.Generator
        The world's generator.

    Returns
    -------
    Rules
        Interventions still without intercepts: `pilot.with_intercepts` sets them.

    Raises
    ------
    ConfigError
        If the world lasts longer than there is room for.
    """
    periods = Periods.of(scenario.population)
    if periods.starts.size > MOST_PERIODS:
        raise ConfigError(
            "A made-up world lasts 35 years at most",
            f"{scenario.population.first_onset} to {scenario.population.extraction_on}",
            "let first_onset begin later",
        )
    fields = {
        "first_day": periods.first_day,
        "period_days": periods.length,
        "register_day": day_number(scenario.population.register_on),
        "extraction_day": day_number(scenario.population.extraction_on),
        **_violence(scenario.violence, scenario.interventions, periods),
        **_detection(scenario.reporting, periods, np.log(violence_by_region), rng),
        **_care(scenario.care, periods, rng),
        **_interventions(scenario.interventions, rng),
    }
    rules = np.zeros(1, RULES)
    for name, value in fields.items():
        rules[name][0] = _filled(np.asarray(value), rules[name][0].shape)
    return rules


def _filled(value: np.ndarray[Any, Any], shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Lengthen the last axis to the room there is, by repeating its last value."""
    room = shape[-1] - value.shape[-1] if shape else 0
    return np.pad(value, [(0, 0)] * (value.ndim - 1) + [(0, room)], mode="edge") if room else value


def _upto(shares: list[float]) -> Any:
    found = np.cumsum(shares)
    found[-1] = 1.0
    return found


def _violence(violence: Violence, given: Interventions, periods: Periods) -> dict[str, Any]:
    calendar = np.log(violence.calendar_ratio_per_year) * periods.years_since_register
    raising = sum(max(0.0, float(np.log(one.violence_ratio))) for one in given.each)
    dependence = np.log(violence.dependence_ratio)
    separation, breach = np.log(violence.separation_ratio), np.log(violence.breach_ratio)
    highest = calendar.max() + raising + dependence * violence.dependence_limit + separation + breach
    return {
        "front_days": violence.front_days,
        "lasting": violence.lasting,
        "log_dependence": dependence,
        "dependence_limit": violence.dependence_limit,
        "log_separation": separation,
        "log_breach": breach,
        "log_detention": np.log(given.detention_ratio),
        "log_period": calendar,
        "ceiling": np.exp(highest),
        "severity_upto": _upto(list(violence.severity_shares)),
        "escalation": violence.escalation,
        "witness_share": violence.witness_share,
    }


def _detection(reporting: Reporting, periods: Periods, violence: Floats, rng: np.random.Generator) -> dict[str, Any]:
    kinds = np.log([reporting.kind_ratios[name] for name in KINDS])
    severity = np.log(reporting.severity_ratio) * (np.arange(1, 6) - 2)
    calendar = np.log(reporting.calendar_ratio_per_year) * periods.years_since_register
    calendar = calendar + np.log(reporting.protocol_ratio) * periods.since(reporting.protocol_on)
    for start, end in reporting.lockdowns:
        calendar = calendar + np.log(reporting.lockdown_ratio) * periods.within(start, end)
    region = regional_log_ratios(reporting.region_log_sd, rng, apart_from=violence)
    return {
        "log_kind_severity": np.log(reporting.share) + kinds[:, None] + severity,
        "log_region_period": region[:, None] + calendar,
        "log_seen_involved": np.log(reporting.involvement_ratio),
        "log_seen_monitored": np.log(reporting.monitoring_ratio),
        "police_share": [reporting.police_shares[name] for name in KINDS],
        "other_upto": _upto([reporting.other_sources[name] for name in SOURCES[1:]]),
        "merge_days": reporting.merge_days,
        "log_fresh": np.log(reporting.fresh_ratio),
    }


def _care(care: Care, periods: Periods, rng: np.random.Generator) -> dict[str, Any]:
    workdays = Workdays.of(periods)
    backlog = rng.normal(0, care.backlog_log_sd, (N_REGIONS, int(periods.half_year.max()) + 1))[:, periods.half_year]
    backlog = backlog + care.backlog_log_growth * (periods.years_since_register - 4).clip(0)
    return {
        "workdays_until": workdays.until,
        "workday": workdays.day,
        "log_assessment": np.log(care.assessment_median_days) + backlog,
        "assessment_sigma": care.assessment_sigma,
        "log_acute": np.log(care.acute_median_days),
        "log_involvement": np.log(care.involvement_median_days),
        "involvement_sigma": care.involvement_sigma,
        "decision_upto": _upto([care.decision_shares[name] for name in DECISIONS]),
        "plan_share": care.plan_share,
        "accepted_share": care.accepted_share,
        "log_accept": np.log(care.accept_median_days),
        "log_waiting": np.log(care.waiting_median_days) + regional_log_ratios(care.waiting_region_log_sd, rng),
        "waiting_sigma": care.waiting_sigma,
        "contact_share": care.contact_share,
        "holder_upto": _upto([care.holder_shares[name] for name in HOLDERS]),
        "monitoring_share": care.monitoring_share,
    }


def _interventions(given: Interventions, rng: np.random.Generator) -> dict[str, Any]:
    each = given.each
    return {
        "log_violence": np.log([one.violence_ratio for one in each]),
        "log_detection": np.log([one.detection_ratio for one in each]),
        "days": [one.days for one in each],
        "fade_days": [one.fade_days for one in each],
        "slope": np.array([one.slope for one in each]) * given.confounding,
        "region": [regional_log_ratios(one.region_log_sd, rng) for one in each],
        "log_wait": np.log(np.maximum([one.wait_median_days for one in each], 1e-3)),
        "wait_sigma": [one.wait_sigma for one in each],
        "from_decision": [one.counted_from == "decision" for one in each],
        "least_severity": [one.least_severity for one in each],
        "police_only": [one.police_only for one in each],
        "partner_only": [one.partner_only for one in each],
        "children_only": [one.children_only for one in each],
        "from_day": [
            day_number(one.from_on) + rng.permutation(N_REGIONS) / N_REGIONS * one.rollout_days for one in each
        ],
        "unseen_risk": given.unseen_risk,
        "detention_share": given.detention_share,
        "log_detained_days": np.log(given.detention_median_days),
        "breach_share": given.breach_share,
        "score_scale": 1.0,
    }


@compiled
def period_of(rules, at):
    """Return the place of a time among the periods (`calendar.Periods`)."""
    return int((at - rules.first_day) / rules.period_days)
