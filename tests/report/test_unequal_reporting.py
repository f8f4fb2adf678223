import numpy as np
import pandas as pd
import pytest

from hgrisk.audit.label_bias import MEASURES, SCENARIOS, label_bias
from hgrisk.errors import DataError
from hgrisk.evaluation.sample import Sample
from hgrisk.report.blocks import Bullets, Fold
from hgrisk.report.unequal_reporting import unequal_reporting
from hgrisk.report.voice import voice
from hgrisk.surv import Surv


@pytest.fixture(scope="module")
def bias():
    y = Surv.from_arrays([1, 0, 1, 0] * 30, [100, 400, 300, 600] * 30)
    sample = Sample.build(y, y, np.tile([[0.75], [0.3], [0.5], [0.4]], (30, 1)), [365])
    table = label_bias(sample, np.arange(120) < 60, np.arange(120), 365, factor=2.0).table
    return table.assign(model="cox", attribute="region", level="west_side")


def folds(table, lang="en", min_cell=10):
    return [block for block in unequal_reporting(table, voice(lang), min_cell) if isinstance(block, Fold)]


def test_without_a_table_there_is_nothing(bias):
    assert unequal_reporting(None, voice("en"), 10) == ()
    assert unequal_reporting(bias.iloc[:0], voice("en"), 10) == ()


def test_every_group_and_model_has_a_fold_with_sentences(bias):
    (first, second) = folds(pd.concat([bias, bias.assign(model="mine")]))
    assert (first.summary, second.summary) == ("Region west side: Cox regression", "Region west side: mine")
    said = first.blocks[0]
    assert isinstance(said, Bullets)
    assert said.items[0].startswith("Suppose that violence in “west side” is reported 2 times as often")
    assert folds(bias, "nl")[0].blocks[0].items[0].startswith("Stel dat geweld in “west side” 2 keer zo vaak")


def test_numbers_are_those_of_the_frame(bias):
    table = folds(bias)[0].blocks[1]
    assert [group.head for group in table.groups] == ["west side", "All others", "Everyone"]
    assert table.groups[0].small == "(60 landmarks)"
    for side, group in zip(("group", "others", "all"), table.groups, strict=True):
        assert len(group.rows) == len(MEASURES)
        for measure, row in zip(MEASURES, group.rows, strict=True):
            for scenario, cell in zip(SCENARIOS, row[1:], strict=True):
                own = (bias["group"] == side) & (bias["scenario"] == scenario) & (bias["measure"] == measure)
                (estimate,) = bias.loc[own, "estimate"]
                said = f"{estimate:.2f}" if measure == "observed_expected" else f"{100 * estimate:.1f}%"
                assert cell.text == ("not defined" if np.isnan(estimate) else said)


def test_what_is_withheld_stays_so(bias):
    few = bias.assign(n=bias["n"].where(bias["group"] != "group"), shown=bias["group"] != "group")
    small = folds(few)[0].blocks
    assert {cell.text for row in small[1].groups[0].rows for cell in row[1:]} == {"withheld"}
    assert small[1].groups[0].small == ""
    assert {cell.text for row in small[1].groups[1].rows for cell in row[1:]} == {"withheld"}  # 100% less theirs
    assert small[1].groups[2].rows[0][1].text != "withheld"
    under = folds(bias, min_cell=61)[0].blocks[1].groups[0]
    assert under.small == ""
    assert {cell.text for row in under.rows for cell in row[1:]} == {"withheld"}


def test_a_small_group_is_not_named(bias):
    (fold,) = folds(bias, min_cell=61)
    assert fold.summary == "Region other (1 group): Cox regression"
    assert "west" not in str(fold)
    assert folds(bias, min_cell=60)[0].summary == "Region west side: Cox regression"


def test_the_size_of_a_withheld_group_cannot_be_had_by_subtraction(bias):
    few = bias.assign(n=bias["n"].where(bias["group"] != "group"), shown=bias["group"] != "group")
    assert [group.small for group in folds(few)[0].blocks[1].groups] == ["", "", ""]


def test_sentences_hold_no_number_of_a_group_below_the_smallest_cell(bias):
    said = " ".join(folds(bias, min_cell=61)[0].blocks[0].items)
    assert "are withheld" in said
    assert "%" not in said


def test_a_table_without_its_factor_is_refused(bias):
    with pytest.raises(DataError, match="'audit_label_bias' has the columns factor"):
        folds(bias.drop(columns="factor"))
