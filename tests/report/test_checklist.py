"""Sentences of a checklist: one for each topic, in both languages, filled from the run or left out."""

import string

import pandas as pd
import pytest

from hgrisk.errors import DataError
from hgrisk.report.checklist import FURTHER, facts_by_topic, say
from hgrisk.report.probast import TOPICS as OF_PROBAST
from hgrisk.report.tripod import TOPICS as OF_TRIPOD
from hgrisk.report.voice import voice
from hgrisk.words import load_words

TABLES = {
    "validation": pd.DataFrame({"design": ["folds", "folds", "regions"], "part": ["1", "2", "Zeeland"]}),
    "validation_optimism": pd.DataFrame({"metric": ["uno_c"] * 2, "optimism": [0.01, 0.02], "n_draws": [200, 190]}),
    "audit_groups": pd.DataFrame({"attribute": ["sex", "region", "sex"]}),
}


@pytest.fixture
def full(content):
    facts = {**content.split_facts, "n_train_events": 6100, "share_of_test_in_known_networks": "14%"}
    run_facts = {**content.run_facts, "penalties": "cox 0.1"}
    return type(content)(**{**vars(content), "split_facts": facts, "run_facts": run_facts})


def sentences(lang):
    return load_words(lang, "hgrisk.report", "checklist")["entries"]


def fields(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_topics_and_values():
    english, dutch = sentences("en"), sentences("nl")
    assert list(english) == list(dutch)
    assert {key: fields(text) for key, text in english.items()} == {key: fields(text) for key, text in dutch.items()}


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_every_topic_has_a_sentence_that_its_facts_fill(full, lang):
    facts = facts_by_topic(full, voice(lang), TABLES)
    assert set(facts) == set(sentences(lang))
    assert {topic for topic, values in facts.items() if values is None} == {"apparent"}
    for topic in set(facts) - {"apparent"}:
        said = say(facts, [topic], lang)
        assert "{" not in said
        assert "nan" not in said.lower()
        assert said.endswith(".") or topic == "title"


def test_every_topic_is_one_that_a_checklist_asks_for():
    asked = {topic for topics in OF_TRIPOD.values() for topic in topics}
    asked |= {topic for items in OF_PROBAST.values() for topics in items.values() for topic in topics}
    assert asked == set(sentences("en"))


def test_sentences_come_in_the_order_asked_and_the_unknown_are_left_out():
    facts = {"limits": {"limits": "Two."}, "definition": {"definition": "One."}, "window": None}
    assert say(facts, ("definition", "window", "limits"), "en") == "One. Two."
    assert say(facts, ("window",), "en") == ""


def test_numbers_and_names_are_those_of_the_language(full):
    said = {
        lang: say(facts_by_topic(full, voice(lang), TABLES), ("rows", "optimism", "audit"), lang)
        for lang in ("en", "nl")
    }
    assert "213,618 rows read" in said["en"]
    assert "213.618 rijen gelezen" in said["nl"]
    assert "0.010 to 0.020" in said["en"]
    assert "0,010 tot 0,020" in said["nl"]
    assert said["nl"].endswith("naar Geslacht, Regio.")


@pytest.mark.parametrize("name", FURTHER)
def test_a_further_table_that_lacks_a_column_is_refused(full, name):
    column = FURTHER[name][-1]
    with pytest.raises(DataError, match=rf"The table '{name}' has the columns .*add {column}"):
        facts_by_topic(full, voice("en"), {name: TABLES[name].drop(columns=column)})


def test_other_and_empty_further_tables_are_not_read(full):
    none = facts_by_topic(full, voice("en"))
    assert (
        facts_by_topic(full, voice("en"), {"learning": pd.DataFrame(), "validation_optimism": pd.DataFrame()}) == none
    )
    assert [none[topic] for topic in ("designs", "refitted", "optimism", "audit")] == [None] * 4
