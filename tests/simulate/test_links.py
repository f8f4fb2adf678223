"""Persons who go on to a next household: who, when, and at what age."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.simulate.family import YEAR, draw_family
from hgrisk.simulate.links import draw_links
from hgrisk.simulate.parameters.population import AGAINST_PARENTS, KINDS, Population
from hgrisk.simulate.records import NEVER


def draw(n=2000, seed=1, years=19, **changes):
    """Return kinds, onsets, families and links."""
    rng = np.random.default_rng(seed)
    population = Population(**changes)
    kinds = rng.integers(0, len(KINDS), n).astype(np.int8)
    onset = rng.uniform(13_000, 13_000 + years * YEAR, n)
    family = draw_family(population, onset, kinds, rng)
    return kinds, onset, family, draw_links(population, onset, kinds, family, rng)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.integers(2, 300), st.floats(0, 0.5), st.floats(0, 1))
def test_what_holds_for_every_pair(seed, n, share, child_share):
    kinds, onset, family, links = draw(n, seed, next_household_share=share, grown_child_share=child_share)
    later = np.flatnonzero(links.origin >= 0)
    earlier = links.origin[later]
    assert not set(later) & set(earlier)  # so a person is in two households at most
    assert len(set(earlier)) == earlier.size
    assert later.size <= int(n * share)
    assert (onset[later] - onset[earlier] > 250).all()
    child = links.as_child[later]
    born = np.where(child, family.child_born_on[earlier, 0], family.adult_born_on[earlier])
    assert (links.adult_born_on[later] == born).all()
    assert (born != NEVER).all()
    age_formed = (links.formed_on[later] - born) / YEAR
    assert (age_formed >= 18).all()
    assert ((onset[later] - born)[kinds[later] == AGAINST_PARENTS] >= 30 * YEAR).all()
    assert ((onset[later] - links.formed_on[later] >= 20) & (onset[later] - links.formed_on[later] <= 201)).all()
    assert (links.formed_on[later] > onset[earlier]).all()
    assert (links.left_at[earlier[~child]] == links.formed_on[later[~child]]).all()
    stays = np.setdiff1d(np.arange(n), earlier[~child])
    assert np.isinf(links.left_at[stays]).all()


def test_who_has_no_earlier_household_keeps_the_birthday():
    _, _, family, links = draw(next_household_share=0.3)
    alone = links.origin < 0
    assert (links.adult_born_on[alone] == family.adult_born_on[alone]).all()
    assert not links.as_child[alone].any()


def test_households_are_formed_before_the_onset_and_by_adults():
    _, onset, family, links = draw(5000, next_household_share=0.1, under_25_share=1)
    assert (links.formed_on < onset).all()
    first = links.origin < 0
    for born in (family.adult_born_on, family.partner_born_on):
        there = first & (born != NEVER)
        assert (links.formed_on[there] - born[there] >= 18 * YEAR).all()


def test_no_share_no_links():
    _, _, family, links = draw(next_household_share=0)
    assert (links.origin == -1).all()
    assert not links.as_child.any()
    assert np.isinf(links.left_at).all()
    assert (links.adult_born_on == family.adult_born_on).all()


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_nearly_as_many_next_households_as_asked_for(share):
    _, _, _, links = draw(4000, next_household_share=share)
    assert 0.85 * share < (links.origin >= 0).mean() <= share


def test_households_close_in_time_are_not_linked():
    _, _, _, links = draw(500, years=0.6, next_household_share=0.5)
    assert (links.origin == -1).all()


def test_all_or_none_of_the_grown_children_go_on():
    _, onset, family, links = draw(20_000, next_household_share=0.5, grown_child_share=1)
    children = links.as_child
    assert (links.formed_on - links.adult_born_on)[children].min() >= 18 * YEAR
    assert (links.formed_on - links.adult_born_on)[children].min() < 18.5 * YEAR
    later = np.flatnonzero(links.origin >= 0)
    eldest = family.child_born_on[links.origin[later], 0]
    grown = (eldest != NEVER) & (onset[later] - eldest > 30 * YEAR)
    assert grown.sum() > 20
    assert links.as_child[later[grown]].all()
    assert not draw(4000, next_household_share=0.5, grown_child_share=0)[-1].as_child.any()
