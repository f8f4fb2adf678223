"""Where each number stands in the state of a household, an array of float that a counterfactual can copy."""

from __future__ import annotations

from hgrisk.simulate.parameters.interventions import NAMES
from hgrisk.simulate.records import RELATIONS

N_INTERVENTIONS = len(NAMES)

LAST = 0
"""Time of the last incident of each relation."""
COUNT = LAST + RELATIONS
"""Incidents of each relation so far."""
RECENT = COUNT + RELATIONS
"""Times of the last three reports, in a ring."""
N_REPORTS = RECENT + 3
LAST_REPORT = N_REPORTS + 1
OPEN_UNTIL = LAST_REPORT + 1
WATCH_UNTIL = OPEN_UNTIL + 1
BREACHED_AT = WATCH_UNTIL + 1
DETAINED_FROM = BREACHED_AT + 1
DETAINED_UNTIL = DETAINED_FROM + 1
START = DETAINED_UNTIL + 1
"""When each intervention starts, inf if it never did; it may still be to come."""
END = START + N_INTERVENTIONS
SIZE = END + N_INTERVENTIONS
