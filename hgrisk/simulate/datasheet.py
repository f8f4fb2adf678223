"""What a made-up world is and is not, in words: the README.md in its folder, and the one beside its truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from textwrap import wrap
from typing import Any

import polars as pl

from hgrisk.simulate.calibration.table import calibration_text
from hgrisk.simulate.scenario import Scenario, scenario_names
from hgrisk.simulate.truth.notice import TRUTH_NOTICE

TABLES = {
    "observed/events.parquet": "event of a household as registered: report, follow-up report, assessment, arrest, help",
    "observed/cases.parquet": "household-case: region at the first report, observed period, why observation ended",
    "observed/persons.parquet": "person, pseudonymous; an empty birthday or sex is unknown",
    "observed/memberships.parquet": "person in a household, with role and period",
    "observed/regions.parquet": "region and the days on which it existed; two of them merge",
    "observed/case_regions.parquet": "residence of a household that moved, or whose region merged",
    "truth/households.parquet": "household, reported or not: frailty, true covariates, hazards, why observation ended",
    "truth/violence.parquet": "incident of violence, noticed or not",
    "truth/outcomes.parquet": "landmark: days to the next incident and the next reported one, under each strategy",
    "truth/regions.parquet": "region: its true hazard of violence, chance of a report, waits, starts of interventions",
    "truth/interventions.parquet": "intervention: its true effects, and the rule by which it is given",
    "truth/effects.parquet": "true effect of an intervention, by population, outcome and horizon",
    "truth/risks.parquet": "true mean risk as it happened and without any intervention, likewise",
    "calibration.csv": "calibrated number beside its target",
}
"""Every table of a world and what a row is."""


@dataclass(frozen=True, eq=False)
class WorldSummary:
    """A world that was written.

    Attributes
    ----------
    households : int
        Households with violence.
    cases : int
        Those of them that are in the register.
    events : int
        Sound rows among the events.
    planted : dict
        Faulty rows among the events, by fault.
    rows : dict
        Rows of each table, by its place in the folder, faulty ones included.
    calibration : polars.DataFrame
        From `calibration.table.calibration_table`.
    folder : pathlib.Path
        Where it lies.
    """

    households: int
    cases: int
    events: int
    planted: Mapping[str, int]
    rows: Mapping[str, int]
    calibration: pl.DataFrame
    folder: Path


def datasheet(scenario: Scenario, summary: WorldSummary) -> str:
    """Return the README.md of a world.

    Parameters
    ----------
    scenario : Scenario
        The world.
    summary : WorldSummary
        What was written; the folder is not named, so that the text is the same wherever it lies.

    Returns
    -------
    str
        Markdown.
    """
    rows = [f"| `{name}` | {n:,} | {TABLES[name]} |" for name, n in summary.rows.items()]
    return "\n".join(
        [
            f"# Datasheet: a made-up world, scenario {scenario.name}",
            *("", _WHAT_IT_IS, ""),
            *(["The question it was made for: " + scenario.question, ""] if scenario.question else []),
            *("| table | rows | one row per |", "|---|--:|---|", *rows, "", _FOLDERS, ""),
            *("## How it was made", *_making(scenario, summary), ""),
            *("## Calibrated numbers beside their targets", _targets(scenario), ""),
            *(calibration_text(summary.calibration), "## Limits", _LIMITS, "", "## Licence", _LICENCE, ""),
        ]
    )


def truth_notice() -> str:
    """Return the README.md beside the truth of a world."""
    return TRUTH_NOTICE


def command(scenario: Scenario) -> str:
    """Return the command that makes a world.

    Parameters
    ----------
    scenario : Scenario
        The world.

    Returns
    -------
    str
        A scenario that was not shipped is read from the ``scenario.toml`` that was written.

    Examples
    --------
    >>> command(Scenario.named("drift", households=200))
    'hgrisk simulate --scenario drift --households 200 --seed 20260101 --out DIR'
    """
    own = {"households": scenario.households, "seed": scenario.seed, "dirty_share": scenario.dirty_share}
    if scenario.name not in scenario_names() or Scenario.named(scenario.name, **own) != scenario:
        return "hgrisk simulate --scenario scenario.toml --out DIR"
    size = f"--households {scenario.households} --seed {scenario.seed}"
    dirty = f" --dirty {scenario.dirty_share}" if scenario.dirty_share else ""
    return f"hgrisk simulate --scenario {scenario.name} {size}{dirty} --out DIR"


def _making(scenario: Scenario, summary: WorldSummary) -> list[str]:
    lives = scenario.population
    known = f"{summary.households:,} households with violence, of which {summary.cases:,} are known to Veilig Thuis"
    return [
        f"- By hgrisk {version('hgrisk')}, seed {scenario.seed}; again, byte for byte, whatever the number of workers:",
        f"  `{command(scenario)}`",
        f"- {known}; {summary.events:,} events.",
        f"- Registration runs from {lives.register_on} to the extraction on {lives.extraction_on}; violence begins",
        f"  from {lives.first_onset} on, and what was reported before registration is missing, as in a real register.",
        *(_MECHANISM, _KNOWLEDGE, *_planting(summary)),
    ]


def _planting(summary: WorldSummary) -> list[str]:
    if not summary.planted:
        return ["- There are no faulty rows."]
    each = ", ".join(f"{n} {fault.replace('_', ' ')}" for fault, n in sorted(summary.planted.items()))
    total = sum(summary.planted.values())
    text = f"- {total:,} faulty rows are planted in the events, with an `event_id` that begins with F: {each}."
    return wrap(text, 120, subsequent_indent="  ")


def _targets(scenario: Scenario) -> str:
    if _settings(scenario) == _settings(Scenario.named("baseline")):
        return _BASELINE_TARGETS
    return f"The targets are those of the baseline; the scenario {scenario.name} need not meet them.\n{_CHANCE}"


def _settings(scenario: Scenario) -> dict[str, Any]:
    """Return what makes a world what it is: not its name, and not how much of it is drawn."""
    return scenario.model_dump(exclude={"name", "question", "households", "seed", "dirty_share"})


_WHAT_IT_IS = """\
**Nothing here is about a real household or person, and no figure here is evidence** about violence, reporting, regions
or help. The tables were drawn by `hgrisk.simulate`, so that methods can be tried, taught and tested on case histories
whose hazards, effects and reporting are known."""

_FOLDERS = """\
Only `observed/` is what a register would hold: point a pipeline at that folder and at nothing else. `truth/` is for
judging a method afterwards; `case_id` and `event_id` join the two. `scenario.toml` holds every parameter."""

_MECHANISM = """\
- Violence in each relation is a point process: highest just after an incident, with a gamma frailty of the household,
  known hazard ratios, and event dependence if the scenario has it. Whether it is reported, by whom and how late, is
  drawn apart from it.
