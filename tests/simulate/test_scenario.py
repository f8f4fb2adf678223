"""Scenarios: shipped ones, files, and the sentences that refuse what does not fit."""

from datetime import date

import pytest
import tomli_w

from hgrisk.errors import ConfigError
from hgrisk.settings import read_toml
from hgrisk.simulate.parameters.interventions import NAMES
from hgrisk.simulate.scenario import Scenario, scenario_names

SHIPPED = (
    "baseline", "drift", "event_dependence", "handover_delay_matters", "null_effects", "regie_harms", "regie_works",
    "regional_practice_only", "reporting_only", "strong_confounding",
)  # fmt: skip


def changed(name):
    """Return what a shipped scenario changes: path of keys to value."""
    flat, base = {}, Scenario().model_dump()

    def walk(path, values, defaults):
        for key, value in values.items():
            if isinstance(value, dict):
                walk((*path, key), value, defaults[key])
            elif value != defaults[key]:
                flat[*path, key] = value

    walk((), Scenario.named(name).model_dump(), base)
    return flat


def written(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_ten_scenarios_are_shipped():
    assert tuple(scenario_names()) == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scenario_bears_its_name_and_asks_a_question(name):
    scenario = Scenario.named(name)
    assert scenario.name == name
    assert scenario.question.endswith("?")


def test_the_baseline_is_the_defaults():
    assert set(changed("baseline")) <= {("question",)}


@pytest.mark.parametrize("name", SHIPPED[1:])
def test_every_other_scenario_differs_from_the_baseline_in_its_parts(name):
    assert any(len(path) > 1 for path in changed(name))


def test_null_effects_leaves_no_effect_and_reporting_only_none_on_violence():
    null, only = Scenario.named("null_effects").interventions, Scenario.named("reporting_only").interventions
    assert {getattr(null, name).violence_ratio for name in NAMES} == {1}
    assert {getattr(null, name).detection_ratio for name in NAMES} == {1}
    assert {getattr(only, name).violence_ratio for name in NAMES} == {1}
    assert min(getattr(only, name).detection_ratio for name in NAMES) > 1


def test_regional_practice_only_lets_regions_differ_in_nothing_but_recording():
    scenario = Scenario.named("regional_practice_only")
    assert scenario.reporting.region_log_sd > 0
    assert scenario.violence.region_log_sd == 0
    assert scenario.care.backlog_log_sd == scenario.care.waiting_region_log_sd == 0
    for one in scenario.interventions.each:
        assert one.region_log_sd == one.rollout_days == 0
        assert one.violence_ratio == 1.0


def test_regie_works_in_one_scenario_and_harms_in_another():
    assert Scenario.named("regie_works").interventions.intensive_regie.violence_ratio < 1
    assert Scenario.named("regie_harms").interventions.intensive_regie.violence_ratio > 1


def test_drift_lets_violence_fall_and_reporting_rise():
    drift = Scenario.named("drift")
    assert drift.violence.calendar_ratio_per_year < 1 < drift.reporting.calendar_ratio_per_year


@pytest.mark.parametrize("name", ["event_dependence", "handover_delay_matters", "strong_confounding"])
def test_the_other_scenarios_raise_what_they_are_named_for(name):
    base, scenario = Scenario(), Scenario.named(name)
    raised = {
        "event_dependence": lambda one: one.violence.dependence_ratio,
        "handover_delay_matters": lambda one: one.care.waiting_median_days,
        "strong_confounding": lambda one: one.interventions.confounding,
    }[name]
    assert raised(scenario) > raised(base)


def test_changes_are_laid_over_a_shipped_scenario_key_by_key():
    scenario = Scenario.named(
        "regie_works", households=7, seed=5, violence={"hazard_ratios": {"alcohol": 1.75}, "lasting": 0.5}
    )
    base = Scenario.named("regie_works")
    assert (scenario.households, scenario.seed) == (7, 5)
    assert scenario.violence.hazard_ratios == {**base.violence.hazard_ratios, "alcohol": 1.75}
    assert scenario.violence.lasting == 0.5
    assert scenario.violence.front_days == base.violence.front_days
    assert scenario.interventions == base.interventions
    other = Scenario.named("regie_works", interventions={"intensive_regie": {"violence_ratio": 0.95}})
    assert other.interventions.intensive_regie.violence_ratio == 0.95


def test_a_file_changes_only_what_is_in_it_and_an_argument_wins(tmp_path):
    path = written(
        tmp_path,
        'name = "mine"\nseed = 3\nhouseholds = 12\n[interventions.shelter]\nviolence_ratio = 0.25\n'
        "[population]\nextraction_on = 2023-06-30\n",
    )
    scenario, base = Scenario.read(path, seed=4), Scenario()
    assert (scenario.name, scenario.seed, scenario.households) == ("mine", 4, 12)
    assert scenario.interventions.shelter.violence_ratio == 0.25
    assert scenario.interventions.shelter.days == base.interventions.shelter.days
    assert scenario.interventions.arrest == base.interventions.arrest
    assert scenario.population.extraction_on == date(2023, 6, 30)
    assert scenario.care == base.care


def test_reading_a_scenario_leaves_the_defaults_alone(tmp_path):
    before = Scenario().model_dump()
    Scenario.read(written(tmp_path, "[violence.hazard_ratios]\nalcohol = 1.99\n"))
    assert Scenario().model_dump() == before


@pytest.mark.parametrize("name", SHIPPED)
def test_a_scenario_written_as_toml_reads_back_equal(tmp_path, name):
    scenario = Scenario.named(name, seed=11, dirty_share=0.02)
    path = written(tmp_path, tomli_w.dumps(scenario.model_dump()))
    assert Scenario.read(path) == scenario
    assert Scenario.parse(read_toml(path), "mine.toml") == scenario


def test_a_scenario_is_frozen():
    with pytest.raises(ValueError, match="frozen"):
        Scenario().seed = 3


def refused(**changes):
    with pytest.raises(ConfigError) as error:
        Scenario.named("baseline", **changes)
    return str(error.value)


def test_an_unknown_scenario_is_refused_with_the_shipped_ones():
    with pytest.raises(ConfigError) as error:
        Scenario.named("../secret")
    assert str(error.value) == (f"A scenario is one of those shipped, but found '../secret': use {', '.join(SHIPPED)}.")


def test_an_unknown_key_is_refused_with_the_known_ones(tmp_path):
    assert refused(household=3) == (
        "baseline takes known keys only, but found 'household': use one of care, dirty_share, households, "
        "interventions, name, population, question, reporting, seed, violence."
    )
    with pytest.raises(ConfigError) as error:
        Scenario.read(written(tmp_path, "[interventions.shelter]\nratio = 0.25\n"))
    assert str(error.value).startswith(
        "mine.toml takes known keys only, but found 'interventions.shelter.ratio': use one of children_only,"
    )


def test_a_number_out_of_range_is_refused():
    assert refused(dirty_share=0.6) == (
        "baseline: dirty_share must be valid, but found 0.6: input should be less than or equal to 0.5."
    )
    assert refused(population={"children_share": 1.2}) == (
        "baseline: population.children_share must be valid, but found 1.2: input should be less than or equal to 1."
    )
    assert refused(households=0) == (
        "baseline: households must be valid, but found 0: input should be greater than or equal to 1."
    )


@pytest.mark.parametrize(("key", "longest"), [("name", 60), ("question", 300)])
def test_a_text_fits_on_one_line_of_a_page(key, longest):
    for right in ("a" * longest, "Wie? *één* `vraag`", ""):
        assert getattr(Scenario.parse({key: right}, "mine.toml"), key) == right
    for wrong in ("a" * (longest + 1), "two\nlines", "two\rlines", "ends\n", "a|b", "<b", "b>"):
        with pytest.raises(ConfigError) as error:
            Scenario.parse({key: wrong}, "mine.toml")
        assert str(error.value).startswith(f"mine.toml: {key} must be valid, but found {wrong!r}: string should ")


def test_a_part_that_is_no_table_is_refused():
    assert refused(violence=3).startswith("baseline: violence must be valid, but found 3: ")


def test_a_file_that_is_absent_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="A settings file exists, but found no file"):
        Scenario.read(tmp_path / "none.toml")


def test_a_rule_of_a_part_is_refused_in_its_own_words():
    assert refused(population={"kind_shares": {"other": 0.5}}).startswith("kind_shares adds up to 1, but found 1.")
