"""What an audit says, word for word in both languages."""

import numpy as np
import pandas as pd
import pytest

from hgrisk.audit.groups import MEASURES, audit_groups
from hgrisk.audit.label_bias import MEASURES as SHARES
from hgrisk.audit.label_bias import SCENARIOS, label_bias
from hgrisk.audit.proxy import ProxyResult
from hgrisk.audit.sentences import group_sentences, label_bias_sentences, proxy_sentences
from hgrisk.audit.settings import AuditSettings
from hgrisk.errors import ConfigError
from hgrisk.words import load_words


def proxy(lower: float) -> ProxyResult:
    table = pd.DataFrame(
        {
            "attribute": ["sex", "sex"],
            "level": ["f", "x"],
            "auc": [0.714, np.nan],
            "lower": [lower, np.nan],
            "upper": [0.75, np.nan],
            "shown": [True, False],
        }
    )
    top = pd.DataFrame({"level": ["f", "f"], "feature": ["reports", "region"]})
    return ProxyResult(table, top, 12)


def bias(*, shown: bool) -> pd.DataFrame:
    values = {"observed": (0.6, 0.45, 0.45), "predicted": (0.58, 0.58, 0.44), "share_of_flags": (0.7, 0.7, 0.5255)}
    rows = [
        ("group", scenario, 1.5, 0.0, measure, value, shown)
        for measure, of_scenario in values.items()
        for scenario, value in zip(SCENARIOS, of_scenario, strict=True)
    ]
    return pd.DataFrame(
        rows, columns=["group", "scenario", "factor", "frailty_variance", "measure", "estimate", "shown"]
    )


def test_every_measure_and_scenario_has_a_label():
    words = load_words("en", "hgrisk.audit")
    assert set(words["measures"]) == {*MEASURES, *SHARES}
    assert tuple(words["scenarios"]) == SCENARIOS


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_no_group_is_judged(lang):
    text = " ".join(
        sentence for part in load_words(lang, "hgrisk.audit").values() for sentence in part.values()
    ).lower()
    for word in ("offend", "victim", "low-risk", "unfair", "oneerlijk"):
        assert word not in text


def test_a_finding_of_the_proxy_test():
    said = proxy_sentences(proxy(0.68), "en")
    assert said[0] == (
        "Whether sex is “f” can be told from the features with an AUC of 0.71 (interval 0.68 to 0.75); "
        "0.5 is chance, 1 is certain."
    )
    assert said[1:4] == (
        "Most of it is told by: reports, region.",
        "“x” of sex is withheld: too few landmarks.",
        "Of 12 landmarks it is unknown; they were left out.",
    )
    assert said[4:] == (load_words("en", "hgrisk.audit")["proxy"]["caution"],)
    assert proxy_sentences(proxy(0.68), "nl")[0] == (
        "Of sex “f” is, valt uit de kenmerken af te leiden met een AUC van 0,71 (interval 0,68 tot 0,75); "
        "0,5 is toeval, 1 is zeker."
    )
    assert "interval" not in proxy_sentences(proxy(np.nan), "en")[0]


def test_what_is_supposed_of_reporting():
    said = label_bias_sentences(bias(shown=True), "north", "en")
    assert said[0] == "Suppose that violence in “north” is reported 1.5 times as often as the same violence in others."
    assert said[1] == (
        "At equal reporting 45% of its landmarks would then be followed by a re-report, where 60% were; "
        "the model predicts 58%."
    )
    assert said[2] == (
        "With its risks brought to the reporting of others, its share of all flags would be 52.5%, where it is 70%."
    )
    words = load_words("en", "hgrisk.audit")["label_bias"]
    assert said[3:] == (words["alike"], words["caution"])
    frail = bias(shown=True).assign(frailty_variance=1.5)
    assert label_bias_sentences(frail, "north", "en")[3] == (
        "Landmarks with the same predicted risk are taken to differ: a frailty with a variance of 1.5."
    )
    assert label_bias_sentences(frail, "noord", "nl")[3].endswith("een frailty met een variantie van 1,5.")
    assert label_bias_sentences(bias(shown=True), "noord", "nl")[0] == (
        "Stel dat geweld in “noord” 1,5 keer zo vaak wordt gemeld als hetzelfde geweld bij anderen."
    )
    older = bias(shown=True).drop(columns="frailty_variance")
    assert label_bias_sentences(older, "north", "en")[3] == words["alike"]
    assert label_bias_sentences(bias(shown=False), "north", "en")[1] == (
        "The numbers of “north” are withheld: too few landmarks or re-reports."
    )


def test_how_to_read_the_groups(households):
    rows = np.arange(600)
    by = pd.DataFrame({"g": np.select([rows < 30, rows < 60, households.group], ["few", "some", "a"], "b")})
    settings = AuditSettings(n_resamples=0, capacity_share=0.125)
    audit = audit_groups(households.reported, by, households.clusters, 365, settings=settings).table
    said = group_sentences(audit, 0.125, "nl")
    assert said[0].startswith("Voor iedereen geldt één drempel: de 12,5% met de hoogste risico's worden gemarkeerd.")
    assert said[0].endswith("is met alle anderen van dezelfde eigenschap, niet met iedereen.")
    assert said[2] == "Gemarkeerd betekent niet gevaarlijk, en niet gemarkeerd betekent niet veilig."
    assert said[3].startswith("2 groepen zijn weggelaten: met te weinig peilmomenten")
    assert said[3].endswith("of omdat anders een van de andere valt uit te rekenen.")
    all_few = AuditSettings(n_resamples=0, min_n=700)
    few = audit_groups(households.reported, by.assign(g="a"), households.clusters, 365, settings=all_few).table
    assert group_sentences(few, 0.125, "en")[3].startswith("1 group is withheld: it has too few landmarks")
    one = audit_groups(households.reported, by.assign(g="a"), households.clusters, 365, settings=settings).table
    assert len(group_sentences(one, 0.125, "en")) == 3


def test_made_results_have_the_columns_that_real_ones_have(households):
    real = label_bias(households.reported, households.group, households.clusters, 365, settings=AuditSettings()).table
    assert set(bias(shown=True)) <= set(real)
    assert label_bias_sentences(real, "x", "en")[1].startswith("At equal reporting")


def test_a_language_is_known():
    with pytest.raises(ConfigError) as caught:
        group_sentences(None, 0.1, "de")
    assert str(caught.value) == "A language is one of en, nl, but found 'de': give lang='en' or lang='nl'."
