"""Rows of one subject that contradict each other are refused; what begins an observation is told from what goes on."""

import numpy as np
import pytest

from hgrisk.errors import DataError
from hgrisk.models.by_group.group_rows import read_rows
from hgrisk.models.by_group.subjects import check_subjects
from hgrisk.surv import Surv


def begins(event, duration, entry, subject=None, *, group=None, cluster=None):
    group = np.zeros(len(event), dtype=np.int64) if group is None else np.array(group)
    return check_subjects(read_rows(Surv.from_arrays(event, duration, entry), None, group, cluster, subject))


def test_what_goes_on_does_not_begin():
    subject = ["b", "a", "a", "b", "a"]
    result = begins([1, 0, 1, 0, 2], [20, 10, 30, 50, 60], [0, 5, 10, 25, 30], subject)
    assert result.tolist() == [False, True, False, True, False]


def message(*args, **kwargs):
    with pytest.raises(DataError) as caught:
        begins(*args, **kwargs)
    return str(caught.value)


def test_contradictions_are_refused_with_days_and_without_labels():
    assert message([1, 0], [20, 30], [0, 15], ["secret", "secret"]) == (
        "Rows of one subject do not overlap, but found a row from 15 days beside one until 20 days: "
        "correct the entry days, or the subject."
    )
    assert "a row from 0 days beside one until 20 days" in message([1, 0], [20, 30], [0, 0], [1, 1])
    assert message([2, 0], [20, 30], [0, 20], [1, 1]) == (
        "A subject has no row after a terminal event, but found code 2 and then a row from 20 days: "
        "correct the event codes, or the subject."
    )
    text = message([1, 0], [20, 30], [0, 20], [1, 1], group=[0, 1])
    assert text.startswith("All rows of a subject are in one group, but found another one between 20 and 20 days")
    assert "A mean count is one of subjects, but found none: pass subject=" in message([1], [20], [0])


def test_clusters_hold_whole_subjects():
    rows = [1, 0, 0], [20, 30, 40], [0, 20, 0]
    text = message(*rows, ["secret", "secret", "b"], cluster=["hidden", "x", "x"])
    assert text == (
        "All rows of a subject are in one cluster, but found 1 with rows in several: "
        "pass cluster= that holds whole subjects, or leave it out."
    )
    assert begins(*rows, [1, 1, 2], cluster=["x", "x", "x"]).tolist() == [False, False, False]


def test_rows_of_different_subjects_may_overlap():
    assert begins([2, 0], [20, 30], [0, 10], [1, 2], group=[0, 1]).tolist() == [False, True]
