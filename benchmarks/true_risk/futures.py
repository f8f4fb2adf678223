"""The true risk of every landmark: its household walked on again and again, each time with other random numbers.

The walk up to a landmark and the response to it are those of the world. From there on new candidate incidents are drawn
(the process of candidates has no memory, so that this is exact), and the rules of the world decide on violence, reports
and their consequences as before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numba import njit

from hgrisk.simulate.block import BLOCK_HOUSEHOLDS, block_count, make_records, prepare
from hgrisk.simulate.draws import substream
from hgrisk.simulate.engine.care import N_STEPS
from hgrisk.simulate.engine.futures import follow
from hgrisk.simulate.engine.homes import HOME, home_records
from hgrisk.simulate.engine.state import N_INTERVENTIONS, SIZE
from hgrisk.simulate.engine.walk import (
    CANDIDATE,
    N_FACTS,
    candidates,
    is_reported,
    respond,
    set_out,
    severity_of,
    strike,
)
from hgrisk.simulate.pseudonyms import case_ids

COUNTS = ("reported_1", "reported_2", "violent")
_ROOM = 65_536
_FRESH = 1_000
"""From this place on, numbers of a candidate's substream are used by nothing in the world."""


@dataclass(frozen=True)
class TrueRisks:
    """Draws of the future of every landmark of a world.

    Attributes
    ----------
    table : polars.DataFrame
        ``case_id``, ``index_occurred_on``, ``reported_1``, ``reported_2`` and ``violent``: in how many draws a report
        outside the merge window came by the horizon, the even and the odd draws apart, and in how many an incident.
    n_draws : int
        Draws of each landmark, an even number.
    """

    table: pl.DataFrame
    n_draws: int


def true_risks(scenario, horizon_days, n_draws):
    """Return the draws of every landmark of a world; landmarks of one household on one day are left out."""
    world = prepare(scenario)
    parts = []
    for number in range(block_count(scenario)):
        records = make_records(world, number)
        reports, chosen = records.reports, records.outcomes.report
        counts = np.zeros((len(chosen), 3), dtype=np.int64)
        walked = _draw(
            home_records(records.homes), world.rules, horizon_days, n_draws, counts,
            (np.empty(_ROOM, CANDIDATE), np.empty(_ROOM, CANDIDATE), np.empty(1, HOME)),
        )  # fmt: skip
        if walked != len(chosen):
            raise RuntimeError(f"{walked} landmarks walked, {len(chosen)} in the world")
        keys = case_ids(scenario.seed, number * BLOCK_HOUSEHOLDS + np.arange(records.homes.size))
        days = pl.Series(reports.on[chosen]).cast(pl.Int32).cast(pl.Date)
        cases = keys.gather(pl.Series(reports.household[chosen]).cast(pl.Int64))
        found = dict(zip(COUNTS, counts.T, strict=True))
        parts.append(pl.DataFrame({"case_id": cases, "index_occurred_on": days, **found}))
    table = pl.concat(parts)
    return TrueRisks(table.filter(pl.struct("case_id", "index_occurred_on").is_unique()), n_draws)


@njit
def _draw(homes, all_rules, horizon, n_draws, counts, room):  # noqa: PLR0917
    """Fill the counts, a row for each landmark; return the number of landmarks, -1 if candidates do not fit.

    ``room`` is for the candidates of the world, those of a new future, and the household from a landmark on.
    """
    rules, (line, fresh, other) = all_rules[0], room
    end = rules.extraction_day + 1.0
    state, again = np.empty(SIZE), np.empty(SIZE)
    blocked, given = np.zeros(N_INTERVENTIONS, dtype=np.bool_), np.zeros(N_INTERVENTIONS, dtype=np.bool_)
    facts, steps = np.empty(N_FACTS, np.int32), np.empty(N_STEPS, np.int32)
    starts, ends = np.empty(N_INTERVENTIONS, np.int32), np.empty(N_INTERVENTIONS, np.int32)
    scratch = (facts, steps, starts, ends)
    k = 0
    for h in range(homes.size):
        home = homes[h]
        n = candidates(home, rules, end, line)
        if n < 0:
            return -1
        set_out(home, state)
        for c in range(n):
            this = line[c]
            if not strike(state, rules, home, this):
                continue
            level = severity_of(state, rules, home, this)
            if not is_reported(state, rules, home, this, level):
                continue
            respond(state, rules, home, this, level, blocked, facts, steps, starts, ends)
            if not (rules.register_day <= this.at < end):
                continue
            other[0] = homes[h]
            other[0].onset_at = this.at
            fresh[0] = line[c]
            for draw in range(n_draws):
                other[0].key = substream(this.key, _FRESH + draw)
                m = candidates(other[0], rules, np.floor(this.at) + horizon + 1.0, fresh[1:])
                if m < 0:
                    return -1
                again[:] = state
                violence, report = follow(again, rules, home, fresh, m + 1, 0, blocked, scratch, given)
                counts[k, draw % 2] += report >= 0
                counts[k, 2] += violence >= 0
            k += 1
    return k
