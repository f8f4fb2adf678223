"""The parameters of a world that no scenario file shows."""

import numpy as np
import pytest

from hgrisk.simulate.block import prepare
from hgrisk.simulate.parameters.interventions import NAMES
from hgrisk.simulate.scenario import Scenario
from hgrisk.simulate.truth.parameters import intervention_parameters, region_parameters


@pytest.fixture(scope="module")
def made():
    return prepare(Scenario.named("regie_works"))


def test_regions_differ_as_the_settings_say(made):
    table = region_parameters(made.violence_by_region, made.rules)
    assert table.height == 26
    for column, sd in (
        ("violence_ratio", made.scenario.violence.region_log_sd),
        ("detection_ratio", made.scenario.reporting.region_log_sd),
        ("waiting_median_days", made.scenario.care.waiting_region_log_sd),
    ):
        assert np.log(table[column].to_numpy()).std() == pytest.approx(sd)
    assert table["waiting_median_days"].log().mean() == pytest.approx(np.log(35), abs=0.1)
    assert table["log_odds__intensive_regie"].to_numpy().std() == pytest.approx(0.3)
    starts = table["from_on__intensive_regie"]
    assert starts.n_unique() == 26
    assert starts.min() == made.scenario.interventions.intensive_regie.from_on


def test_interventions_have_their_effects_and_the_rule_of_choice(made):
    table = intervention_parameters(made.scenario.interventions, made.rules)
    assert table["intervention"].to_list() == list(NAMES)
    regie = table.row(NAMES.index("intensive_regie"), named=True)
    assert (regie["violence_ratio"], regie["detection_ratio"]) == (0.7, 1.15)
    assert regie["slope"] == 1.2
    assert regie["intercept"] == made.rules["intercept"][0, NAMES.index("intensive_regie")]
    help_row = table.row(NAMES.index("help"), named=True)
    assert help_row["intercept"] is None
    assert help_row["slope"] is None
    assert table["score_scale"].min() > 0
