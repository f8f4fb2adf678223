"""Which landmarks are in which population, and which go together."""

from dataclasses import replace

import numpy as np
import pytest

from hgrisk.simulate.parameters.interventions import NAMES
from hgrisk.simulate.parameters.population import KINDS
from hgrisk.simulate.parameters.violence import COVARIATES
from hgrisk.simulate.records import NEVER
from hgrisk.simulate.regions import INHABITANTS
from hgrisk.simulate.strategies import STRATEGIES
from hgrisk.simulate.truth.populations import CONTRASTS, LEVELS, MEMBERS, cluster
from tests.simulate.truth.made_block import make_block


def populations_of(homes, reports, place):
    """Name the populations of a landmark, one question after the other."""
    home = reports.household[place]
    moved = homes.moved_at[home] < reports.on[place] + 1
    region = homes.next_region[home] if moved else homes.region[home]
    before = any(reports.household[other] == home for other in range(place))
    found = {
        ("all", "all"),
        ("kind", KINDS[homes.kind[home, 0]]),
        ("region", list(INHABITANTS)[region]),
        ("severity", "4-5" if reports.severity[place] >= 4 else "1-3"),
        ("reported_before", "yes" if before else "no"),
    }
    for name in ("children", "under_25", "alcohol"):
        found.add((name, "yes" if homes.covariates[home, COVARIATES.index(name)] else "no"))
    given = [name for at, name in enumerate(NAMES) if reports.start_on[place, at] != NEVER]
    return found | {("treated", name) for name in given} | ({("treated", "any")} if given else set())


@pytest.fixture(scope="module")
def block():
    homes, _, reports, outcomes = make_block(3)
    return homes, reports, outcomes


def entries(clusters):
    """Return landmark and stratum of every entry of every cluster."""
    return clusters.landmarks, np.repeat(clusters.strata, np.diff(clusters.starts))


def test_every_landmark_is_in_its_populations(block):
    homes, reports, outcomes = block
    landmarks, strata = entries(cluster(*block))
    found = [set() for _ in outcomes.report]
    for landmark, stratum in zip(landmarks, strata, strict=True):
        found[landmark] |= {LEVELS[row] for row in np.flatnonzero(MEMBERS[:, stratum])}
    assert found == [populations_of(homes, reports, place) for place in outcomes.report]


def test_a_landmark_is_counted_once_in_each_of_its_populations(block):
    landmarks, strata = entries(cluster(*block))
    counted = np.zeros((len(LEVELS), block[2].report.size), dtype=int)
    np.add.at(counted.T, landmarks, MEMBERS.T[strata])
    assert counted.max() == 1


def test_a_cluster_is_one_household_and_no_household_has_two_in_a_stratum(block):
    _, reports, outcomes = block
    clusters = cluster(*block)
    home = reports.household[outcomes.report][clusters.landmarks]
    number = np.repeat(np.arange(clusters.strata.size), np.diff(clusters.starts))
    assert len({*zip(number, home, strict=True)}) == clusters.strata.size
    assert len({*zip(clusters.strata, home[clusters.starts[:-1]], strict=True)}) == clusters.strata.size


def test_a_household_lives_in_its_next_region_from_the_day_it_moved(block):
    homes, reports, outcomes = block
    one = replace(outcomes, report=outcomes.report[:1])
    home, on = reports.household[one.report[0]], float(reports.on[one.report[0]])
    names = list(INHABITANTS)
    for moved_at, region in ((on + 0.5, homes.next_region[home]), (on + 1, homes.region[home])):
        moved = replace(homes, moved_at=np.full(homes.size, moved_at))
        rows = MEMBERS[:, cluster(moved, reports, one).strata].any(axis=1)
        assert [LEVELS[row] for row in np.flatnonzero(rows) if LEVELS[row][0] == "region"] == [
            ("region", names[region])
        ]


def test_contrasts_are_neighbours_among_the_strategies():
    pairs = [STRATEGIES[place : place + 2] for place in range(0, len(STRATEGIES), 2)]
    assert pairs == [("natural", "nothing"), *((f"with_{name}", f"without_{name}") for name in CONTRASTS[1:])]
