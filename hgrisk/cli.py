"""The command line. Heavy imports wait until a command needs them, so that help is instant."""

from __future__ import annotations

import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hgrisk.errors import HgriskError

if TYPE_CHECKING:
    from hgrisk.config import DataSettings

OK, TOO_MANY_BAD_ROWS, WRONG_INPUT, FAULT, INTERRUPTED = 0, 1, 2, 3, 130
MOST_DIRTY = 0.5

app = typer.Typer(
    name="hgrisk",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Risk and recurrence of domestic violence from dated case histories. A prediction supports a professional's "
    "judgement; it never decides, and a household that is not flagged is not thereby safe.",
    epilog="Exit codes: 0 done; 1 too many rows are quarantined; 2 wrong input or settings; 3 a fault of hgrisk.",
)

DataFolder = Annotated[Path, typer.Argument(help="Folder with the tables.", show_default=False)]
RunFolders = Annotated[list[Path], typer.Argument(help="Folders of runs (their --out).", show_default=False)]
ExperimentFile = Annotated[Path, typer.Argument(help="Experiment file (TOML).", show_default=False)]
MappingFile = Annotated[Path | None, typer.Option(help="Mapping file (TOML) for tables that are not in our layout.")]


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Take the options of every command; ``--debug`` is read in :func:`main`, wherever it stands."""


@app.command()
def check(
    data: DataFolder,
    mapping: MappingFile = None,
    max_bad_share: Annotated[float, typer.Option(help="Largest share of quarantined rows, 0 to 1.")] = 0.05,
    out: Annotated[Path | None, typer.Option(help="Write quarantine.csv and rows.json to this folder.")] = None,
) -> None:
    """Read and validate case histories; say what became of every row."""
    from hgrisk.console import show_account  # noqa: PLC0415
    from hgrisk.histories.case_histories import CaseHistories  # noqa: PLC0415

    if not 0 <= max_bad_share <= 1:
        raise HgriskError("A share lies between 0 and 1", f"{max_bad_share}", "give for example 0.05")
    histories = CaseHistories.read(data, mapping)
    if out is not None:
        from hgrisk.results import write_account  # noqa: PLC0415

        account = histories.account
        write_account(account.table.to_pandas(), account.unused.filter(status="quarantined").to_pandas(), out)
    show_account(histories, max_bad_share)
    raise typer.Exit(OK if histories.account.bad_share <= max_bad_share else TOO_MANY_BAD_ROWS)


@app.command()
def run(
    experiment: ExperimentFile,
    data: Annotated[Path | None, typer.Option(help="Folder with the tables; default: as the experiment says.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the results; default: runs/NAME.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="Mapping file; default: as the experiment says.")] = None,
    track: Annotated[bool, typer.Option(help="Record the run in MLflow.")] = True,
) -> None:
    """Run an experiment from case histories to a report and a tracked run."""
    from hgrisk.config import Experiment  # noqa: PLC0415
    from hgrisk.console import Progress, show_result  # noqa: PLC0415
    from hgrisk.experiment import STEPS, run_experiment, track_result, write_run  # noqa: PLC0415

    settings = Experiment.read(experiment)
    data, mapping = _sources(experiment, settings.data, data, mapping)
    folder = out or Path("runs") / settings.name
    folder.mkdir(parents=True, exist_ok=True)
    with Progress([*STEPS, "report", "tracking"]) as progress:
        result = run_experiment(settings, data, mapping, progress.step)
        progress.step("report")
        report = write_run(result, folder)
        run_id, failure = None, None
        if track and settings.tracking.enabled:
            progress.step("tracking")
            try:
                run_id = track_result(result, folder)
            except HgriskError as error:
                failure = error
    show_result(result, report, run_id)
    if failure is not None:
        raise failure  # after the results, which are written and shown all the same


def _sources(
    experiment: Path, stated: DataSettings, data: Path | None, mapping: Path | None
) -> tuple[Path, Path | None]:
    """Return the data and the mapping: as the command says, else as the experiment does, from its own folder."""
    base = experiment.parent
    if mapping is None and stated.mapping:
        mapping = base / stated.mapping
    return data or base / stated.folder, mapping


@app.command()
def build(
    experiment: ExperimentFile,
    data: Annotated[Path | None, typer.Option(help="Folder with the tables; default: as the experiment says.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the features; default: features/NAME.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="Mapping file; default: as the experiment says.")] = None,
    shard_events: Annotated[int, typer.Option(min=1, help="Events that are in memory at a time, about.")] = 500_000,
) -> None:
    """Build the features of an experiment shard by shard, for histories larger than memory."""
    from hgrisk.config import Experiment  # noqa: PLC0415
    from hgrisk.console import StepProgress, show_shards  # noqa: PLC0415
    from hgrisk.shards.build import BuildSettings, build_shards  # noqa: PLC0415
    from hgrisk.shards.idle import idle_features  # noqa: PLC0415

    asked = Experiment.read(experiment)
    data, mapping = _sources(experiment, asked.data, data, mapping)
    folder = out or Path("features") / asked.name
    settings = BuildSettings(
        cohort=asked.cohort,
        features=asked.features,
        shard_events=shard_events,
        max_bad_share=asked.data.max_bad_share,
    )
    try:
        with StepProgress() as progress:
            shards = build_shards(data, folder, settings, mapping, progress.reach)
            idle = idle_features(shards.parts())
    except (KeyboardInterrupt, OSError) as error:
        until = "until it is finished, the folder holds case histories, so remove it if you do not go on"
        typer.echo(f"Stopped; the same command goes on from here: {folder}; {until}.", err=True)
        if isinstance(error, OSError):
            raise
        raise typer.Exit(INTERRUPTED) from None
    show_shards(shards, idle, shard_events)


@app.command()
def compare(
    runs: RunFolders,
    metric: Annotated[str, typer.Option(help="Metric to compare, as named in scores.csv.")] = "uno_c",
) -> None:
    """Put the scores of several runs side by side."""
    from hgrisk.console import show_comparison  # noqa: PLC0415
    from hgrisk.results import compare_runs  # noqa: PLC0415

    show_comparison(compare_runs(runs, metric), metric)


@app.command()
def report(
    run_folder: Annotated[Path, typer.Argument(help="Folder of a run (its --out).", show_default=False)],
    lang: Annotated[str, typer.Option(help="Language: en or nl.")] = "en",
) -> None:
    """Write the report of a finished run again, in English or Dutch."""
    from hgrisk.config import Experiment  # noqa: PLC0415
    from hgrisk.console import say  # noqa: PLC0415
    from hgrisk.facts import in_language  # noqa: PLC0415
    from hgrisk.report.write import write_report  # noqa: PLC0415
    from hgrisk.results import EXPERIMENT, read_content  # noqa: PLC0415

    content = read_content(run_folder)
    content = in_language(content, Experiment.read(run_folder / EXPERIMENT), lang)
    say(f"Report: {write_report(content, run_folder, lang)}")


@app.command()
def features(
    family: Annotated[list[str] | None, typer.Option(help="Only this family; may be given more than once.")] = None,
    experiment: Annotated[Path | None, typer.Option(help="Experiment file (TOML) whose features are listed.")] = None,
    lang: Annotated[Literal["en", "nl"], typer.Option(help="Language of the sentences in the table.")] = "en",
    form: Annotated[
        Literal["table", "csv", "markdown"], typer.Option("--format", help="A table to read, or text for a file.")
    ] = "table",
) -> None:
    """List the features and what each of them says; no data are needed."""
    from hgrisk.features.catalogue import catalogue_page, catalogue_table, settings_of  # noqa: PLC0415

    settings = None
    if experiment is not None:
        from hgrisk.config import Experiment  # noqa: PLC0415

        settings = Experiment.read(experiment).features
    settings = settings_of(family or (), settings)
    if form == "table":
        from hgrisk.console import show_features  # noqa: PLC0415

        show_features(catalogue_table(settings), lang)
    else:
        text = catalogue_page(settings) if form == "markdown" else catalogue_table(settings).to_csv(index=False)
        typer.echo(text, nl=False)


@app.command()
def simulate(
    *,
    out: Annotated[str | None, typer.Option(metavar="PATH", help="Folder: new, or of an earlier world.")] = None,
    scenario: Annotated[str, typer.Option(help="Name of a scenario, or a scenario file (.toml).")] = "baseline",
    households: Annotated[int | None, typer.Option(help="Households with violence; default: the scenario's.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed; default: the scenario's.")] = None,
    dirty: Annotated[float | None, typer.Option(help="Faulty rows to plant, a share of the events, 0 to 0.5.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Threads; default: one per processor.")] = None,
    show_list: Annotated[bool, typer.Option("--list", help="Show the scenarios and their questions.")] = False,
) -> None:
    """Make up a world: case histories whose hazards, effects and reporting are known."""
    from hgrisk.console import CountProgress, show_scenarios, show_world  # noqa: PLC0415
    from hgrisk.simulate.scenario import Scenario, scenario_names  # noqa: PLC0415

    if show_list:
        show_scenarios(Scenario.named(name) for name in scenario_names())
        return
    if not out:  # a path made of "" would be the working folder
        found = "no --out" if out is None else "an empty --out"
        raise HgriskError("A made-up world goes to a folder", found, "give for example --out world")
    if dirty is not None and not 0 <= dirty <= MOST_DIRTY:
        raise HgriskError("A share of faulty rows lies between 0 and 0.5", f"{dirty}", "give for example 0.02")
    given = {"households": households, "seed": seed, "dirty_share": dirty}
    changes = {name: value for name, value in given.items() if value is not None}
    wanted = Path(scenario)
    made = Scenario.read(wanted, **changes) if wanted.suffix == ".toml" else Scenario.named(scenario, **changes)

    try:
        from hgrisk.simulate.folder import write_world  # noqa: PLC0415  # compiles, so only when all is well

        with CountProgress("making up") as progress:
            summary = write_world(made, Path(out), workers, progress.reach)
    except KeyboardInterrupt:
        typer.echo("Stopped; nothing was written.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    show_world(summary)


def main() -> None:
    """Run the command line; an error is one sentence, with a traceback only on ``--debug``.

    A signal that ends the process (SIGTERM, SIGHUP) lets a command clean up as Ctrl-C does, and gives exit code 128
    plus its number.
    """
    debug = "--debug" in sys.argv
    sys.argv = [word for word in sys.argv if word != "--debug"]
    try:
        with _signals_that_exit():
            app()
    except HgriskError as error:
        _stop(str(error), WRONG_INPUT, debug=debug)
    except OSError as error:
        text = str(HgriskError("Files can be read and written", f"{error}", "check the path, rights and room on disk"))
        _stop(text, WRONG_INPUT, debug=debug)
    except Exception as error:  # noqa: BLE001
        text = f"hgrisk has a fault: {type(error).__name__}. Run again with --debug and report what it shows."
        _stop(text, FAULT, debug=debug)


@contextmanager
def _signals_that_exit() -> Iterator[None]:
    """Turn signals that end the process into an exit that is cleaned up after; one that is ignored (nohup) stays so."""
    known = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in known}
    heeded = [number for number in known if before[number] == signal.SIG_DFL]
    for number in heeded:
        signal.signal(number, _exit_by)
    try:
        yield
    finally:
        for number in heeded:
            signal.signal(number, before[number])


def _exit_by(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a handler takes both
    sys.exit(128 + number)


def _stop(text: str, code: int, *, debug: bool) -> None:
    if debug:
        traceback.print_exc()
    typer.echo(text, err=True)
    sys.exit(code)
