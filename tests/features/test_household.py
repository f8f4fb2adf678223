"""The family household: members, ages, comings and goings, worked out by hand."""

import polars as pl
import pytest

from hgrisk.features.cut.members import members_as_known
from hgrisk.features.household import compute, describe
from hgrisk.features.measures import Count, Events
from hgrisk.features.settings import FeatureSettings
from hgrisk.features.view import HistoryView
from tests.builders import build, day, member, report

SETTINGS = FeatureSettings()
NAMES = {"landmark_id", *(spec.name for spec in describe(SETTINGS) if spec.measure is None)}


def household(*members, persons=(), **names):
    """Return the features about members of H1 on day 1000."""
    histories = build([report(0)], memberships=members, persons=persons)
    landmark = {
        "landmark_id": 5,
        "case_id": "H1",
        "landmark_on": day(1000),
        "person_id": None,
        "exposed_person_id": None,
    }
    landmarks = pl.DataFrame(
        [landmark | names], schema_overrides={"person_id": pl.String, "exposed_person_id": pl.String}
    )
    view = HistoryView(landmarks, members_as_known(histories, landmarks), pl.DataFrame())
    frame = compute(view, SETTINGS)
    assert set(frame.columns) == NAMES
    (row,) = frame.to_dicts()
    return row


def who(person_id, role=None, first=0, last=None, case_id="H1"):
    """Return a membership with a role."""
    return member(case_id, person_id, first, last) | {"role": role}


def born(**years):
    """Return persons who are so many years old on day 1000 (2022-09-27)."""
    return [{"person_id": name, "born_on": day(1000).replace(year=2022 - age)} for name, age in years.items()]


def picked(row, *names):
    return tuple(row[name] for name in names)


def heads(row):
    return picked(
        row, "household_members", "household_children", "household_adults", "household_elders", "ages_unknown"
    )


class TestWhoCounts:
    def test_roles_tell_where_ages_do_not(self):
        row = household(who("a", "adult"), who("b", "ex_partner"), who("c", "child"), who("e", "elder"), who("x"))
        assert heads(row) == (5, 1, 2, 1, 5)

    @pytest.mark.parametrize(
        ("role", "age", "counts"),
        [
            ("child", 17, (1, 0, 0)),
            ("child", 18, (0, 1, 0)),
            ("adult", 17, (1, 0, 0)),
            (None, 17, (1, 0, 0)),
            (None, 18, (0, 1, 0)),
            ("adult", 65, (0, 1, 0)),
            ("adult", 66, (0, 0, 1)),
            ("elder", 50, (0, 0, 1)),
            ("elder", 17, (1, 0, 0)),
        ],
    )
    def test_a_known_age_tells_who_is_a_child_and_who_an_elder(self, role, age, counts):
        assert heads(household(who("p", role), persons=born(p=age))) == (1, *counts, 0)

    def test_whoever_left_is_no_member(self):
        row = household(who("a", "adult"), who("c", "child", 0, 999), who("b", "adult", 0, 1000), persons=born(c=3))
        assert heads(row) == (2, 0, 2, 0, 2)
        assert row["youngest_child_age"] is None
        assert heads(household(who("a", "adult", 0, 10), who("e", "elder", 0, 10))) == (0, 0, 0, 0, 0)

    def test_without_a_known_membership_nothing_is_counted(self):
        row = household(who("a", "adult", case_id="H2"))
        assert {name for name, value in row.items() if value is not None} == {"landmark_id"}


def test_children_are_described_by_their_ages():
    members = [who(name, "child") for name in "cdefg"]
    row = household(*members, persons=born(c=3, d=4, e=11, f=12))
    assert picked(row, "children_under_4", "children_under_12", "youngest_child_age", "oldest_child_age") == (
        1,
        3,
        3,
        12,
    )
    assert heads(row) == (5, 5, 0, 0, 1)


class TestThePersonsNamed:
    PERSONS = born(p=40, q=31, r=8)

    def test_their_ages_and_the_difference(self):
        row = household(who("p"), who("q"), who("r"), persons=self.PERSONS, person_id="p", exposed_person_id="q")
        assert picked(row, "reported_age", "exposed_age", "age_difference") == (40, 31, 9)
        row = household(who("p"), who("r"), persons=self.PERSONS, person_id="r", exposed_person_id="p")
        assert row["age_difference"] == -32

    def test_who_left_still_has_an_age(self):
        row = household(who("p", last=20), who("q"), persons=self.PERSONS, person_id="p", exposed_person_id="q")
        assert row["age_difference"] == 9

    def test_strangers_and_unknown_ages_are_empty(self):
        row = household(who("q"), who("x"), persons=self.PERSONS, person_id="p", exposed_person_id="q")
        assert picked(row, "reported_age", "exposed_age", "age_difference") == (None, 31, None)
        row = household(who("q"), who("x"), persons=self.PERSONS, person_id="q", exposed_person_id="x")
        assert picked(row, "reported_age", "exposed_age", "age_difference") == (31, None, None)


