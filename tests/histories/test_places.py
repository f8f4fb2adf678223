"""Trap 12: region is a dated dimension; households move and regions merge."""

import polars as pl
import pytest

from hgrisk.errors import DataError
from hgrisk.histories.places import region_on
from tests.builders import build, case, day


def stay(region, first=None, last=None, case_id="H1"):
    """Return a residence, from its first to its last day."""
    return {"case_id": case_id, "region": region, "from_on": day(first), "until_on": day(last)}


def merged(region, last, successor):
    """Return a region that ends after its last day."""
    return {"region": region, "valid_until": day(last), "successor": successor}


def regions(on, own="home", stays=(), ended=()):
    """Return the region of H1 on a day."""
    histories = build([], [case(region=own)], case_regions=stays, regions=ended)
    where = pl.DataFrame({"case_id": ["H1"], "landmark_on": [day(on)]})
    return region_on(where, histories.cases, histories.case_regions, histories.regions).item()


def test_without_residences_the_region_of_the_case_counts():
    assert regions(0) == "home"
    assert regions(0, own=None) is None


@pytest.mark.parametrize(("on", "region"), [(9, "home"), (10, "away"), (20, "away"), (21, "home")])
def test_a_residence_counts_from_its_first_to_its_last_day(on, region):
    assert regions(on, stays=[stay("away", 10, 20)]) == region


def test_a_residence_without_a_start_or_an_end_lasts():
    assert regions(-900, stays=[stay("away", None, 20)]) == "away"
    assert regions(900, stays=[stay("away", 10)]) == "away"
    assert regions(0, own=None, stays=[stay("away")]) == "away"


def test_of_several_residences_the_one_that_began_last_counts():
    assert regions(15, stays=[stay("late", 10), stay("early", 0), stay("ever")]) == "late"
    assert regions(5, stays=[stay("late", 10), stay("early", 0), stay("ever")]) == "early"


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_that_began_on_one_day_the_choice_does_not_depend_on_their_order(turned):
    stays = [stay("a", 0), stay("b", 0)]
    assert regions(5, stays=stays[::-1] if turned else stays) == "b"


def test_a_household_elsewhere_moves_nobody():
    assert regions(15, stays=[stay("away", 10, case_id="H2")]) == "home"


def test_landmarks_keep_their_order():
    histories = build([], [case(region="r1"), case("H2", region="r2")], case_regions=[stay("away", 10)])
    on = [("H2", day(20)), ("H1", day(20)), ("H1", day(0)), ("H2", day(0))]
    where = pl.DataFrame(on, schema=["case_id", "landmark_on"], orient="row")
    found = region_on(where, histories.cases, histories.case_regions, histories.regions)
    assert found.to_list() == ["r2", "away", "r1", "r2"]


@pytest.mark.parametrize(("on", "region"), [(100, "home"), (101, "new"), (200, "new"), (201, "newer")])
def test_a_region_gives_way_to_its_successor_the_day_after_its_last(on, region):
    chain = [merged("home", 100, "new"), merged("new", 200, "newer"), merged("newer", None, None)]
    assert regions(on, ended=chain) == region


def test_a_residence_in_a_merged_region_is_followed_too():
    assert regions(150, stays=[stay("old", 0)], ended=[merged("old", 100, "new")]) == "new"


def test_a_region_that_ended_without_a_successor_keeps_its_name():
    assert regions(150, ended=[merged("home", 100, None)]) == "home"


def test_ten_mergers_in_a_row_are_followed_and_a_circle_is_refused():
    chain = [merged(f"r{n}", n, f"r{n + 1}") for n in range(10)]
    assert regions(50, own="r0", ended=chain) == "r10"
    for circle in ([merged("home", 0, "new"), merged("new", 0, "home")], [merged("home", 0, "home")]):
        with pytest.raises(DataError) as caught:
            regions(50, ended=circle)
        assert str(caught.value) == (
            "Every merged region ends in one that exists, but found more than 10 successors in a row: "
            "mend the successors in the regions table."
        )
        assert regions(0, ended=circle) == "home"
