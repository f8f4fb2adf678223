"""The README's example runs as printed, from the root of the repository, and says what the text says it does."""

import ast
import contextlib
import re
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from hgrisk.config import Experiment
from hgrisk.simulate.parameters.interventions import NAMES
from hgrisk.simulate.scenario import Scenario

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
TOML = re.findall(r"^```toml\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
MOST_STATEMENTS = 20


@pytest.fixture(scope="module")
def example() -> str:
    return BLOCKS[0]


@pytest.fixture(scope="module")
def walked(example) -> dict[str, object]:
    names: dict[str, object] = {}
    with contextlib.chdir(ROOT):
        exec(compile(example, "README.md", "exec"), names)  # noqa: S102
    return names


def test_the_survival_models_follow_on_the_example(walked, capsys):
    exec(compile(BLOCKS[1], "README.md", "exec"), walked)  # noqa: S102
    out = capsys.readouterr().out
    assert "Amsterdam-Amstelland" in out
    assert "hazard_ratio" in out
    assert "all together" in out
    assert "..." not in out
    exec(compile(BLOCKS[2], "README.md", "exec"), walked)  # noqa: S102
    risk = walked["risk"]
    assert len(risk) == len(walked["few"])
    assert ((risk > 0) & (risk < 1)).all()
    assert "coxregression__penalty" in capsys.readouterr().out


def test_the_classifiers_follow_on_the_survival_models(walked, capsys):
    for block in (BLOCKS[1], BLOCKS[3]):
        exec(compile(block, "README.md", "exec"), walked)  # noqa: S102
    out = capsys.readouterr().out
    assert "points" in out
    assert "earlier" in out
    assert "This makes the score" in out


def test_the_experiment_file_asks_for_what_the_text_says():
    block = next(block for block in TOML if "[validation]" in block)
    experiment = Experiment.parse({"name": "readme", **tomllib.loads(block)}, "README.md")
    assert [model.label for model in experiment.models] == ["prior_count", "points_card", "chosen"]
    assert list(experiment.models[2].build_candidates()) == ["report_count", "penalty=0.1", "penalty=0.01"]
    assert experiment.audit_columns == ("region",)
    assert experiment.explain.by_year


def test_the_example_is_short(example):
    statements = [node for node in ast.walk(ast.parse(example)) if isinstance(node, ast.stmt)]
    assert len(statements) <= MOST_STATEMENTS
    assert len(example.splitlines()) <= MOST_STATEMENTS + 5


def test_the_example_runs_as_printed(example, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    exec(compile(example, "README.md", "exec"), names)  # noqa: S102
    out = capsys.readouterr().out
    assert "quarantined" in out
    scores = names["scores"]
    assert isinstance(scores, pd.DataFrame)
    assert scores["model"].unique().tolist() == ["base rate", "prior count", "cox"]
    uno = scores.query("metric == 'uno_c' and horizon_days == 365").set_index("model")
    assert uno["estimate"]["base rate"] == pytest.approx(0.5, abs=1e-12)  # all pairs are ties
    assert 0.55 < uno["estimate"]["prior count"] < 0.80
    assert (uno["lower"] <= uno["estimate"]).all()
    assert (uno["estimate"] <= uno["upper"]).all()


def test_the_planted_effect_is_read_as_printed(capsys):
    block = BLOCKS[-1]
    fewer = block.replace("households=10_000", "households=1500")
    assert fewer != block
    names: dict[str, object] = {}
    exec(compile(fewer, "README.md", "exec"), names)  # noqa: S102
    effects = names["effects"]
    assert isinstance(effects, pd.DataFrame)
    violence = effects[effects["outcome"] == "violence"]
    assert violence["horizon_days"].tolist() == [183, 365, 548]
    assert (violence["risk_difference"] < -2 * violence["risk_difference_se"]).all()
    assert "risk_difference" in capsys.readouterr().out


def test_the_scenario_file_that_is_shown_plants_the_same_effect(tmp_path):
    (text,) = re.findall(r"^```toml\n(name = \"regie\".*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
    (tmp_path / "regie.toml").write_text(text, encoding="utf-8")
    scenario = Scenario.read(tmp_path / "regie.toml")
    assert (scenario.name, scenario.households) == ("regie", 10_000)
    planted = {"intensive_regie": {"violence_ratio": 0.6, "detection_ratio": 1.2, "share": 0.2}}
    assert scenario.interventions == Scenario.named("baseline", interventions=planted).interventions


def test_every_intervention_has_its_name_in_it():
    (listed,) = re.findall(r"`\[interventions\.X\]` has nine names: (.*?), the local help", README, flags=re.DOTALL)
    assert tuple(re.findall(r"`(\w+)`", listed)) == NAMES
    assert len(NAMES) == 9


def test_every_file_that_is_named_is_there():
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert len(links) > 5
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_command_that_is_shown_is_one():
    from hgrisk import cli  # noqa: PLC0415

    known = {command.callback.__name__ for command in cli.app.registered_commands}
    shown = set(re.findall(r"^hgrisk (\w+)", README, flags=re.MULTILINE))
    assert shown
    assert shown <= known
    for target in re.findall(r"`?make (\w+)", README):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), flags=re.MULTILINE), target
