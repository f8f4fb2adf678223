"""Birthdays: ages at the onset fit the kind of violence and each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.simulate.family import YEAR, draw_family, with_adults
from hgrisk.simulate.parameters.population import (
    AGAINST_PARENTS,
    CHILD_ABUSE,
    ELDER_ABUSE,
    KINDS,
    OTHER,
    PARTNER_VIOLENCE,
    Population,
)
from hgrisk.simulate.records import MOST_CHILDREN, NEVER

DAY = 1.01 / YEAR
"""Birthdays are whole days: ages are right to a day."""


def draw(n=2000, seed=1, kind=None, **changes):
    """Return kinds, onsets and families."""
    rng = np.random.default_rng(seed)
    kinds = np.full(n, kind, dtype=np.int8) if kind is not None else rng.integers(0, len(KINDS), n).astype(np.int8)
    onset = rng.uniform(13_000, 20_000, n)
    return kinds, onset, draw_family(Population(**changes), onset, kinds, rng)


def ages(onset, born_on):
    """Return ages in years, NaN where there is nobody."""
    onset = onset[:, None] if born_on.ndim == 2 else onset
    return np.where(born_on == NEVER, np.nan, (onset - born_on) / YEAR)


def check_ages(kinds, onset, family):
    """Check what holds for every family, whatever the settings."""
    adult, partner = ages(onset, family.adult_born_on), ages(onset, family.partner_born_on)
    children, elder = ages(onset, family.child_born_on), ages(onset, family.elder_born_on)
    there = ~np.isnan(children)
    number = there.sum(axis=1)
    assert (there == (np.arange(MOST_CHILDREN) < number[:, None])).all()
    assert (np.diff(family.child_born_on, axis=1)[there[:, 1:]] >= 0).all()
    assert (number[np.isin(kinds, (CHILD_ABUSE, AGAINST_PARENTS))] >= 1).all()
    assert np.nanmin(children, initial=1) >= 0
    assert np.nanmax(children, initial=1) < 18 + DAY
    assert (children[kinds == AGAINST_PARENTS, 0] >= 12).all()
    for parent in (adult, partner):
        assert not (parent - children[:, 0] < 17 - DAY).any()
        assert np.nanmin(parent) >= 18
        assert np.nanmax(parent) <= 85 + DAY
    assert not np.isnan(adult).any()
    assert not np.isnan(partner[kinds == PARTNER_VIOLENCE]).any()
    assert (np.isnan(elder) == (kinds != ELDER_ABUSE)).all()
    assert not (elder < 66).any()
    assert not (elder - adult < 17 - DAY).any()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.floats(0, 1), st.floats(0, 1))
def test_ages_fit_whatever_the_settings(seed, children_share, under_25_share):
    kinds, onset, family = draw(400, seed, children_share=children_share, under_25_share=under_25_share)
    check_ages(kinds, onset, family)
    for days in vars(family).values():
        assert days.dtype == np.int32


@pytest.mark.parametrize("kind", [PARTNER_VIOLENCE, ELDER_ABUSE, OTHER])
def test_the_share_of_households_with_children_is_the_setting_where_none_is_needed(kind):
    for share in (0, 0.3, 1):
        _, _, family = draw(4000, 2, kind, children_share=share)
        found = (family.child_born_on[:, 0] != NEVER).mean()
        assert found == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 4000))


@pytest.mark.parametrize("kind", [CHILD_ABUSE, PARTNER_VIOLENCE])
def test_the_share_of_young_adults_is_the_setting_also_with_children(kind):
    _, onset, family = draw(4000, 3, kind, children_share=1, under_25_share=0.3)
    assert (ages(onset, family.adult_born_on) < 25).mean() == pytest.approx(0.3, abs=0.03)


def test_ages_of_children_do_not_depend_on_their_number():
    _, onset, family = draw(20_000, 4, CHILD_ABUSE, under_25_share=0)
    children = ages(onset, family.child_born_on)
    number = (~np.isnan(children)).sum(axis=1)
    means = [np.nanmean(children[number == size]) for size in (1, 2, 3)]
    assert means == pytest.approx([means[0]] * 3, abs=0.35)
    assert means[0] < 8


def test_brothers_and_sisters_of_a_violent_teenager_are_younger_and_no_twins():
    _, onset, family = draw(20_000, 5, AGAINST_PARENTS)
    children = ages(onset, family.child_born_on)
    eldest = children[~np.isnan(children[:, 2]), 0]
    assert (eldest < 15).mean() == pytest.approx(0.5, abs=0.035)  # uniform from 12 to 18
    second = family.child_born_on[:, 1]
    apart = (second - family.child_born_on[:, 0])[second != NEVER]
    assert (apart == 0).mean() < 0.01


def test_three_of_four_other_households_have_a_partner_of_about_the_same_age():
    _, onset, family = draw(8000, 6, OTHER, children_share=0)
    partner = ages(onset, family.partner_born_on)
    assert np.isnan(partner).mean() == pytest.approx(0.25, abs=0.02)
    assert np.nanmean(partner - ages(onset, family.adult_born_on)) == pytest.approx(-1, abs=0.3)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32))
def test_other_adults_leave_ages_fitting(seed):
    kinds, onset, family = draw(400, seed)
    rng = np.random.default_rng(seed)
    age = rng.uniform(np.where(kinds == AGAINST_PARENTS, 30, 18.6), 60)
    other = np.where(rng.random(400) < 0.5, onset - age * YEAR, family.adult_born_on).astype(np.int32)
    found = with_adults(family, onset, other)
    check_ages(kinds, onset, found)
    assert (found.adult_born_on == other).all()
    same = other == family.adult_born_on
    for name, days in vars(family).items():
        assert (getattr(found, name)[same] == days[same]).all()
        assert ((getattr(found, name) == NEVER) == (days == NEVER)).all()


def test_the_partner_goes_along_with_the_age_of_another_adult():
    _, onset, family = draw(500, 8, PARTNER_VIOLENCE, children_share=0)
    older = with_adults(family, onset, family.adult_born_on - 1000)
    aged = ages(onset, family.partner_born_on)
    usual = (aged > 19) & (aged < 80)
    assert usual.sum() > 400
    assert older.partner_born_on[usual] == pytest.approx(family.partner_born_on[usual] - 1000, abs=1)
    younger = with_adults(family, onset, (onset - 20 * YEAR).astype(np.int32))
    assert np.mean(younger.partner_born_on - younger.adult_born_on) < 1.5 * YEAR


def test_children_of_a_young_adult_are_younger_in_the_same_proportion():
    _, onset, family = draw(500, 9, CHILD_ABUSE, under_25_share=0)
    found = with_adults(family, onset, (onset - 20 * YEAR).astype(np.int32))
    before, after = ages(onset, family.child_born_on), ages(onset, found.child_born_on)
    ratio = np.minimum(1, 3 / before[:, 0])
    assert after == pytest.approx(before * ratio[:, None], abs=2 * DAY, nan_ok=True)
