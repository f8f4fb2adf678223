"""Planted leaks, each in two versions: one that tells of the future, and one of the same kind that is honest history.

Every mine lies in household H1, which has a landmark on day 30, at 12 o'clock where its report bears an instant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from hgrisk.cohort import CohortSettings, select_landmarks
from hgrisk.features.build import build_features
from hgrisk.features.settings import FeatureSettings
from tests.builders import Row, build, case, day, event, member, report

LANDMARK_DAY = 30


@dataclass(frozen=True)
class Delivery:
    """Rows beside the landmark's own report; ``own`` completes that report."""

    events: tuple[Row, ...] = ()
    own: dict[str, Any] = field(default_factory=dict)
    case: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, tuple[Row, ...]] = field(default_factory=dict)
    cohort: dict[str, Any] = field(default_factory=dict)

    def features(self) -> pd.Series:
        """Return every feature at the landmark of day 30."""
        whole = {"person_id": "p", "exposed_person_id": "q", "severity": 2.0, "at": 12, **self.own}
        rows = [report(LANDMARK_DAY, **whole), *self.events]
        histories = build(rows, [case(**{"region": "north", **self.case})], **self.tables)
        cohort = select_landmarks(histories, CohortSettings(**self.cohort))
        ours = cohort.landmarks.filter(case_id="H1", landmark_on=day(LANDMARK_DAY))["landmark_id"].item()
        kinds = ("follow_up_report", "detention", "arrest")
        return build_features(histories, cohort, FeatureSettings(kinds=kinds)).X.loc[ours]


Mine = Callable[[int], Delivery]
"""From the day on which something became known, or came to be, to the delivery."""


def end_of_a_spell(on: int) -> Delivery:
    """Hold a duration that is known only at the end."""
    return Delivery((event("detention", 0, ended=on),))


def corrected_record(on: int) -> Delivery:
    """Hold an earlier report whose severity was corrected."""
    return Delivery((report(0, severity=5.0, corrected_on=day(on)),), cohort={"merge_window_days": 0})


def late_registration(on: int) -> Delivery:
    """Hold an arrest that happened before and was registered later."""
    return Delivery((event("arrest", 10, on),))


def backdated_report(on: int) -> Delivery:
    """Hold a report of violence long ago."""
    return Delivery((report(-200, on),))


def later_membership(on: int) -> Delivery:
    """Hold a member with a history elsewhere."""
    stays = (member("H1", "r", on), member("H2", "r"))
    return Delivery((report(0, case_id="H2"),), tables={"memberships": stays})


def birth(on: int) -> Delivery:
    """Hold a child whose membership bears no date."""
    child = {"case_id": "H1", "person_id": "c", "role": "child"}
    return Delivery(tables={"memberships": (child,), "persons": ({"person_id": "c", "born_on": day(on)},)})


def unborn_link(on: int) -> Delivery:
    """Hold a child of two households, one with a history, whose memberships bear no date."""
    stays = tuple({"case_id": name, "person_id": "c", "role": "child"} for name in ("H1", "H2"))
    tables = {"memberships": stays, "persons": ({"person_id": "c", "born_on": day(on)},)}
    return Delivery((report(LANDMARK_DAY - 1, case_id="H2"),), tables=tables)


def region_move(on: int) -> Delivery:
    """Hold a move to another region; a region counts from its first day."""
    return Delivery(tables={"case_regions": ({"case_id": "H1", "region": "south", "from_on": day(on + 1)},)})


def signal_answered(on: int) -> Delivery:
    """Hold a signal that was unknown at first, and answered in a row of its own."""
    asked = event("signal", 0, code="alcohol", value=None)
    return Delivery((asked, event("signal", min(on, 20), on, code="alcohol", value=1.0)))


def merged_household(on: int) -> Delivery:
    """Hold another household that went up in this one: under its own key, with its members here from then on."""
    stays = (member("H2", "r", -900, on), member("H1", "r", on))
    return Delivery((report(-100, case_id="H2"), report(-50, case_id="H2")), tables={"memberships": stays})


def same_day(on: int) -> Delivery:
    """Hold an arrest that bears no instant."""
    return Delivery((event("arrest", 20, on),))


def later_that_day(hour: int) -> Delivery:
    """Hold an arrest of the landmark's day with an instant, in hours."""
    return Delivery((event("arrest", 20, LANDMARK_DAY, at=hour),))


DATED: tuple[Mine, ...] = (
    end_of_a_spell, corrected_record, late_registration, backdated_report, later_membership, birth, unborn_link,
    region_move, signal_answered, merged_household, same_day,
)  # fmt: skip
"""Mines that go off a day before the landmark, and have to be harmless on its day and after."""
