"""Who lives where, with whom, and how that changes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Self

from pydantic import Field, model_validator

from hgrisk.errors import ConfigError
from hgrisk.settings import Settings
from hgrisk.simulate.parameters.number_tables import check_keys, check_shares, check_total

KINDS = ("child_abuse", "partner_violence", "violence_against_parents", "elder_abuse", "other")
CHILD_ABUSE, PARTNER_VIOLENCE, AGAINST_PARENTS, ELDER_ABUSE, OTHER = range(len(KINDS))
SIGNALS = ("alcohol", "drugs", "threats", "coercive_control", "unemployment")


class Population(Settings):
    """The households of the world, whether Veilig Thuis ever hears of them or not.

    Parameters
    ----------
    first_onset : date
        Violence begins in a household uniformly from this day [D] until 30 days before the extraction.
    register_on : date
        First day of registration: reports before it are not in the tables (left truncation) [S].
    extraction_on : date
        What became known later is not in the tables.
    kind_shares : dict
        Main kind of violence of a household [D].
    children_share : float
        Households with children, where the main kind does not ask for one [M].
    second_relation_share : float
        Households with violence in a second relation, of those with partners and children: against a child as well as
        between partners, or the other way round [M].
    under_25_share : float
        First adults below 25 years at the onset, save parents of a teenager who is violent against them, and persons
        who come from an earlier household [M].
    signal_shares : dict
        Households in which a risk signal is truly present [M].
    signal_unknown_share : float
        Signals of which nobody learns whether they are present [M].
    separation_rate : float
        Separations per partner relation and year, outside those below [M].
    death_rate, lost_rate, move_rate : float
        Deaths of the first adult, moves out of sight, and moves whose records follow (few stay in the region), per
        household and year [M].
    next_household_share : float
        Households that are a next household of a person of an earlier one; a few less, since a pair of households too
        close in time is dropped [M].
    grown_child_share : float
        Those of them, where the eldest child is grown by then, whose person is that child [M].
    inherited_frailty_share : float
        Chance that a grown child has the frailty of the earlier household; a partner always takes it along [S].
    merger_on : date
        First day of the merged region in eastern Brabant [M].
    """

    first_onset: date = date(2006, 1, 1)
    register_on: date = date(2015, 1, 1)
    extraction_on: date = date(2024, 12, 31)
    kind_shares: dict[str, float] = Field({
        "child_abuse": 0.585, "partner_violence": 0.295, "violence_against_parents": 0.045, "elder_abuse": 0.03,
        "other": 0.045,
    })  # fmt: skip
    children_share: float = Field(0.45, ge=0, le=1)
    second_relation_share: float = Field(0.25, ge=0, le=1)
    under_25_share: float = Field(0.12, ge=0, le=1)
    signal_shares: dict[str, float] = Field({
        "alcohol": 0.30, "drugs": 0.17, "threats": 0.25, "coercive_control": 0.20, "unemployment": 0.22,
    })  # fmt: skip
    signal_unknown_share: float = Field(0.25, ge=0, le=1)
    separation_rate: float = Field(0.08, ge=0)
    death_rate: float = Field(0.003, ge=0)
    lost_rate: float = Field(0.008, ge=0)
    move_rate: float = Field(0.012, ge=0)
    next_household_share: float = Field(0.08, ge=0, le=0.5)
    grown_child_share: float = Field(0.4, ge=0, le=1)
    inherited_frailty_share: float = Field(0.40, ge=0, le=1)
    merger_on: date = date(2022, 1, 1)

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        check_keys("kind_shares", self.kind_shares, KINDS)
        check_total("kind_shares", self.kind_shares)
        check_keys("signal_shares", self.signal_shares, SIGNALS)
        check_shares("signal_shares", self.signal_shares)
        if not self.first_onset <= self.register_on < self.merger_on < self.extraction_on - timedelta(days=60):
            raise ConfigError(
                "Violence begins before registration, then the merger, then the extraction, 60 days later at least",
                f"{self.first_onset}, {self.register_on}, {self.merger_on} and {self.extraction_on}",
                "set first_onset, register_on, merger_on and extraction_on in that order",
            )
        return self
