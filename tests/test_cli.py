"""The command line: what each command prints, writes and returns, and one sentence for every error."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from hgrisk import __main__ as started_by_name
from hgrisk import cli
from hgrisk.histories.case_histories import CaseHistories
from hgrisk.simulate.scenario import Scenario, scenario_names

HEAVY = ("numpy", "pandas", "polars", "mlflow", "sklearn", "matplotlib", "numba", "scipy", "rich.progress")
COMMANDS = ("check", "run", "build", "compare", "report", "simulate", "features")
QUICK = """
name = "quick"
ladder = false
[data]
folder = "delivery"
mapping = "maps/layout.toml"
[cohort]
landmark_kinds = ["report", "follow_up_report"]
[split]
kind = "none"
[[models]]
kind = "base_rate"
[evaluation]
horizons_days = [183]
metrics = ["brier"]
n_resamples = 0
"""
LAYOUT = """
name = "layout"
[[source]]
table = "events"
file = "events.csv"
[source.columns]
event_id = "event_id"
case_id = "case_id"
kind = "kind"
occurred_on = "occurred_on"
known_on = "known_on"
"""


@pytest.fixture
def hgrisk(monkeypatch, capfd):
    """Call the command line in this process; return exit code, standard output and standard error."""

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["hgrisk", *map(str, words)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        return stopped.value.code, *capfd.readouterr()

    return call


def fresh(*words, **options):
    """Call the command line in a new process."""
    command = [sys.executable, "-c", "from hgrisk.cli import main; main()", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)  # noqa: S603


def test_check_accounts_for_every_row_and_writes_it(hgrisk, study, tmp_path):
    code, out, err = hgrisk("check", study / "delivery", "--out", tmp_path / "deep" / "er")
    assert (code, err) == (cli.OK, "")
    rows = json.loads((tmp_path / "deep" / "er" / "rows.json").read_text())
    assert [row["source"] for row in rows] == CaseHistories.read(study / "delivery").account.table["source"].to_list()
    assert all(f"{row['read']:,}" in out for row in rows)
    quarantine = pd.read_csv(tmp_path / "deep" / "er" / "quarantine.csv")
    assert len(quarantine) == sum(row["quarantined"] for row in rows) > 0
    assert quarantine.columns.tolist() == ["source", "source_row", "table", "status", "reason"]
    assert "at most 5.00% is accepted: accepted." in out
    assert "ends before it starts" in " ".join(out.split())


def test_check_fails_above_the_share_that_is_accepted(hgrisk, study):
    code, out, err = hgrisk("check", study / "delivery", "--max-bad-share", "0.0001")
    assert (code, err) == (cli.TOO_MANY_BAD_ROWS, "")
    assert "at most 0.01% is accepted: too many." in out
    assert hgrisk("check", study / "delivery", "--max-bad-share", "0.9")[0] == cli.OK


def test_check_takes_a_mapping_and_writes_nothing_unless_asked(hgrisk, study, tmp_path, monkeypatch):
    (tmp_path / "layout.toml").write_text(LAYOUT.replace('name = "layout"', 'name = "layout"\n', 1))
    monkeypatch.chdir(tmp_path)
    code, out, _ = hgrisk("check", study / "delivery", "--mapping", "layout.toml")
    assert code == cli.OK
    assert "events" in out
    assert "memberships" not in out
    assert [path.name for path in tmp_path.iterdir()] == ["layout.toml"]


def test_run_prints_the_tables_and_where_the_report_lies(small_run):
    for text in ("Scores at 365 days", "Prior-violence ladder, Uno's C at 365 days", "everything without prior"):
        assert text in small_run.stdout
    assert small_run.stdout.splitlines()[-1] == f"Report: {small_run.out / 'report.html'}"
    assert (small_run.out / "report.html").is_file()
    assert "A household that is not flagged is not thereby safe" in small_run.stdout
    assert small_run.stderr.strip() == ""


@pytest.fixture
def elsewhere(study, tmp_path, monkeypatch):
    """An experiment in a folder of its own, called from another that has decoys of all its files."""
    home = tmp_path / "home"
    (home / "maps").mkdir(parents=True)
    (home / "quick.toml").write_text(QUICK)
    (home / "maps" / "layout.toml").write_text(LAYOUT)
    shutil.copytree(study / "delivery", home / "delivery")
    decoys = tmp_path / "decoys"
    (decoys / "maps").mkdir(parents=True)
    (decoys / "maps" / "layout.toml").write_text("not = a mapping")
    (decoys / "delivery").mkdir()
    monkeypatch.chdir(decoys)
    return home


def test_paths_of_an_experiment_start_at_its_file_and_results_at_the_working_folder(hgrisk, elsewhere):
    code, out, err = hgrisk("run", "../home/quick.toml", "--no-track")
    assert (code, err.strip()) == (cli.OK, "")
    assert out.splitlines()[-1] == "Report: runs/quick/report.html"
    assert "These scores are apparent" in out
    assert "ladder" not in out
    assert sorted(path.name for path in Path.cwd().iterdir()) == ["delivery", "maps", "runs"]
    assert sorted(path.name for path in elsewhere.iterdir()) == ["delivery", "maps", "quick.toml"]
    rows = json.loads(Path("runs/quick/rows.json").read_text())
    assert [row["source"] for row in rows] == ["events: events.csv"]  # the mapping was used: it names one source
    Path("mine.toml").write_text(LAYOUT.replace('file = "events.csv"', 'file = "events.csv"\nname = "mine"'))
    assert hgrisk("run", "../home/quick.toml", "--mapping", "mine.toml", "--no-track", "--out", "two")[0] == cli.OK
    assert [row["source"] for row in json.loads(Path("two/rows.json").read_text())] == ["mine"]
    code, _, err = hgrisk("run", "../home/quick.toml", "--data", "delivery", "--no-track")
    assert code == cli.WRONG_INPUT
    assert (
        err.strip() == "A source file exists, but found no file events.csv in delivery: check the folder and mapping."
    )


def test_a_run_that_stops_says_why_and_an_unusable_folder_is_found_first(hgrisk, elsewhere):
    stricter = QUICK.replace('folder = "delivery"', 'folder = "delivery"\nmax_bad_share = 0.0')
    (elsewhere / "strict.toml").write_text(stricter)
    code, out, err = hgrisk("run", "../home/strict.toml", "--no-track")
    assert (code, out) == (cli.WRONG_INPUT, "")
    assert err.strip().startswith("At most 0.0% of the rows is quarantined, but found ")
    Path("taken").write_text("a file")
    (elsewhere / "delivery" / "events.csv").unlink()  # so that reading would fail
    code, _, err = hgrisk("run", "../home/quick.toml", "--out", "taken")
    found = "[Errno 17] File exists: 'taken'"
    assert code == cli.WRONG_INPUT
    assert err == f"Files can be read and written, but found {found}: check the path, rights and room on disk.\n"


@pytest.mark.usefixtures("elsewhere")
def test_a_tracking_store_that_cannot_be_used_does_not_hide_the_results(hgrisk, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "nonsense://x")
    code, out, err = hgrisk("run", "../home/quick.toml")
    assert code == cli.WRONG_INPUT
    assert out.splitlines()[-1] == "Report: runs/quick/report.html"
    assert "Tracked" not in out
    assert err.strip().startswith("The tracking store can be used, but found nonsense://x (")
    assert Path("runs/quick/report.html").is_file()


def test_compare_shows_runs_side_by_side(hgrisk, small_run, tmp_path):
    other = shutil.copytree(small_run.out, tmp_path / "other")
    code, out, _ = hgrisk("compare", small_run.out, other, "--metric", "brier")
    assert code == cli.OK
    assert "brier, with intervals" in out
    assert all(word in out for word in ("prior_count", "all features", "183", "365", "small", "other"))
    assert hgrisk("compare", small_run.out, other, "--metric", "auc")[0] == cli.WRONG_INPUT


def test_report_writes_the_page_again_in_either_language(hgrisk, small_run, tmp_path):
    copy = shutil.copytree(small_run.out, tmp_path / "copy")
    before = (copy / "report.html").read_bytes()
    code, out, _ = hgrisk("report", copy, "--lang", "nl")
    assert (code, out) == (cli.OK, f"Report: {copy / 'report.html'}\n")
    dutch = (copy / "report.html").read_text(encoding="utf-8")
    assert '<html lang="nl"' in dutch
    assert "De eerste gebeurtenis van soort report, follow up report over hetzelfde huishouden" in dutch
    assert "The first event of kind" not in dutch
    assert hgrisk("report", copy)[0] == cli.OK
    assert (copy / "report.html").read_bytes() == before


def test_simulate_fills_a_folder_that_check_accepts(hgrisk, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    words = ["simulate", "--scenario", "drift", "--households", "300", "--seed", "5", "--dirty", "0.05", "--out"]
    code, out, _ = hgrisk(*words, tmp_path / "made")
    assert code == cli.OK
    assert "police_and_justice_2023" in out
    assert "Made up 300 households, of which " in out
    assert f"World: {tmp_path / 'made'} (only observed/ is for a pipeline)" in out.splitlines()[-2:]
    assert max(len(line) for line in out.splitlines() if line.startswith("│")) <= 100
    planted = int(out.split("Planted ")[1].split()[0].replace(",", ""))
    assert Scenario.read(tmp_path / "made" / "scenario.toml").seed == 5
    code, out, _ = hgrisk("check", tmp_path / "made" / "observed", "--max-bad-share", "0.06")
    assert code == cli.OK
    assert f"Quarantined: {planted} row(s)" in out


def test_simulate_writes_the_same_world_from_its_own_scenario_file(hgrisk, tmp_path):
    made, again = tmp_path / "made", tmp_path / "again"
    assert hgrisk("simulate", "--households", "40", "--workers", "1", "--out", made)[0] == cli.OK
    assert hgrisk("simulate", "--scenario", made / "scenario.toml", "--workers", "2", "--out", again)[0] == cli.OK
    files = [path.relative_to(made) for path in made.rglob("*") if path.is_file()]
    assert files
    assert all((made / name).read_bytes() == (again / name).read_bytes() for name in files)


def test_simulate_leaves_a_scenario_file_of_the_users_own_alone(hgrisk, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("mine").mkdir()
    Path("mine/scenario.toml").write_text('name = "mine"\n')
    code, _, err = hgrisk("simulate", "--scenario", "mine/scenario.toml", "--out", "mine")
    found = "a scenario.toml that hgrisk did not write in mine"
    assert code == cli.WRONG_INPUT
    assert err.strip() == (
        f"A made-up world goes to a new folder, or over an earlier one, but found {found}: "
        "name another folder, or one that holds an earlier world and nothing else."
    )
    assert [path.name for path in Path("mine").iterdir()] == ["scenario.toml"]


@pytest.fixture
def interrupted_by(monkeypatch):
    """Let a signal come when the first block of a world is written."""

    def arrange(number):
        from hgrisk.simulate import folder  # noqa: PLC0415

        monkeypatch.setattr(folder, "faulty_rows", lambda *_: signal.raise_signal(number))

    return arrange


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("earlier", [False, True])
def test_a_signal_during_simulate_leaves_everything_as_it_was(hgrisk, tmp_path, interrupted_by, name, earlier):
    if not hasattr(signal, name):
        pytest.skip(f"no {name} here")
    number, words = getattr(signal, name), ["simulate", "--households", "30", "--workers", "1", "--out"]
    if earlier:
        assert hgrisk(*words, tmp_path / "world")[0] == cli.OK
    handler = signal.getsignal(number)
    before = {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")}
    interrupted_by(number)
    code, out, err = hgrisk(*words, tmp_path / "world", "--seed", "2")
    assert (code, out) == (128 + number, "")
    assert ("Stopped; nothing was written." in err.splitlines()) == (name == "SIGINT")
    assert {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")} == before
    assert signal.getsignal(number) == handler


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no SIGHUP here")
def test_a_hangup_that_nohup_ignores_stays_ignored(hgrisk, tmp_path, monkeypatch):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        monkeypatch.setattr(CaseHistories, "read", lambda *_: signal.raise_signal(signal.SIGHUP) or sys.exit(77))
        assert hgrisk("check", tmp_path)[0] == 77
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_simulate_lists_the_scenarios_and_their_questions(hgrisk, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    code, out, _ = hgrisk("simulate", "--list")
    assert code == cli.OK
    assert all(f" {name} " in out and Scenario.named(name).question in out for name in scenario_names())


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["check", "gone"], "The data is a folder of files, but found gone: give the folder that holds them."),
        (["check", ".", "--max-bad-share", "3"], "A share lies between 0 and 1, but found 3.0: give for example 0.05."),
        (["run", "gone.toml"], "A settings file exists, but found no file gone.toml: check the path."),
        (["run", "."], "A settings file can be read, but found .: give a TOML file that you may read."),
        (["compare", "."], "The folder of a run holds scores.csv, but found none in .: give the --out of a run."),
        (["simulate"], "A made-up world goes to a folder, but found no --out: give for example --out world."),
        (
            ["simulate", "--out", ""],
            "A made-up world goes to a folder, but found an empty --out: give for example --out world.",
        ),
        (
            ["simulate", "--out", "new", "--dirty", "0.7"],
            "A share of faulty rows lies between 0 and 0.5, but found 0.7: give for example 0.02.",
        ),
        (
            ["simulate", "--out", "new", "--scenario", "nope"],
            f"A scenario is one of those shipped, but found 'nope': use {', '.join(scenario_names())}.",
        ),
        (
            ["simulate", "--out", "new", "--scenario", "gone.toml"],
            "A settings file exists, but found no file gone.toml: check the path.",
        ),
        (
            ["simulate", "--out", "new", "--households", "0"],
            "baseline: households must be valid, but found 0: input should be greater than or equal to 1.",
        ),
        (["report", "."], "The folder of a run holds tables/facts.json, but found none in .: give the --out of a run."),
    ],
)
def test_an_error_is_one_sentence_on_standard_error(hgrisk, tmp_path, monkeypatch, words, text):
    monkeypatch.chdir(tmp_path)
    assert hgrisk(*words) == (cli.WRONG_INPUT, "", f"{text}\n")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_language_is_refused_and_the_page_is_left_alone(hgrisk, small_run):
    before = (small_run.out / "report.html").read_bytes()
    code, out, err = hgrisk("report", small_run.out, "--lang", "de")
    assert (code, out, err) == (2, "", "A report is in en or nl, but found 'de': give one of these.\n")
    assert (small_run.out / "report.html").read_bytes() == before


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_traceback_is_shown_on_debug_in_any_position(hgrisk, place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["check", "gone"]
    words.insert(place, "--debug")
    code, out, err = hgrisk(*words)
    assert (code, out) == (cli.WRONG_INPUT, "")
    assert err.startswith("Traceback (most recent call last):")
    assert err.splitlines()[-1] == ("The data is a folder of files, but found gone: give the folder that holds them.")


def test_a_fault_of_hgrisk_has_an_exit_code_of_its_own(hgrisk, monkeypatch):
    def fail(*rest):  # noqa: ARG001
        raise KeyError("H00042")

    monkeypatch.setattr(CaseHistories, "read", fail)
    code, out, err = hgrisk("check", ".")
    assert (code, out) == (cli.FAULT, "")
    # the message of a foreign exception may hold a value of the data, so only its kind is shown
    assert err == "hgrisk has a fault: KeyError. Run again with --debug and report what it shows.\n"
    code, _, err = hgrisk("check", ".", "--debug")
    assert code == cli.FAULT
    assert "KeyError: 'H00042'" in err


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_has_help(command):
    result = CliRunner().invoke(cli.app, [command, "--help"] if command else ["--help"], env={"COLUMNS": "200"})
    assert result.exit_code == cli.OK
    assert f"Usage: hgrisk {command}".strip() in " ".join(result.stdout.split())
    if command:
        assert getattr(cli, command).__doc__.splitlines()[0] in result.stdout
    else:
        assert "Exit codes: 0 done; 1 too many rows are quarantined; 2 wrong input or settings; 3 a" in result.stdout
        assert all(f" {name} " in result.stdout for name in COMMANDS)
        assert "it never decides" in result.stdout


def test_help_imports_nothing_heavy_and_is_quick():
    code = (
        "import sys, atexit\n"
        "atexit.register(lambda: print(sorted({name for name in sys.modules}), file=sys.stderr))\n"
        "sys.argv = ['hgrisk', '--help']\n"
        "from hgrisk.cli import main\n"
        "main()\n"
    )
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    taken = time.perf_counter() - started
    loaded = done.stderr
    assert "'hgrisk.cli'" in loaded
    assert [name for name in HEAVY if f"'{name}'" in loaded] == []
    assert taken < 10  # a bound for a busy machine; about 0.2 s on a free one


def test_python_starts_it_by_name(tmp_path):
    assert started_by_name.main is cli.main
    command = [sys.executable, "-m", "hgrisk", "simulate", "--out", ""]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)  # noqa: S603
    assert (done.returncode, done.stdout) == (cli.WRONG_INPUT, "")
    assert done.stderr.startswith("A made-up world goes to a folder, but found an empty --out")


def test_the_installed_command_stops_in_the_same_way(tmp_path):
    command = Path(sys.executable).with_name("hgrisk")
    done = subprocess.run(  # noqa: S603
        [command, "check", "gone"], capture_output=True, text=True, check=False, cwd=tmp_path, env=dict(os.environ)
    )
    assert (done.returncode, done.stdout) == (cli.WRONG_INPUT, "")
    assert done.stderr == "The data is a folder of files, but found gone: give the folder that holds them.\n"
