"""Settings become numbers for the engine without loss."""

import numpy as np
import pytest

from hgrisk.errors import ConfigError
from hgrisk.simulate.engine.rules import RULES, make_rules
from hgrisk.simulate.parameters.interventions import NAMES
from hgrisk.simulate.scenario import Scenario


def rules_of(**changes):
    return make_rules(Scenario.named("baseline", **changes), np.ones(26), np.random.default_rng(1))[0]


def test_every_field_is_finite():
    rules = rules_of()
    for name in RULES.names:
        assert np.isfinite(rules[name]).all(), name


def test_no_hazard_can_exceed_the_ceiling():
    rules = rules_of(
        violence={"dependence_ratio": 1.3, "dependence_limit": 4, "calendar_ratio_per_year": 1.05},
        interventions={"intensive_regie": {"violence_ratio": 1.5}, "arrest": {"violence_ratio": 0.5}},
    )
    highest = rules["log_period"].max() + 4 * np.log(1.3) + np.log(1.5) + rules["log_separation"] + rules["log_breach"]
    assert np.log(rules["ceiling"]) == pytest.approx(highest)


def test_detection_changes_with_the_protocol_and_the_lockdowns():
    plain = rules_of(reporting={"protocol_ratio": 1.0, "lockdown_ratio": 1.0})["log_region_period"]
    assert (plain == plain[:, :1]).all()
    assert plain[:, 0].std() == pytest.approx(Scenario().reporting.region_log_sd)
    rules = rules_of(reporting={"lockdown_ratio": 0.5, "protocol_ratio": 1.2})["log_region_period"]
    assert rules[0].max() - rules[0, 0] == pytest.approx(np.log(1.2))
    assert rules[0].min() - rules[0, 0] < np.log(0.7)


def test_calendar_ratios_count_the_years_of_registration():
    rules = rules_of(
        violence={"calendar_ratio_per_year": 0.97},
        reporting={"calendar_ratio_per_year": 1.04, "protocol_ratio": 1.0, "lockdown_ratio": 1.0},
    )
    month = int((18_262 + 15 - rules["first_day"]) / rules["period_days"])  # January 2020
    assert rules["log_period"][month] == pytest.approx(5 * np.log(0.97), abs=0.005)
    rise = rules["log_region_period"][:, month] - rules["log_region_period"][:, 0]
    assert rise == pytest.approx(5 * np.log(1.04), abs=0.005)


def test_confounding_multiplies_every_slope():
    once, thrice = rules_of()["slope"], rules_of(interventions={"confounding": 3.0})["slope"]
    assert thrice == pytest.approx(3 * once)
    assert once[NAMES.index("intensive_regie")] == 1.2


def test_regions_start_an_intervention_within_its_rollout():
    rules = rules_of(interventions={"shelter": {"from_on": "2019-01-01", "rollout_days": 520}})
    days = np.sort(rules["from_day"][NAMES.index("shelter")])
    np.testing.assert_allclose(days, 17_897 + np.arange(26) * 20)


def test_a_world_that_lasts_too_long_is_refused():
    with pytest.raises(ConfigError) as caught:
        rules_of(population={"first_onset": "1970-01-01"})
    assert str(caught.value) == (
        "A made-up world lasts 35 years at most, but found 1970-01-01 to 2024-12-31: let first_onset begin later."
    )
