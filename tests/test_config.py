"""An experiment file: every key known or refused by name, defaults, and a text that reads back as the same."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from hgrisk.config import Experiment
from hgrisk.errors import ConfigError
from hgrisk.models.registry import MODELS

EXPERIMENTS = Path(__file__).parents[1] / "experiments"
QUESTIONS = sorted(path for path in EXPERIMENTS.glob("*.toml") if not path.stem.endswith("_mapping"))


def refusal(values):
    with pytest.raises(ConfigError) as caught:
        Experiment.parse({"name": "a", **values}, "a.toml")
    return str(caught.value)


@pytest.mark.parametrize("path", QUESTIONS, ids=lambda path: path.stem)
def test_a_shipped_experiment_reads_back_from_its_own_text(path, tmp_path):
    experiment = Experiment.read(path)
    assert experiment.name == path.stem
    text = experiment.to_toml()
    (tmp_path / "again.toml").write_text(text, encoding="utf-8")
    again = Experiment.read(tmp_path / "again.toml")
    assert again == experiment
    assert again.to_toml() == text


def test_these_experiments_are_shipped():
    shipped = ["broward", "nij_georgia", "nij_georgia_flattered", "own_data", "rossi", "synthetic"]
    assert [path.stem for path in QUESTIONS] == shipped


def test_the_text_spells_out_every_default_and_keeps_false_and_dates(tmp_path):
    values = {"name": "a", "ladder": None, "cohort": {"from_on": "2019-01-01"}, "split": {"on": "2020-01-01"}}
    values |= {"data": {"mapping": "m.toml"}, "features": {"covariates": {"prio": {"unit": "count"}}}}
    experiment = Experiment.parse(values, "a.toml")
    text = experiment.to_toml()
    for part in ("ladder = false", "max_bad_share = 0.05", "merge_window_days = 14", "n_resamples = 200"):
        assert part in text
    assert "from_on = 2019-01-01\n" in text
    (tmp_path / "a.toml").write_text(text, encoding="utf-8")
    assert Experiment.read(tmp_path / "a.toml") == experiment


def test_the_defaults_are_the_first_path():
    experiment = Experiment.parse({"name": "a"}, "a.toml")
    five = ["base_rate", "prior_count", "prior_count_recency", "cox", "logistic"]
    assert [model.label for model in experiment.models] == five
    assert list(MODELS)[:5] == five
    assert [model.options for model in experiment.models] == [{}, {}, {}, {"penalty": "chosen"}, {"penalty": "chosen"}]
    assert (experiment.cohort.merge_window_days, experiment.split.kind) == (14, "temporal")
    assert (experiment.evaluation.horizons_days, experiment.ladder.penalty) == ((183, 365, 548), "chosen")
    assert (experiment.data.max_bad_share, experiment.tracking.enabled) == (0.05, True)
    assert (experiment.report.language, experiment.seed) == ("en", 1)


def test_it_is_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        Experiment.parse({"name": "a"}, "a.toml").seed = 2


@pytest.mark.parametrize(
    "section",
    [
        *("", "data", "cohort", "outcome", "features", "split", "selection", "ladder", "evaluation", "validation"),
        *("audit", "explain", "tracking", "report"),
    ],
)
def test_an_unknown_key_is_refused_by_name(section):
    values = {section: {"typo": 1}} if section else {"typo": 1}
    named = f"{section}.typo" if section else "typo"
    assert refusal(values).startswith(f"a.toml takes known keys only, but found '{named}': use one of ")


def test_an_unknown_key_in_a_list_or_a_table_is_refused_by_name():
    text = refusal({"models": [{"kind": "cox"}, {"kind": "cox", "featurs": []}]})
    assert text == (
        "a.toml takes known keys only, but found 'models.1.featurs': use one of calibrate, candidates, features, kind, "
        "name, options."
    )
    assert "'features.covariates.race.famly'" in refusal({"features": {"covariates": {"race": {"famly": "x"}}}})
    assert "'cohort.eligible.0.colum'" in refusal({"cohort": {"eligible": [{"column": "code", "colum": "x"}]}})


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"models": []}, "An experiment has a model, but found none: leave models out for all five."),
        (
            {"models": [{"kind": "coxx"}]},
            "A model kind is known, but found 'coxx': use one of base_rate, prior_count, prior_count_recency, cox,",
        ),
        (
            {"models": [{"kind": "cox"}, {"kind": "logistic", "name": "cox"}]},
            "Every model has a name of its own, but found 'cox' twice: give each a name.",
        ),
        (
            {"models": [{"kind": "cox", "options": {"penalti": 1}}]},
            "Options of 'cox' are its parameters, but found 'penalti': use changes, l1_ratio, penalty, prepare,",
        ),
        (
            {"models": [{"kind": "base_rate", "options": {"penalty": 1}}]},
            "Options of 'base_rate' are its parameters, but found 'penalty': give none.",
        ),
        (
            {"models": [{"kind": "cox", "options": {"penalty": "chose"}}]},
            "Option 'penalty' of 'cox' is a number or 'chosen', but found 'chose': leave it out for 0.0.",
        ),
        (
            {"models": [{"kind": "prior_count", "options": {"penalty": "chosen"}}]},
            "Option 'penalty' of 'prior_count' is a number, but found 'chosen': leave it out for 0.001.",
        ),
        (
            {"models": [{"kind": "cox", "options": {"prepare": 0}}]},
            "Option 'prepare' of 'cox' is true or false, but found 0: leave it out for True.",
        ),
        (
            {"models": [{"kind": "prior_count", "options": {"count_feature": 3}}]},
            "Option 'count_feature' of 'prior_count' is text, but found 3: leave it out for 'prior_reports_ever'.",
        ),
        (
            {"models": [{"kind": "boosted_hazard", "options": {"max_depth": 2.5}}]},
            "Option 'max_depth' of 'boosted_hazard' is a whole number, but found 2.5: leave it out for 3.",
        ),
        (
            {"models": [{"kind": "boosted_hazard", "options": {"increasing": "prior_reports_ever"}}]},
            "Option 'increasing' of 'boosted_hazard' is a list of texts, but found 'prior_reports_ever': leave",
        ),
        (
            {"models": [{"kind": "cox", "options": {"changes": {"age": 183}}}]},
            "Option 'changes' of 'cox' is a table of lists of days, but found {'age': 183}: leave it out for None.",
        ),
        (
            {"models": [{"kind": "discrete_time", "options": {"classifier": "logistic"}}]},
            "Option 'classifier' of 'discrete_time' is set in Python only, but found 'logistic': leave it out for",
        ),
        (
            {"models": [{"kind": "logistic", "options": {"horizons_days": 365}}]},
            "The horizons of a model are those of the evaluation, but found 'horizons_days': leave it out.",
        ),
        (
            {"features": {"covariates": {"race": {}, "age": {}}}, "evaluation": {"by": ["region", "race"]}},
            "An audit-only column is never a feature, but found 'race' as both: take it out of one of the two.",
        ),
        (
            {"features": {"covariates": {"sex": {}}}, "audit": {"only_audit": ["sex"]}},
            "An audit-only column is never a feature, but found 'sex' as both: take it out of one of the two.",
        ),
        (
            {"features": {"covariates": {"sex": {}}}, "audit": {"reported_more": {"sex": ["f"]}}},
            "An audit-only column is never a feature, but found 'sex' as both: take it out of one of the two.",
        ),
        (
            {"validation": {"models": ["cox", "coxx"]}},
            "A stage is for models of the experiment, but found 'coxx': use base_rate, prior_count,",
        ),
        (
            {"baseline": "coxx"},
            "The baseline is a model of the experiment, but found 'coxx': use base_rate, prior_count,",
        ),
        ({"explain": {"models": ["coxx"]}}, "A stage is for models of the experiment, but found 'coxx': use "),
        ({"audit": {"models": ["coxx"]}}, "A stage is for models of the experiment, but found 'coxx': use "),
        (
            {"models": [{"kind": "cox", "candidates": [{"options": {"penalty": 1}}]}]},
            "A model is chosen among candidates, but found one for 'cox': give two or more.",
        ),
        (
            {"models": [{"kind": "cox", "candidates": [{"options": {"penalty": 1}}, {"options": {"penalty": 1}}]}]},
            "Every candidate has a name of its own, but found 'penalty=1' twice: give each a name.",
        ),
        (
            {"models": [{"kind": "cox", "candidates": [{"kind": "base_rate"}, {"options": {"penalti": 1}}]}]},
            "Options of 'cox' are its parameters, but found 'penalti': use changes,",
        ),
        ({"ladder": {"model": "coxx"}}, "The ladder's model is known, but found 'coxx': use one of base_rate,"),
        (
            {"ladder": {"penalty": -1}},
            "The ladder's penalty is a number from 0, or 'chosen', but found -1: use 'chosen'.",
        ),
        ({"ladder": {"penalty": True}}, "The ladder's penalty is a number from 0, or 'chosen', but found True: "),
        (
            {"models": [{"kind": "cox", "name": "a/b"}]},
            "a.toml: models.0.name must be valid, but found 'a/b': string should match pattern",
        ),
        (
            {"tracking": {"uri": "postgresql://user:secret@host/db"}},
            "A tracking URI in an experiment file holds no user or password, but found one with '@': set the",
        ),
        (
            {"tracking": {"uri": "postgresql://host/db?user=me&password=secret"}},
            "A tracking URI in an experiment file holds no user or password, but found one with '?': set the",
        ),
        ({"name": "a b"}, "a.toml: name must be valid, but found 'a b': string should match pattern"),
        ({"seed": -1}, "a.toml: seed must be valid, but found -1: input should be greater than or equal to 0."),
        ({"data": {"max_bad_share": 2}}, "a.toml: data.max_bad_share must be valid, but found 2: "),
        ({"report": {"language": "de"}}, "a.toml: report.language must be valid, but found 'de': "),
    ],
)
def test_what_does_not_fit_is_refused_with_rule_value_and_cure(values, text):
    assert refusal(values).startswith(text)


def test_a_name_and_a_file_are_needed(tmp_path):
    with pytest.raises(ConfigError, match=r"^a.toml needs the key 'name', but found nothing: add it.$"):
        Experiment.parse({}, "a.toml")
    with pytest.raises(ConfigError, match=r"^A settings file exists, but found no file .*gone.toml: check the path.$"):
        Experiment.read(tmp_path / "gone.toml")


def test_stages_can_be_left_out_and_their_models_are_all_by_default(tmp_path):
    (tmp_path / "a.toml").write_text('name = "a"\nladder = false\nexplain = false\n[audit]\nby = ["region"]\n')
    experiment = Experiment.read(tmp_path / "a.toml")
    assert (experiment.ladder, experiment.explain, experiment.validation) == (None, None, None)
    (tmp_path / "again.toml").write_text(experiment.to_toml(), encoding="utf-8")
    assert Experiment.read(tmp_path / "again.toml") == experiment
    assert len(experiment.labels_of(experiment.audit)) == 5
    named = Experiment.parse({"name": "a", "validation": {"models": ["cox"]}}, "a.toml")
    assert named.labels_of(named.validation) == ("cox",)


def test_audit_columns_are_those_of_the_evaluation_and_of_the_audit_each_once():
    values = {"by": ["region"], "only_audit": ["sex"], "reported_more": {"region": ["x"]}}
    experiment = Experiment.parse({"name": "a", "evaluation": {"by": ["region"]}, "audit": values}, "a.toml")
    assert experiment.audit_columns == ("region", "sex")


def test_the_model_to_beat_is_the_one_named_or_that_counts_or_the_first():
    assert Experiment.parse({"name": "a"}, "a.toml").model_to_beat == "prior_count"
    assert Experiment.parse({"name": "a", "baseline": "cox"}, "a.toml").model_to_beat == "cox"
    others = [{"kind": "cox"}, {"kind": "logistic"}]
    assert Experiment.parse({"name": "a", "models": others}, "a.toml").model_to_beat == "cox"
    count = {"kind": "report_count", "name": "counting"}
    assert Experiment.parse({"name": "a", "models": [*others, count]}, "a.toml").model_to_beat == "counting"


def test_a_tracking_uri_of_an_sqlite_file_may_have_options():
    uri = "sqlite:///m.db?timeout=9"
    assert Experiment.parse({"name": "a", "tracking": {"uri": uri}}, "a.toml").tracking.uri == uri
    assert Experiment.parse({"name": "a"}, "a.toml").tracking.tables is False


@pytest.mark.parametrize(
    ("stage", "key"),
    [
        *(
            ("evaluation", "n_resamples"),
            ("audit", "n_resamples"),
            ("selection", "n_windows"),
            ("selection", "n_groups"),
        ),
        *(("explain", key) for key in ("n_resamples", "n_draws", "n_shapes", "n_interacting")),
        *(("validation", key) for key in ("n_folds", "n_bootstrap", "n_draws")),
    ],
)
def test_a_count_of_draws_or_folds_has_an_upper_bound(stage, key):
    held = Experiment.parse({"name": "a", stage: {key: 10_000}}, "a.toml")
    assert getattr(getattr(held, stage), key) == 10_000
    text = rf"^a\.toml: {stage}\.{key} must be valid, but found 10001: input should be less than or equal to 10000\.$"
    with pytest.raises(ConfigError, match=text):
        Experiment.parse({"name": "a", stage: {key: 10_001}}, "a.toml")


@pytest.mark.parametrize(("name", "held"), [("a=1,2", True), ("1", True), ("", True), ("=1,2", False), ("-1", False)])
def test_a_candidate_has_a_name_that_no_spreadsheet_takes_for_a_formula(name, held):
    values = {"name": "a", "models": [{"kind": "cox", "candidates": [{"name": name}, {"name": "b"}]}]}
    if held:
        assert Experiment.parse(values, "a.toml").models[0].candidates[0].name == name
    else:
        with pytest.raises(ConfigError, match=r"candidates\.0\.name must be valid, but found .*: string should match "):
            Experiment.parse(values, "a.toml")
