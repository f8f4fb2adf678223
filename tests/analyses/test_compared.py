"""Models beside the one they have to beat: paired differences on the test landmarks."""

import pytest

from hgrisk.analyses.compared import comparison_tables
from hgrisk.evaluation.gain import gain


def test_differences_are_paired_with_the_model_to_beat(rich):
    table = rich.folder.content.further["comparison"]
    assert set(table["against"]) == {"report_count"}  # counting, without being told
    assert set(table["model"]) == {"card", "chosen", "base_rate"}
    judged = {fitted.name: fitted.evaluation for fitted in rich.models}
    row = table.query("model == 'card' and metric == 'brier' and horizon_days == 365").iloc[0]
    own = gain(judged["report_count"], judged["card"], "brier", 365)
    assert (row["difference"], row["lower"], row["upper"]) == pytest.approx(own)
    scores = rich.scores.query("group == 'all' and metric == 'brier' and horizon_days == 365").set_index("model")
    assert row["difference"] == scores.loc["card", "estimate"] - scores.loc["report_count", "estimate"]


def test_a_model_alone_has_nothing_to_beat(rich):
    assert comparison_tables(rich.models[:1], rich.models[0].name) == {}
