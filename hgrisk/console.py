"""What the command line shows: tables first, few words."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

import pandas as pd
from rich.console import Console
from rich.progress import (
    BarColumn,
    ProgressColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as RichProgress
from rich.table import Table
from rich.text import Text

from hgrisk.histories.case_histories import CaseHistories
from hgrisk.histories.incidents import REPORT_KINDS
from hgrisk.provenance import MADE_UP_NOTE

if TYPE_CHECKING:
    from hgrisk.experiment import RunResult  # 3 s to import, and only a run has it
    from hgrisk.shards.folder import FeatureShards
    from hgrisk.simulate.datasheet import WorldSummary
    from hgrisk.simulate.scenario import Scenario

MOST_KINDS = 50
_PROCESS = " ●"
_EMPTY = {"en": ("empty", "missing"), "nl": ("leeg", "missing_nl")}
"""How a missing value is called, and the column that says what it means."""
_OFF_TARGET = (
    "The targets are those of the baseline: other scenarios differ from them on purpose, and a small world misses some "
    "by chance."
)
_HEADLINE = ("uno_c", "brier", "calibration_slope")


class _Bar:
    """A bar on standard error that is there while the work goes on."""

    def __init__(self, description: str, total: int | None, *columns: ProgressColumn) -> None:
        shown = (TextColumn("{task.description:<12}"), BarColumn(), *columns)
        self._bar = RichProgress(*shown, console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task(description, total=total)

    def __enter__(self) -> Self:
        """Start the bar."""
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Take the bar away."""
        self._bar.stop()


class Progress(_Bar):
    """A progress bar over named steps, on standard error.

    Parameters
    ----------
    steps : iterable of str
        Every step, in order.
    """

    def __init__(self, steps: Iterable[str]) -> None:
        self._steps = list(steps)
        super().__init__("", len(self._steps), TimeElapsedColumn())

    def step(self, name: str) -> None:
        """Begin a step.

        Parameters
        ----------
        name : str
            One of the steps.
        """
        self._bar.update(self._task, description=name, completed=self._steps.index(name))


class CountProgress(_Bar):
    """A progress bar over equal pieces of work, on standard error.

    Parameters
    ----------
    description : str
        What is being done.
    """

    def __init__(self, description: str) -> None:
        super().__init__(description, None, TaskProgressColumn(), TimeRemainingColumn())

    def reach(self, done: int, total: int) -> None:
        """Say how far the work is.

        Parameters
        ----------
        done, total : int
            Pieces that are finished, and of all.
        """
        self._bar.update(self._task, completed=done, total=total)


class StepProgress(_Bar):
    """A progress bar over steps that each consist of many pieces, on standard error."""

    def __init__(self) -> None:
        super().__init__("", None, TaskProgressColumn(), TimeElapsedColumn())
        self._step = ""

    def reach(self, step: str, done: int, total: int) -> None:
        """Say how far the work is.

        Parameters
        ----------
        step : str
            What is being done.
        done, total : int
            Pieces of it that are finished, and of all; 0 where that is not known.
        """
        if step != self._step:
            self._bar.reset(self._task, description=step, start=True)
            self._step = step
        self._bar.update(self._task, completed=done, total=total or None)


def say(text: str) -> None:
    """Print one line.

    Parameters
    ----------
    text : str
        The line.
    """
    Console(soft_wrap=True, highlight=False).print(text, markup=False)


def show_account(histories: CaseHistories, max_bad_share: float) -> None:
    """Show what became of every row.

    Parameters
    ----------
    histories : CaseHistories
        The validated histories.
    max_bad_share : float
        Largest share of quarantined rows that is accepted.
    """
    account = histories.account
    _show(account.table.to_pandas(), "Rows")
    if account.reasons.height:
        _show(account.reasons.to_pandas(), "Rows not used, and why")
    _show_kinds(histories)
    for note in histories.notes:
        say(f"Note: {note}")
    n_bad = int(account.table["quarantined"].sum())
    verdict = "accepted" if account.bad_share <= max_bad_share else "too many"
    share = f"{account.bad_share:.2%} of the rows that no filter excluded"
    say(f"Quarantined: {n_bad:,} row(s), {share}; at most {max_bad_share:.2%} is accepted: {verdict}.")


