"""Many measures: the main ones on the page, the others in a fold, and none lost."""

import dataclasses

import pandas as pd

from hgrisk.report.blocks import Fold, Table
from hgrisk.report.scores import MAIN, scores
from hgrisk.report.voice import voice

OTHERS = ("harrell_c", "scaled_brier", "integrated_brier", "calibration_intercept", "capacity_recall@5%")


def with_metrics(content, metrics):
    row = content.scores[content.scores["group"] == "all"].iloc[:1]
    table = pd.concat([row.assign(metric=name) for name in metrics], ignore_index=True)
    return dataclasses.replace(content, scores=table)


def heads(table):
    return [group.head for group in table.groups]


def test_with_many_measures_the_main_ones_stand_on_the_page_and_the_rest_in_a_fold(content):
    blocks = scores(with_metrics(content, (*MAIN, *OTHERS)), voice("en")).blocks
    (table,) = [block for block in blocks if isinstance(block, Table)]
    (fold,) = [block for block in blocks if isinstance(block, Fold)]
    assert len(table.groups) == len(MAIN)
    assert fold.summary == "5 other measures"
    assert len(fold.blocks[0].groups) == len(OTHERS)
    assert not set(heads(table)) & set(heads(fold.blocks[0]))


def test_few_measures_or_none_of_the_main_ones_are_one_table(content):
    for metrics in (MAIN[:3], OTHERS[:3], OTHERS):
        blocks = scores(with_metrics(content, metrics), voice("nl")).blocks
        (table,) = [block for block in blocks if isinstance(block, Table)]
        assert len(table.groups) == len(metrics)
        assert not [block for block in blocks if isinstance(block, Fold)]