class TestChanges:
    COLUMNS = ("joined_365d", "joined_ever", "left_365d", "left_ever", "days_since_household_changed")

    def test_the_first_members_have_not_joined(self):
        assert picked(household(who("a", first=10), who("b", first=10)), *self.COLUMNS) == (0, 0, 0, 0, None)

    def test_later_ones_have_whenever_their_day_is_known(self):
        members = [who("a", first=10), who("b", first=634), who("c", first=635)]
        assert picked(household(*members), *self.COLUMNS) == (1, 2, 0, 0, 365)

    @pytest.mark.parametrize("last", [None, 20])
    def test_who_has_no_day_was_always_there_so_that_all_others_joined_later(self, last):
        members = [who("a", first=10), who("b", first=634), who("c", first=635)]
        row = household(*members, who("d", first=None, last=last))
        assert picked(row, "joined_365d", "joined_ever", "days_since_household_changed") == (1, 3, 365)

    def test_without_any_day_nobody_joined(self):
        members = [who("a", first=None), who("b", first=None)]
        assert picked(household(*members), *self.COLUMNS) == (0, 0, 0, 0, None)

    def test_members_leave(self):
        members = [who("a", first=10), who("b", first=700, last=634 + 300), who("c", last=634), who("d", last=635)]
        assert picked(household(*members), *self.COLUMNS) == (1, 2, 2, 3, 66)

    def test_the_window_follows_the_settings(self):
        names = [spec.name for spec in describe(FeatureSettings(recent_days=30))]
        assert {"joined_30d", "left_30d", "placements_30d", "children_turned_18_30d"} <= set(names)
        assert not [name for name in names if "365" in name]


class TestSeparation:
    @pytest.mark.parametrize("role", ["adult", "partner", "ex_partner"])
    def test_an_adult_who_left_is_a_separation(self, role):
        row = household(who("a", "adult"), who("b", role, last=900), who("d", role, last=800))
        assert picked(row, "separated", "days_since_separation") == (1, 100)

    @pytest.mark.parametrize("gone", [who("c", "child", last=900), who("e", "elder", last=900), who("x", last=900)])
    def test_others_who_left_are_none(self, gone):
        assert picked(household(who("a", "adult"), gone), "separated", "days_since_separation") == (0, None)

    def test_an_ex_partner_is_present_until_leaving(self):
        assert household(who("a", "adult"), who("b", "ex_partner"))["ex_partner_present"] == 1
        assert household(who("a", "adult"), who("b", "ex_partner", last=999))["ex_partner_present"] == 0
        assert household(who("a", "adult"), who("x"))["ex_partner_present"] == 0


def test_members_with_other_households_are_counted():
    others = [who("a", case_id="H2"), who("a", case_id="H3", last=5), who("b", case_id="H2"), who("c", case_id="H4")]
    row = household(who("a"), who("b"), who("c", last=900), who("d"), *others)
    assert picked(row, "members_with_other_households", "most_other_households") == (2, 2)
    assert picked(household(who("a")), "members_with_other_households", "most_other_households") == (0, 0)


def test_landmarks_keep_their_order_and_do_not_mix():
    others = [who("b", first=5, case_id="H2"), who("c", "child", first=5, case_id="H2")]
    histories = build([report(0)], memberships=[who("a"), *others])
    landmarks = pl.DataFrame(
        {
            "landmark_id": [4, 2, 9],
            "case_id": ["H2", "H1", "H7"],
            "landmark_on": [day(9)] * 3,
            "person_id": ["b", "a", "a"],
        }
    ).with_columns(exposed_person_id=pl.lit(None, pl.String))
    frame = compute(HistoryView(landmarks, members_as_known(histories, landmarks), pl.DataFrame()), SETTINGS)
    assert frame.select("landmark_id", "household_members", "household_children", "joined_ever").rows() == [
        (4, 2, 1, 0), (2, 1, 0, 0), (9, None, None, None),
    ]  # fmt: skip


class TestSpecs:
    def test_sex_is_not_among_them_and_every_count_says_when_it_is_empty(self):
        for spec in describe(SETTINGS):
            assert "sex" not in spec.name
            assert spec.missing or spec.measure is not None, spec.name

    def test_the_link_between_generations_is_about_the_person_now_reported(self):
        (spec,) = [spec for spec in describe(SETTINGS) if spec.name == "reported_once_exposed_as_child_ever"]
        assert spec.measure == Count(Events(stream="as_exposed", reports=True, once=False, codes=("child_abuse",)))
        assert spec.missing == "the report names no such person"
        names = {spec.name for spec in describe(FeatureSettings(persons=False))}
        assert names == {spec.name for spec in describe(SETTINGS)} - {spec.name}

    def test_earlier_placements_and_orders_are_those_of_the_household(self):
        kinds = {spec.measure.events.kinds for spec in describe(SETTINGS) if spec.measure is not None}
        assert kinds == {("placement",), ("supervision_order",), ("child_turned_18",), ()}
