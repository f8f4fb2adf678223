"""Members of a household as known at a landmark, by hand."""

from datetime import date, timedelta

import polars as pl
import pytest

from hgrisk.features.cut.members import members_as_known
from tests.builders import START, build, day, member, report

LANDMARK = 100


def rows(memberships, persons=(), on=LANDMARK, **names):
    """Return the members of H1 at a landmark, by person."""
    histories = build([report(0)], memberships=memberships, persons=persons)
    landmarks = [{"landmark_id": 7, "case_id": "H1", "landmark_on": day(on), "person_id": None, **names}]
    schema = {"exposed_person_id": pl.String, "person_id": pl.String}
    frame = pl.DataFrame(landmarks, schema_overrides=schema)
    frame = frame if "exposed_person_id" in frame else frame.with_columns(exposed_person_id=pl.lit(None, pl.String))
    return members_as_known(histories, frame)


def one(memberships, born=None, **names):
    """Return the only member of H1 at a landmark."""
    (found,) = rows(memberships, [{"person_id": "p", "born_on": born}], **names).to_dicts()
    return found


def test_the_columns_are_those_of_the_view():
    assert rows([member("H1", "p")]).schema == {
        "landmark_id": pl.Int64,
        "person": pl.Int32,
        "role": pl.String,
        "age_years": pl.Float64,
        "joined_days_before": pl.Int32,
        "left_days_before": pl.Int32,
        "other_households": pl.Int32,
        "is_reported": pl.Boolean,
        "is_exposed": pl.Boolean,
    }


@pytest.mark.parametrize(("first", "there"), [(None, True), (99, True), (100, False), (101, False)])
def test_a_membership_counts_from_the_day_after_it_began(first, there):
    assert (rows([member("H1", "p", first)]).height == 1) is there


@pytest.mark.parametrize(("last", "left"), [(None, None), (99, 1), (100, None), (101, None), (40, 60)])
def test_the_end_of_a_membership_is_seen_only_if_it_lies_before_the_landmark(last, left):
    found = one([member("H1", "p", 10, last)])
    assert (found["joined_days_before"], found["left_days_before"]) == (90, left)


def test_who_has_always_been_there_joined_on_an_unknown_day():
    assert one([member("H1", "p")])["joined_days_before"] is None


class TestSeveralMembershipsOfOnePerson:
    def test_the_person_is_one_row_and_belongs_while_any_of_them_lasts(self):
        found = one([member("H1", "p", 10, 20) | {"role": "ex_partner"}, member("H1", "p", 30) | {"role": "partner"}])
        assert (found["joined_days_before"], found["left_days_before"], found["role"]) == (90, None, "partner")
        assert found["other_households"] == 0

    def test_who_left_twice_left_on_the_last_of_the_two_days(self):
        found = one([member("H1", "p", 10, 80), member("H1", "p", 30, 40)])
        assert (found["joined_days_before"], found["left_days_before"]) == (90, 20)

    def test_the_role_is_that_of_a_membership_that_goes_on(self):
        lasting = member("H1", "p", 10) | {"role": "adult"}
        assert one([lasting, member("H1", "p", 30, 40) | {"role": "partner"}])["role"] == "adult"
        assert one([lasting, member("H1", "p", 30, 140) | {"role": "partner"}])["role"] == "partner"
        assert one([lasting, member("H1", "p", 130) | {"role": "partner"}])["role"] == "adult"

    def test_the_first_day_is_unknown_where_one_of_them_has_none(self):
        assert one([member("H1", "p"), member("H1", "p", 30)])["joined_days_before"] is None


class TestOtherHouseholds:
    def test_those_count_in_which_a_membership_had_begun(self):
        own = member("H1", "p", 10)
        others = [member("H2", "p", 99), member("H3", "p", 100), member("H4", "p", 2, 5), member("H5", "p")]
        assert one([own, *others])["other_households"] == 3

    def test_a_household_counts_once(self):
        again = [member("H2", "p", 20, 30), member("H2", "p", 40), member("H2", "p")]
        assert one([member("H1", "p", 10, 20), member("H1", "p", 30), *again])["other_households"] == 1

    def test_a_household_that_a_person_comes_back_to_counts_from_the_first_time(self):
        assert one([member("H1", "p", 10), member("H2", "p", 20, 30), member("H2", "p", 150)])["other_households"] == 1

    def test_only_the_persons_own_count(self):
        strangers = [member("H2", "o"), member("H2", "q"), member("H3", "q", 1)]
        found = rows([member("H1", "p"), member("H1", "q"), *strangers])
        assert found["other_households"].to_list() == [0, 2]


