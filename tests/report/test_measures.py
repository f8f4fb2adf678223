import pytest

from hgrisk.audit.groups import MEASURES as OF_GROUPS
from hgrisk.audit.label_bias import MEASURES as OF_REPORTING
from hgrisk.report.measures import measure_cell, measure_label
from hgrisk.report.voice import voice


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_every_measure_has_a_name(lang):
    names = [measure_label(measure, voice(lang)) for measure in dict.fromkeys((*OF_GROUPS, *OF_REPORTING))]
    assert len(set(names)) == len(names)


def test_shares_are_percentages_and_the_others_numbers():
    row = {"estimate": 0.0512, "lower": 0.04, "upper": 0.06}
    share = measure_cell({**row, "measure": "flag_rate"}, voice("nl"))
    assert (share.text, share.interval) == ("5,1%", "(4,0 tot 6,0)")
    number = measure_cell({**row, "measure": "calibration_intercept"}, voice("en"))
    assert (number.text, number.interval) == ("0.05", "(0.04 to 0.06)")
    assert measure_cell({**row, "measure": "observed_expected"}, voice("en")).text == "0.05"
