"""The command ``hgrisk build``: what it prints and writes, and how it is stopped."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from hgrisk import cli
from hgrisk.shards.folder import FeatureShards
from tests.shards.deliveries import awkward_tables, write_tables

EXPERIMENT = """
name = "study"
[data]
folder = "delivery"
max_bad_share = 0.3
[features]
families = ["prior_violence", "context"]
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A folder with an experiment and its delivery."""
    folder = tmp_path_factory.mktemp("study")
    write_tables(awkward_tables(60), folder / "delivery")
    (folder / "study.toml").write_text(EXPERIMENT)
    return folder


@pytest.fixture
def hgrisk(monkeypatch, capfd):
    """Call the command line in this process; return exit code, standard output and standard error."""

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["hgrisk", *map(str, words)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        return stopped.value.code, *capfd.readouterr()

    return call


def test_build_fills_a_folder_and_says_so(hgrisk, study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, _ = hgrisk("build", study / "study.toml", "--shard-events", "100")
    shards = FeatureShards.read(tmp_path / "features" / "study")
    size = f"{shards.n_landmarks} landmarks, {len(shards.catalogue)} features, from {shards.n_events} events"
    assert (code, f"{size} in {shards.n_shards} shard(s): features/study" in out) == (cli.OK, True)
    assert "one group of households that share persons has" in out
    assert "feature(s) are constant: " in out
    assert "feature(s) are the same as another: " in out


def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(hgrisk, study, tmp_path, monkeypatch):
    from hgrisk.shards import build  # noqa: PLC0415

    built = build.build_features

    def once(*args, **how):
        monkeypatch.setattr(build, "build_features", lambda *_, **__: signal.raise_signal(signal.SIGINT))
        return built(*args, **how)

    monkeypatch.setattr(build, "build_features", once)
    words = ["build", study / "study.toml", "--out", tmp_path / "out", "--shard-events", "300"]
    code, out, err = hgrisk(*words)
    assert (code, out) == (cli.INTERRUPTED, "")
    assert f"Stopped; the same command goes on from here: {tmp_path / 'out'}; until it is finished" in err
    part = FeatureShards.read(tmp_path / "out", unfinished=True)
    assert 0 < len(part.shards) < part.n_shards
    monkeypatch.setattr(build, "build_features", built)
    assert hgrisk(*words)[0] == cli.OK
    assert hgrisk("build", study / "study.toml", "--out", tmp_path / "other")[0] == cli.OK
    parts, whole = (FeatureShards.read(tmp_path / name).table().X for name in ("out", "other"))
    pd.testing.assert_frame_equal(parts, whole, check_exact=True)


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_a_process_that_was_killed_goes_on(hgrisk, study, tmp_path):
    """Killed at whatever moment, the next call finishes."""
    words = ["build", study / "study.toml", "--out", tmp_path / "out", "--shard-events", "100"]
    command = [sys.executable, "-m", "hgrisk", *map(str, words)]
    with subprocess.Popen(command, cwd=Path(cli.__file__).parents[1], stderr=subprocess.DEVNULL) as process:  # noqa: S603
        until = time.monotonic() + 120
        while not (tmp_path / "out" / "features" / "00000.json").exists() and time.monotonic() < until:
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
    code, _, err = hgrisk(*words)
    assert code == cli.OK, err


def test_another_build_in_the_same_folder_is_refused(hgrisk, study, tmp_path):
    elsewhere = write_tables(awkward_tables(50), tmp_path / "elsewhere")
    same = ["build", study / "study.toml", "--out", tmp_path / "out", "--shard-events", "300"]
    assert hgrisk(*same)[0] == cli.OK
    for change, words in (("--shard-events", "another experiment or shard size"), ("--data", "another delivery")):
        code, _, err = hgrisk(*same, change, "301" if change == "--shard-events" else elsewhere)
        assert (code, f"one of {words} in out" in err) == (cli.WRONG_INPUT, True)