class TestAges:
    @pytest.mark.parametrize(
        ("born", "on", "years"),
        [
            ("2002-04-10", "2020-04-09", 17 + 365 / 365.2425),
            ("2002-04-10", "2020-04-10", 18),
            ("2002-04-10", "2020-04-11", 18 + 1 / 365.2425),
            ("2016-02-29", "2020-02-28", 3 + 364 / 365.2425),
            ("2016-02-29", "2020-02-29", 4),
            ("2016-02-29", "2021-02-28", 4 + 365 / 365.2425),
            ("2016-02-29", "2021-03-01", 5),
            ("1949-12-31", "2020-01-01", 70 + 1 / 365.2425),
            ("1900-01-01", "1969-06-01", 69 + 151 / 365.2425),
        ],
    )
    def test_years_are_completed_on_the_birthday(self, born, on, years):
        at = (date.fromisoformat(on) - START).days
        found = one([member("H1", "p")], date.fromisoformat(born), on=at)
        assert found["age_years"] == pytest.approx(years, abs=1e-12)

    def test_no_birthday_is_an_unknown_age(self):
        assert one([member("H1", "p")])["age_years"] is None
        assert rows([member("H1", "p")])["age_years"].to_list() == [None]

    @pytest.mark.parametrize(("born", "there"), [(99, 1), (100, 0), (101, 0)])
    def test_who_was_not_yet_born_has_not_always_been_there(self, born, there):
        persons = [{"person_id": "p", "born_on": day(born)}]
        assert rows([member("H1", "p")], persons).height == there
        other = [member("H1", "q"), member("H2", "q"), member("H3", "q")]
        late = [{"person_id": "q", "born_on": day(born)}]
        assert rows(other, late)["other_households"].to_list() == [2] * there

    def test_the_birthday_of_the_unborn_is_not_known_yet(self):
        for born in (100, 130):
            found = one([member("H1", "p", 60)], day(born))
            assert (found["age_years"], found["joined_days_before"]) == (None, 40)


def test_the_persons_whom_the_index_report_names_are_flagged():
    found = rows([member("H1", "p"), member("H1", "q"), member("H1", "r")], person_id="q", exposed_person_id="r")
    assert found["is_reported"].to_list() == [False, True, False]
    assert found["is_exposed"].to_list() == [False, False, True]
    found = rows([member("H1", "p")], person_id="stranger", exposed_person_id="p")
    assert found.select("is_reported", "is_exposed").rows() == [(False, True)]
    found = rows([member("H1", "p"), member("H2", "q")], person_id="q")
    assert found.select("is_reported", "is_exposed").rows() == [(False, False)]


def test_a_person_has_one_number_at_every_landmark_in_any_order_of_rows():
    members = [member("H1", "p"), member("H1", "q", 3), member("H2", "q", 5), member("H2", "p", 6, 60)]
    landmarks = pl.DataFrame(
        {
            "landmark_id": [0, 1, 2, 3],
            "case_id": ["H2", "H1", "H2", "H9"],
            "landmark_on": [day(on) for on in (6, 50, 70, 70)],
            "person_id": ["q", "q", None, None],
            "exposed_person_id": ["p", None, None, None],
        }
    )
    persons = [{"person_id": name} for name in ("q", "a", "p")]
    found = members_as_known(build([report(0)], memberships=members, persons=persons), landmarks)
    assert found.select("landmark_id", "person", "left_days_before", "other_households").rows() == [
        (0, 2, None, 1),
        (1, 1, None, 1),
        (1, 2, None, 1),
        (2, 1, 10, 1),
        (2, 2, None, 1),
    ]
    shuffled = build([report(0)], memberships=members[::-1], persons=persons[::-1])
    assert members_as_known(shuffled, landmarks.reverse()).equals(found)


def test_nothing_that_begins_ends_or_is_born_later_changes_a_row():
    known = [member("H1", "p", 10, 500), member("H1", "q", 20), member("H2", "p", 5)]
    later = [member("H1", "r", 100), member("H2", "q", 100), member("H3", "p", 300), member("H1", "s", 100, 100)]
    persons = [{"person_id": name, "born_on": day(-9000)} for name in "pqrs"]
    ends = [{**row, "until_on": None} for row in known]
    assert rows([*known, *later], persons).equals(rows(ends, persons))
    assert rows(known, persons).height == 2
    assert timedelta(days=LANDMARK) == day(LANDMARK) - START


def test_a_history_without_memberships_has_no_members():
    assert rows([]).height == 0
