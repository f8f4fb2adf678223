"""Rows of what follows upon reports."""

import numpy as np

from hgrisk.simulate.observed.arrays import follow
from hgrisk.simulate.observed.rows import KIND
from hgrisk.simulate.records import NEVER
from tests.simulate.observed.builders import on, plain_block, plain_homes


def test_what_follows_has_the_household_and_the_place_of_its_report():
    block = plain_block(["2016-01-01", "2017-01-01", "2018-01-01"])
    days = np.array([NEVER, on("2017-02-01"), on("2018-02-01")])
    rows = follow("safety_plan", block, days, person=np.array([1, 2, 3]))
    assert rows["kind"].tolist() == [KIND["safety_plan"]] * 2
    assert rows["report"].tolist() == [1, 2]
    assert rows["person"].tolist() == [2, 3]
    assert rows["occurred"].tolist() == days[1:].tolist()


def test_only_where_asked_and_while_observed():
    homes = plain_homes(terminal=1, terminal_at=on("2018-01-10") + 0.9)
    block = plain_block(["2014-01-01", "2016-01-01", "2018-01-01", "2018-01-02"], homes=homes)
    days = np.array([on("2014-12-31"), on("2015-01-01"), on("2018-01-10"), on("2018-01-11")])
    assert follow("safety_plan", block, days)["report"].tolist() == [1, 2]
    where = np.array([True, True, False, True])
    assert follow("safety_plan", block, days, where=where)["report"].tolist() == [1]
