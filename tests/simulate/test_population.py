"""Households: shapes, laws of who lives there and until when, hazards and frailty."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.simulate.draws import household_keys
from hgrisk.simulate.family import YEAR
from hgrisk.simulate.observed.people import eighteenth_birthdays
from hgrisk.simulate.parameters.population import CHILD_ABUSE, KINDS, PARTNER_VIOLENCE, SIGNALS
from hgrisk.simulate.parameters.violence import COVARIATES
from hgrisk.simulate.population import draw_households
from hgrisk.simulate.records import DIED, LOST, MOST_CHILDREN, NEVER, OBSERVED, RELATIONS, UNKNOWN, day_number
from hgrisk.simulate.regions import N_REGIONS, region_shares
from hgrisk.simulate.scenario import Scenario

DTYPES = {
    "key": "u8", "terminal": "i1", "region": "i1", "next_region": "i1", "covariates": "?", "recorded": "i1",
    "kind": "i1", "severity_shift": "i1", "escalating": "?", "adult_born_on": "i4", "partner_born_on": "i4",
    "elder_born_on": "i4", "child_born_on": "i4", "formed_on": "i4", "origin": "i8", "as_child": "?",
}  # fmt: skip
WIDTHS = {
    "covariates": len(COVARIATES), "recorded": len(SIGNALS), "kind": RELATIONS, "rate": RELATIONS,
    "until_at": RELATIONS, "child_born_on": MOST_CHILDREN,
}  # fmt: skip
EVENTFUL = {
    "next_household_share": 0.5, "death_rate": 0.05, "lost_rate": 0.05, "move_rate": 0.2, "separation_rate": 0.2,
    "second_relation_share": 0.8,
}  # fmt: skip
"""Much happens in these worlds."""

REGIONS = np.linspace(0.5, 1.5, N_REGIONS)


def draw(n=2000, seed=1, violence=None, **population):
    """Return a scenario and its households."""
    scenario = Scenario.named("baseline", population={**EVENTFUL, **population}, violence=violence or {})
    rng = np.random.default_rng(seed)
    return scenario, draw_households(scenario, household_keys(seed, 0, n), REGIONS, rng)


def pairs(homes):
    """Return next households and the earlier ones."""
    later = np.flatnonzero(homes.origin >= 0)
    return later, homes.origin[later]


@pytest.mark.parametrize("n", [1, 700])
def test_every_array_has_the_shape_and_type_of_the_records(n):
    _, homes = draw(n)
    assert homes.size == n
    for field in fields(homes):
        found = getattr(homes, field.name)
        assert found.shape == ((n, WIDTHS[field.name]) if field.name in WIDTHS else (n,)), field.name
        assert found.dtype == np.dtype(DTYPES.get(field.name, "f8")), field.name


def test_the_same_generator_gives_the_same_households_and_another_others():
    _, one = draw(300, 5)
    _, two = draw(300, 5)
    _, other = draw(300, 6)
    for field in fields(one):
        assert np.array_equal(getattr(one, field.name), getattr(two, field.name))
    assert not np.array_equal(one.onset_at, other.onset_at)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.floats(0, 0.5), st.floats(0, 1), st.floats(0, 1))
def test_what_holds_in_every_world(seed, next_share, second_share, young_share):
    scenario, homes = draw(
        300, seed, next_household_share=next_share, second_relation_share=second_share, under_25_share=young_share
    )
    check_times(scenario, homes)
    check_relations(homes)
    check_covariates(homes)
    check_next_households(homes)


def check_times(scenario, homes):
    first, last = day_number(scenario.population.first_onset), day_number(scenario.population.extraction_on) - 30
    assert ((homes.onset_at >= first) & (homes.onset_at < last)).all()
    assert (homes.formed_on < homes.onset_at).all()
    born = homes.child_born_on[homes.child_born_on != NEVER]
    assert (born <= np.broadcast_to(homes.onset_at[:, None], (300, 3))[homes.child_born_on != NEVER]).all()
    assert born.min(initial=0) > NEVER
    assert (homes.terminal_at > homes.onset_at).all()
    moves = np.isfinite(homes.moved_at)
    assert ((homes.onset_at < homes.moved_at) & (homes.moved_at < homes.terminal_at))[moves].all()
    assert (homes.region != homes.next_region)[moves].all()
    assert (homes.separated_at > homes.onset_at).all()
    assert set(homes.terminal.tolist()) <= {DIED, LOST}


def check_relations(homes):
    main, second = homes.kind.T
    there = homes.kind >= 0
    assert there[:, 0].all()
    assert ((homes.rate > 0) == there).all()
    assert (homes.rate[~there] == 0).all()
    assert (homes.until_at[~there] == np.repeat(homes.onset_at[:, None], 2, axis=1)[~there]).all()
    assert (homes.until_at > homes.onset_at[:, None])[there].all()
    assert set(zip(main.tolist(), second.tolist(), strict=True)) <= {
        *((kind, -1) for kind in range(len(KINDS))), (CHILD_ABUSE, PARTNER_VIOLENCE), (PARTNER_VIOLENCE, CHILD_ABUSE),
    }  # fmt: skip
    abused = (homes.kind == CHILD_ABUSE).any(axis=1)
    assert (homes.child_born_on[abused, 0] != NEVER).all()
    assert (homes.partner_born_on[(homes.kind == PARTNER_VIOLENCE).any(axis=1)] != NEVER).all()
    youngest = eighteenth_birthdays(homes.child_born_on).max(axis=1)[:, None]
    assert (homes.until_at <= np.maximum(youngest, homes.onset_at[:, None]))[homes.kind == CHILD_ABUSE].all()


def check_covariates(homes):
    age = (homes.onset_at - homes.adult_born_on) / YEAR
    assert (homes.covariates[:, COVARIATES.index("under_25")] == (age < 25)).all()
    assert (homes.covariates[:, COVARIATES.index("children")] == (homes.child_born_on[:, 0] != NEVER)).all()
    known = homes.recorded != UNKNOWN
    assert (homes.recorded == homes.covariates[:, : len(SIGNALS)])[known].all()


def check_next_households(homes):
    later, earlier = pairs(homes)
    grown = homes.as_child[later]
    born = np.where(grown, homes.child_born_on[earlier, 0], homes.adult_born_on[earlier])
    assert (homes.adult_born_on[later] == born).all()
    assert (homes.frailty[later] == homes.frailty[earlier])[~grown].all()
    assert (homes.separated_at[earlier] <= homes.formed_on[later])[~grown].all()
    moved = homes.moved_at[earlier] < homes.formed_on[later]
    there = np.where(moved, homes.next_region[earlier], homes.region[earlier])
    assert (homes.region[later] == there).all()
    gone = (homes.terminal[earlier] == LOST) & (homes.terminal_at[earlier] <= homes.formed_on[later])
    assert not gone.any()
    died = (homes.terminal[earlier] == DIED) & ~grown
    assert (homes.terminal_at[later] <= homes.terminal_at[earlier])[died].all()  # a person dies once
    assert (homes.terminal_at[earlier] > homes.onset_at[later])[died].all()


def test_onsets_are_uniform():
    scenario, homes = draw(8000)
    first, last = day_number(scenario.population.first_onset), day_number(scenario.population.extraction_on) - 30
    counts = np.histogram(homes.onset_at, bins=8, range=(first, last))[0]
    assert ((counts - 1000) ** 2 / 1000).sum() < 24.3  # chi squared, 7 degrees of freedom, 0.1 %


def test_regions_are_drawn_by_their_inhabitants():
    _, homes = draw(10_000, next_household_share=0)
    for region in (homes.region, homes.next_region):
        counts = np.bincount(region, minlength=N_REGIONS)
        expected = region_shares() * 10_000
        assert ((counts - expected) ** 2 / expected).sum() < 52.7  # chi squared, 25 degrees of freedom, 0.1 %


def test_kinds_and_signals_have_their_shares():
    kinds = {**dict.fromkeys(KINDS, 0.1), "elder_abuse": 0.6}
    signals = dict(zip(SIGNALS, (0, 0.2, 0.5, 0.8, 1), strict=True))
    _, homes = draw(8000, kind_shares=kinds, signal_shares=signals, signal_unknown_share=0.3)
    assert np.bincount(homes.kind[:, 0]) / 8000 == pytest.approx(np.array(list(kinds.values())), abs=0.02)
    assert homes.covariates[:, :5].mean(axis=0) == pytest.approx(np.array(list(signals.values())), abs=0.02)
    assert (homes.recorded == UNKNOWN).mean(axis=0) == pytest.approx(np.full(5, 0.3), abs=0.02)


def test_unknown_is_independent_of_the_truth():
    _, homes = draw(8000, signal_shares=dict.fromkeys(SIGNALS, 0.5), signal_unknown_share=0.3)
    present = homes.covariates[:, :5]
    assert (homes.recorded == UNKNOWN)[present].mean() == pytest.approx(0.3, abs=0.02)


@pytest.mark.parametrize("share", [0, 0.4, 1])
def test_second_relations_come_where_there_are_the_persons_for_it(share):
    _, homes = draw(6000, second_relation_share=share)
    main = homes.kind[:, 0]
    with_child, with_partner = homes.child_born_on[:, 0] != NEVER, homes.partner_born_on != NEVER
    could = ((main == CHILD_ABUSE) & with_partner) | ((main == PARTNER_VIOLENCE) & with_child)
    assert (homes.kind[could, 1] >= 0).mean() == pytest.approx(share, abs=0.03)


def test_the_hazard_is_the_product_of_the_settings():
    ratios = {name: 1.1 + 0.1 * place for place, name in enumerate(COVARIATES)}
    kinds = {name: 0.7 + 0.2 * place for place, name in enumerate(KINDS)}
    violence = {"hazard_ratios": ratios, "kind_ratios": kinds, "second_relation_ratio": 0.4, "rate_per_year": 6.0}
    _, homes = draw(60, violence=violence)
    for home in range(60):
        for relation in range(RELATIONS):
            kind = homes.kind[home, relation]
            expected = 0.0 if kind < 0 else 6.0 / 365.25 * homes.frailty[home] * REGIONS[homes.region[home]]
            expected *= kinds[KINDS[kind]] * (0.4 if relation else 1.0)
            for place, name in enumerate(COVARIATES):
                expected *= ratios[name] if homes.covariates[home, place] else 1.0
            assert homes.rate[home, relation] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("variance", [0.25, 1.0])
def test_frailty_has_mean_1_and_the_variance_asked_for(variance):
    n = 20_000
    _, homes = draw(n, violence={"frailty_variance": variance}, next_household_share=0)
    kurtosis = 3 + 6 * variance  # of a gamma variable with shape 1 / variance
    assert homes.frailty.mean() == pytest.approx(1, abs=4 * np.sqrt(variance / n))
    assert homes.frailty.var() == pytest.approx(variance, abs=4 * variance * np.sqrt((kurtosis - 1) / n))


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_some_grown_children_inherit_the_frailty(share):
    _, homes = draw(4000, inherited_frailty_share=share, grown_child_share=1)
    later, earlier = pairs(homes)
    child = homes.as_child[later]
    inherited = (homes.frailty[later] == homes.frailty[earlier])[child]
    assert inherited.size > 200
    assert inherited.mean() == pytest.approx(share, abs=0.11)


@pytest.mark.parametrize(
    ("rate", "column"), [("separation_rate", "separated_at"), ("move_rate", "moved_at"), ("death_rate", "terminal_at")]
)
def test_what_has_no_rate_never_happens(rate, column):
    quiet = {"separation_rate": 0.1, "move_rate": 0.1, "death_rate": 0.1, "lost_rate": 0, rate: 0}
    _, homes = draw(500, next_household_share=0, **quiet)
    assert np.isinf(getattr(homes, column)).all()
    assert (homes.terminal == (OBSERVED if rate == "death_rate" else DIED)).all()


def test_violence_without_an_end_lasts_and_ends_with_childhood():
    _, homes = draw(1000, violence={"stop_rate": 0.0, "brief_share": 0.0})
    there, abuse = homes.kind >= 0, homes.kind == CHILD_ABUSE
    assert np.isinf(homes.until_at[there & ~abuse]).all()
    youngest = np.repeat(eighteenth_birthdays(homes.child_born_on).max(axis=1)[:, None], 2, axis=1)
    assert (youngest - homes.until_at)[abuse].max() <= 1


def test_violence_of_one_crisis_stops_soon_in_both_relations_at_once():
    kinds = {**dict.fromkeys(KINDS, 0.0), "partner_violence": 1.0}
    _, homes = draw(8000, violence={"stop_rate": 0.0, "brief_share": 0.4, "brief_days": 100}, kind_shares=kinds)
    ends = homes.until_at[:, 0] - homes.onset_at
    brief = np.isfinite(ends)
    assert brief.mean() == pytest.approx(0.4, abs=0.02)
    assert ends[brief].mean() == pytest.approx(100, abs=7)
    second = (homes.kind[:, 1] >= 0) & brief
    assert second.sum() > 500
    assert (homes.until_at[second, 1] <= homes.until_at[second, 0]).all()


def test_who_lives_without_a_partner_does_not_part_but_may_leave():
    _, homes = draw(3000)
    later, earlier = pairs(homes)
    leaves = np.zeros(3000, dtype=bool)
    leaves[earlier[~homes.as_child[later]]] = True
    alone = homes.partner_born_on == NEVER
    assert np.isinf(homes.separated_at[alone & ~leaves]).all()
    assert np.isfinite(homes.separated_at[alone & leaves]).all()
    assert np.isfinite(homes.separated_at[~alone]).all()


@pytest.mark.parametrize(("rate", "code"), [("death_rate", DIED), ("lost_rate", LOST)])
def test_waits_have_the_rate_asked_for(rate, code):
    _, homes = draw(8000, next_household_share=0, **{"death_rate": 0, "lost_rate": 0, rate: 0.25})
    assert (homes.terminal == code).all()
    assert (homes.terminal_at - homes.onset_at).mean() / YEAR == pytest.approx(4, abs=0.18)


def test_escalation_and_shifts_of_severity():
    _, homes = draw(6000, violence={"escalating_share": 0.4})
    assert homes.escalating.mean() == pytest.approx(0.4, abs=0.03)
    assert np.bincount(homes.severity_shift + 1) / 6000 == pytest.approx([0.2, 0.6, 0.2], abs=0.03)