def _show_kinds(histories: CaseHistories) -> None:
    """Show the kinds of event, unless there are so many that they must be free text."""
    kinds = histories.events["kind"].value_counts(sort=True).rename({"count": "events"})
    if kinds.height <= MOST_KINDS:
        _show(kinds.to_pandas(), "Events by kind")
    if not set(kinds["kind"]) & set(REPORT_KINDS):
        names = " or ".join(repr(kind) for kind in REPORT_KINDS)
        say(f"Note: no event is of kind {names}: code the kinds in the mapping, or name your own in [cohort].")


def show_result(result: RunResult, report: Path, run_id: str | None) -> None:
    """Show the main numbers of a run and where the rest lies.

    Parameters
    ----------
    result : RunResult
        The finished run.
    report : Path
        Its report.
    run_id : str or None
        The MLflow run.
    """
    scores = result.scores[result.scores["group"] == "all"]
    horizon = result.folder.content.calibration_horizon_days
    at = scores[scores["horizon_days"] == horizon]
    _show(_wide(at, [name for name in _HEADLINE if name in set(at["metric"])]), f"Scores at {horizon} days")
    if not result.ladder.empty:
        _show(_ladder(result.ladder, horizon), f"Prior-violence ladder, Uno's C at {horizon} days")
    if result.folder.content.apparent:
        say("These scores are apparent: the models were judged on the rows they were fitted on, which flatters them.")
    if MADE_UP_NOTE in result.folder.content.notes:
        say(MADE_UP_NOTE)
    say("A household that is not flagged is not thereby safe; a re-report is not a re-offence.")
    if run_id is not None:
        say(f"Tracked as MLflow run {run_id}")
    say(f"Report: {report}")


def show_comparison(table: pd.DataFrame, metric: str) -> None:
    """Show the scores of several runs side by side.

    Parameters
    ----------
    table : DataFrame
        As :func:`hgrisk.results.compare_runs` returns it.
    metric : str
        The metric.
    """
    _show(table.replace({" \\(": "\n("}, regex=True), f"{metric}, with intervals")


def show_features(catalogue: pd.DataFrame, lang: str) -> None:
    """Show the features, a table for each family.

    Parameters
    ----------
    catalogue : DataFrame
        As :func:`hgrisk.features.catalogue.catalogue_table` returns it.
    lang : str
        Language of the sentences, ``"en"`` or ``"nl"``.
    """
    empty, column = _EMPTY[lang]
    for family, rows in catalogue.groupby("family", sort=False):
        lines = [
            (
                f"{row['name']}\n  {row['unit'] or row['kind']}{_PROCESS if row['process'] else ''}",
                row[f"sentence_{lang}"] + (f"\n  {empty}: {row[column]}" if row[column] else ""),
            )
            for row in rows.to_dict("records")
        ]
        _show(pd.DataFrame(lines, columns=["feature", "what it says"]), f"{family}: {len(rows)}", widest=36)
    say(f"{len(catalogue)} features;{_PROCESS} is about the work of organisations, which could be changed.")


def show_shards(shards: FeatureShards, idle: pd.DataFrame, shard_events: int) -> None:
    """Show what a sharded build came to.

    Parameters
    ----------
    shards : FeatureShards
        The finished build.
    idle : DataFrame
        Its features from which nothing can be learned, as :func:`hgrisk.shards.idle.idle_features` returns them.
    shard_events : int
        Events of a shard, as asked for.
    """
    _show(shards.account.table.to_pandas(), "Rows")
    _show(shards.attrition.to_pandas(), "Landmarks")
    if shards.made_up:
        say(f"Note: {MADE_UP_NOTE}")
    if shards.largest_group > 2 * shard_events:
        say(
            f"Note: one group of households that share persons has {shards.largest_group:,} events, far more than a "
            "shard: check that no person identifier is a place-holder."
        )
    for problem, group in idle.groupby("problem", sort=False):
        pairs = zip(group["feature"].to_list(), group["of"].to_list(), strict=True)
        names = [f"{feature} (as {of})" if of else feature for feature, of in pairs]
        what = "the same as another" if any(group["of"]) else str(problem)
        say(f"Note: {len(group)} feature(s) are {what}: {', '.join(names)}.")
    size = f"{shards.n_landmarks:,} landmarks, {len(shards.catalogue):,} features, from {shards.n_events:,} events"
    say(f"{size} in {shards.n_shards} shard(s): {shards.folder}")
    say("Its folder landmarks/ says which household each landmark is of: do not hand it out with features/.")


