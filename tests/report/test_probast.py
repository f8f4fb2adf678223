"""Each of the 34 questions has an entry of facts, and leaves the judgement to the author."""

import dataclasses
from types import MappingProxyType

import pandas as pd
import pytest

from hgrisk.errors import ConfigError
from hgrisk.report.probast import COLUMNS, FACTS_ALONE, TOPICS, probast_table
from hgrisk.words import load_words

VALIDATION = pd.DataFrame({"design": ["folds", "folds"], "part": ["1", "2"]})
OF_EACH_DOMAIN = {"development": [3, 4, 4, 5], "evaluation": [3, 4, 4, 7]}
UNKNOWN = {"development": {"3.3", "4.5"}, "evaluation": {"3.3", "4.6"}}
"""Questions of which a plain run of the made-up content says nothing."""


def words(lang):
    return load_words(lang, "hgrisk.report", "probast")


def of_part(table, part, lang="en"):
    return table[table["part"] == words(lang)["parts"][part]].set_index("item")


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_there_are_16_questions_of_development_and_18_of_evaluation_by_domain(content, lang):
    table = probast_table(content, lang)
    assert list(table) == list(COLUMNS)
    for part, sizes in OF_EACH_DOMAIN.items():
        domains = of_part(table, part, lang)["domain"]
        assert domains.value_counts(sort=False).tolist() == sizes
        assert list(dict.fromkeys(domains)) == list(words(lang)["domains"].values())
    assert len(table) == 16 + 18
    assert (table[["question", "entry"]].map(str.strip) != "").all(axis=None)
    assert not table["entry"].str.contains(r"[{}]|nan", regex=True).any()


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_the_judgement_is_left_to_the_author(content, lang):
    table = probast_table(content, lang)
    judged = words(lang)["judge"]
    for part in TOPICS:
        left = of_part(table, part, lang)["entry"].str.endswith(judged)
        assert set(left.index[~left]) == {item for where, item in FACTS_ALONE if where == part}


@pytest.mark.parametrize("part", TOPICS)
def test_what_the_run_does_not_know_it_does_not_say(content, part):
    table = of_part(probast_table(content), part)
    silent = table[~table["from_the_run"]]
    assert set(silent.index) == UNKNOWN[part]
    assert set(silent["entry"]) == {"Not available from the run. For the author to judge."}


def test_entries_are_the_facts_of_the_run(content):
    facts = {**content.split_facts, "n_train_events": 2200, "share_of_test_in_known_networks": "14%"}
    table = probast_table(dataclasses.replace(content, split_facts=facts))
    development, evaluation = (of_part(table, part)["entry"] for part in TOPICS)
    assert development["1.3"].startswith("27,510 landmarks of 46,210 candidates")
    assert "0 of 10 features changed" in development["2.4"]
    assert content.outcome_facts["definition"] in development["3.1"]
    assert "Cox regression 100.0" in development["4.1"]  # 2,200 over 22 coefficients
    assert evaluation["4.2"].startswith("Test rows: 4,182 landmarks")
    assert evaluation["4.5"].startswith("14% of the test landmarks")
    assert "Decisions: none." in evaluation["4.7"]


def test_further_tables_answer_what_the_run_alone_cannot(content):
    optimism = pd.DataFrame({"metric": ["uno_c"], "optimism": [0.01], "n_draws": [200]})
    table = probast_table(content, further={"validation": VALIDATION, "validation_optimism": optimism})
    assert set(table.loc[~table["from_the_run"], "item"]) == {"3.3"}
    evaluation = of_part(table, "evaluation")["entry"]
    assert "cross-validation over household networks (2)" in evaluation["4.6"]
    assert "cross-validation over household networks (2)" in evaluation["4.1"]
    assert "200 bootstrap draws" in of_part(table, "development")["entry"]["4.5"]


def test_models_judged_on_their_own_rows_are_said_to_be(content):
    entry = of_part(probast_table(dataclasses.replace(content, apparent=True)), "evaluation")["entry"]
    assert entry["4.1"] == "The models were judged on their own training rows: every score is too good."


def test_a_fact_that_is_lacking_is_the_authors_to_judge(content):
    bare = dataclasses.replace(content, outcome_facts=MappingProxyType({}), split_facts=MappingProxyType({}))
    table = probast_table(bare)
    for part, item in FACTS_ALONE:
        row = of_part(table, part).loc[item]
        assert not row["from_the_run"]
        assert row["entry"] == "Not available from the run. For the author to judge."


def test_both_languages_have_the_same_questions():
    english, dutch = words("en"), words("nl")
    assert list(english) == list(dutch)
    for section in ("parts", "domains"):
        assert list(english[section]) == list(dutch[section])
    for part, items in TOPICS.items():
        for each in (english, dutch):
            asked = {**each["questions"]["both"], **each["questions"][part]}
            assert list(asked) == list(items)


def test_another_language_is_refused(content):
    with pytest.raises(ConfigError, match="'de'"):
        probast_table(content, "de")
