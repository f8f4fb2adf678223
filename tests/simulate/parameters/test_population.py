"""The settings of households: what is refused, in which words."""

import pytest

from hgrisk.errors import ConfigError
from hgrisk.simulate.parameters.population import (
    AGAINST_PARENTS,
    CHILD_ABUSE,
    ELDER_ABUSE,
    KINDS,
    OTHER,
    PARTNER_VIOLENCE,
    SIGNALS,
    Population,
)


def refused(**values):
    with pytest.raises(ConfigError) as error:
        Population.parse(values, "population")
    return str(error.value)


def test_places_of_kinds_are_those_of_their_names():
    places = (CHILD_ABUSE, PARTNER_VIOLENCE, AGAINST_PARENTS, ELDER_ABUSE, OTHER)
    assert [KINDS[place] for place in places] == [
        "child_abuse", "partner_violence", "violence_against_parents", "elder_abuse", "other",
    ]  # fmt: skip


def test_a_table_without_a_key_is_refused():
    assert refused(kind_shares={"child_abuse": 1}) == (
        f"kind_shares names every key once, but found child_abuse: give {', '.join(KINDS)}."
    )
    assert refused(signal_shares=dict.fromkeys(SIGNALS[:-1], 0.1)) == (
        f"signal_shares names every key once, but found {', '.join(SIGNALS[:-1])}: give {', '.join(SIGNALS)}."
    )


def test_shares_of_kinds_add_up():
    assert refused(kind_shares=dict.fromkeys(KINDS, 0.3)) == (
        "kind_shares adds up to 1, but found 1.5: rescale the shares."
    )
    assert Population(kind_shares=dict.fromkeys(KINDS, 0.2)).kind_shares["other"] == 0.2


def test_a_share_of_a_signal_is_a_share_and_need_not_add_up():
    assert refused(signal_shares={**dict.fromkeys(SIGNALS, 0.1), "drugs": 1.5}) == (
        "signal_shares lie in [0, 1], but found 1.5 for drugs: give a share."
    )
    assert Population(signal_shares=dict.fromkeys(SIGNALS, 1)).signal_shares["drugs"] == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"first_onset": "2015-01-02"},
        {"register_on": "2022-01-01"},
        {"merger_on": "2014-01-01"},
        {"merger_on": "2024-12-31"},
    ],
)
def test_dates_out_of_order_are_refused(changes):
    dates = {
        "first_onset": "2006-01-01", "register_on": "2015-01-01", "merger_on": "2022-01-01",
        "extraction_on": "2024-12-31", **changes,
    }  # fmt: skip
    first, register, merger, extraction = dates.values()
    assert refused(**dates) == (
        "Violence begins before registration, then the merger, then the extraction, 60 days later at least, but found "
        f"{first}, {register}, {merger} and {extraction}: set first_onset, register_on, merger_on and extraction_on "
        "in that order."
    )


def test_more_next_households_than_pairs_are_refused():
    assert refused(next_household_share=0.6) == (
        "population: next_household_share must be valid, but found 0.6: input should be less than or equal to 0.5."
    )
