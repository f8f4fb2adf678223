"""Trap 11: households that share a person, directly or along a chain, are one network."""

from itertools import pairwise

import polars as pl
import pytest

from hgrisk.histories.networks import household_networks
from tests.builders import build, member


def networks(cases, links):
    """Return the network of each case; links are written as "A:p B:p"."""
    pairs = [link.split(":") for link in links.split()]
    memberships = pl.DataFrame(pairs, schema={"case_id": pl.String, "person_id": pl.String}, orient="row")
    found = household_networks(pl.Series(list(cases), dtype=pl.String), memberships)
    return dict(found.rows())


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ("", [0, 1, 2, 3]),
        ("A:r B:q C:p", [0, 1, 2, 3]),
        ("A:p B:p", [0, 0, 1, 2]),
        ("A:p B:p B:q C:q", [0, 0, 0, 1]),
        ("D:p A:p C:q B:q", [0, 1, 1, 0]),
        ("A:p B:q C:p D:q B:r C:r", [0, 0, 0, 0]),
        ("A:p A:p A:p B:p", [0, 0, 1, 2]),
    ],
    ids=["no members", "nobody shared", "shared", "chain", "two networks", "ring", "listed twice"],
)
def test_cases_that_share_persons_are_one_network(links, expected):
    assert list(networks("ABCD", links).values()) == expected


def test_the_order_of_cases_and_members_changes_nothing():
    links = "A:p B:p C:q E:q E:r D:s"
    expected = networks("ABCDE", links)
    assert networks("EDCBA", " ".join(reversed(links.split()))) == expected


def test_a_membership_that_is_repeated_hundreds_of_times_still_links():
    assert networks("AB", "A:p " * 256 + "B:p " * 512) == {"A": 0, "B": 0}


def test_a_chain_of_a_thousand_households_is_one_network():
    cases = [f"{n:04}" for n in range(1000)]
    links = " ".join(f"{one}:p{n} {other}:p{n}" for n, (one, other) in enumerate(pairwise(cases)))
    assert set(networks(cases, links).values()) == {0}


def test_members_of_no_known_case_link_nothing():
    assert networks("AB", "A:p X:p X:q B:q") == {"A": 0, "B": 1}


def test_histories_have_a_network_for_every_case_also_without_members():
    assert build([], [{"case_id": "H1"}, {"case_id": "H2"}]).networks.rows() == [("H1", 0), ("H2", 1)]
    linked = build([], memberships=[member("H1", "p", 0, 10), member("H2", "p", 500)])
    assert linked.networks["network_id"].to_list() == [0, 0]