- A report sets off assessment, decision, handover, help and interventions. Who gets what depends on the risk that is
  seen, the region and the wait; each intervention has one effect on violence and another on its detection.
- The counterfactual outcomes share their random numbers with what happened."""

_KNOWLEDGE = """\
- `known_on` is the day of registration, sometimes weeks late; what was not known at the extraction is left out, and a
  spell still running then has no end. An unknown signal is no row, which is not the same as an absent one."""

_CHANCE = "In a small world a number may miss its target by chance alone."
_BASELINE_TARGETS = f"The tolerances are for a world of a million events. {_CHANCE}"

_LIMITS = """\
- The targets are published Dutch figures where a source is named. Nearly everything else, the hazard ratios, effects of
  interventions, shares and lags, is a design prior: a setting of the scenario, never a finding.
- Regions have real names and numbers of inhabitants; how they differ in violence, recording and help was drawn at
  random, and says nothing about the real ones.
- Only households with violence are here; those never reported are in the truth only. What people and professionals do
  is far simpler than in life, and whatever is not in `scenario.toml` does not exist.
- Who chooses an intervention knows the signals and all earlier reports; the register holds the signals of 70 % of the
  assessments since 2019, and no report from before it began. So adjustment on the register alone leaves some
  confounding, a hazard ratio of about 1.02 to 1.05 (1.05 to 1.09 with `confounding = 2.5`), even at `unseen_risk = 0`.
- Interventions do not run out: scarcity is a share of the reports that differs between regions, not a queue. A new
  start ends what was left of an earlier one of its kind.
- A method that does well here has passed a test of its logic. How well it predicts for real households it must show on
  real ones."""

_LICENCE = "CC0 1.0 for the tables; the code that made them is Apache-2.0."