def show_scenarios(scenarios: Iterable[Scenario]) -> None:
    """Show what each scenario is for.

    Parameters
    ----------
    scenarios : iterable of Scenario
        The scenarios.
    """
    rows = [(scenario.name, scenario.question) for scenario in scenarios]
    _show(pd.DataFrame(rows, columns=["scenario", "question"]), "Scenarios")


def show_world(summary: WorldSummary) -> None:
    """Show what a made-up world holds, and its calibrated numbers beside their targets.

    Parameters
    ----------
    summary : WorldSummary
        The world.
    """
    rows = [
        (
            row["quantity"],
            f"{row['target']:.3f} ± {row['tolerance']:.3f}",
            _shown(row["simulated"]),
            _yes(row["within"]),
        )
        for row in summary.calibration.to_dicts()
    ]
    _show(pd.DataFrame(rows, columns=["quantity", "target", "simulated", "within"]), "Calibration")
    if any(row[-1] == "no" for row in rows):
        say(_OFF_TARGET)
    known = f"{summary.cases:,} known to Veilig Thuis"
    say(f"Made up {summary.households:,} households, of which {known}, with {summary.events:,} events.")
    if summary.planted:
        say(f"Planted {sum(summary.planted.values()):,} faulty rows among the events.")
    say(f"World: {summary.folder} (only observed/ is for a pipeline)")
    say("Made-up data: no figure in it is evidence about real households.")


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _yes(within: bool | None) -> str:
    return {True: "yes", False: "no", None: "-"}[within]


def _ladder(ladder: pd.DataFrame, horizon: float | None) -> pd.DataFrame:
    rows = ladder[(ladder["metric"] == "uno_c") & (ladder["horizon_days"] == horizon)].to_dict("records")
    return pd.DataFrame(
        {
            "step": [row["step"] for row in rows],
            "C": [_interval(row["estimate"], row["lower"], row["upper"]) for row in rows],
            "gain": [_interval(row["gain"], row["gain_lower"], row["gain_upper"], "+") for row in rows],
        }
    )


def _wide(scores: pd.DataFrame, metrics: list[str]) -> pd.DataFrame:
    found = {
        (row["model"], row["metric"]): _interval(row["estimate"], row["lower"], row["upper"])
        for row in scores.to_dict("records")
    }
    models = list(dict.fromkeys(scores["model"]))
    return pd.DataFrame({"model": models} | {name: [found[model, name] for model in models] for name in metrics})


def _interval(estimate: float, lower: float, upper: float, sign: str = "") -> str:
    if pd.isna(estimate):
        return "-"
    bounds = "" if pd.isna(lower) or pd.isna(upper) else f"\n({lower:{sign}.3f} to {upper:{sign}.3f})"
    return f"{estimate:{sign}.3f}{bounds}"


def _show(frame: pd.DataFrame, title: str, widest: int | None = None) -> None:
    table = Table(title=title, title_justify="left")
    for name in frame.columns:
        numeric = pd.api.types.is_numeric_dtype(frame[name])
        side: Literal["left", "right"] = "right" if numeric else "left"
        most = widest if name == frame.columns[0] else None
        table.add_column(Text(str(name)), justify=side, overflow="fold", max_width=most)
    for row in frame.itertuples(index=False):
        # as Text: square brackets of a source's name are no markup
        table.add_row(*[Text(f"{value:,}" if isinstance(value, int) else str(value)) for value in row])
    Console().print(table)
