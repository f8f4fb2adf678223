import numpy as np
import pandas as pd

from hgrisk.audit.groups import MEASURES, audit_groups
from hgrisk.audit.settings import AuditSettings
from hgrisk.evaluation.sample import Sample
from hgrisk.report.blocks import Bullets, Fold
from hgrisk.report.fairness import fairness
from hgrisk.report.voice import voice
from hgrisk.surv import Surv

GROUPS = {
    "Zeeland": (412, True),
    "Drenthe": (83, True),
    "Tiny": (6, True),
    "Unfollowed": (90, False),
    "Few": (None, False),
}


def audit_rows(model="cox", groups=GROUPS):
    rows = []
    for attribute, group, (n, shown) in [("all", "all", (591, True)), *(("region", *each) for each in groups.items())]:
        for place, measure in enumerate(MEASURES):
            value = (place + 1) / 20 + (n or 0) / 10_000 if shown else np.nan
            gap = value / 2 if attribute != "all" else np.nan
            ends = (value, value - 0.01, value + 0.02, gap, gap - 0.03, gap + 0.04)
            rows.append((model, attribute, group, 365, measure, *ends, n, shown))
    columns = ["model", "attribute", "group", "horizon_days", "measure", "estimate", "lower", "upper"]
    columns += ["difference", "difference_lower", "difference_upper", "n", "shown"]
    return pd.DataFrame(rows, columns=columns).astype({"n": "Int64"})


def made(light_with, table, lang="en", min_cell=10):
    return fairness(light_with(further={"audit_groups": table}), voice(lang), min_cell)


def folds(section):
    return [block for block in section.blocks if isinstance(block, Fold)]


def test_without_an_audit_there_is_no_section(light_with):
    assert fairness(light_with(), voice("en"), 10) is None
    assert made(light_with, audit_rows().iloc[:0]) is None


def test_every_model_has_a_table_of_risks_and_one_of_flags(light_with):
    section = made(light_with, pd.concat([audit_rows("cox"), audit_rows("mine")]))
    assert [fold.summary for fold in folds(section)] == [
        f"{name}: errors and flags by group" for name in ("Cox regression", "mine")
    ]
    risks, flags = folds(section)[0].blocks
    assert [head.text for head in risks.heads] == ["Group", "Calibration in the large", "Calibration slope"]
    assert len(flags.heads) == 4


def test_numbers_are_those_of_the_frame(light_with):
    risks, flags = folds(made(light_with, audit_rows()))[0].blocks
    name, intercept, slope = risks.groups[1].rows[-2]
    assert (name.text, name.small) == ("Zeeland", "412 landmarks")
    assert (intercept.text, intercept.interval) == ("0.09", "(0.08 to 0.11)")
    assert intercept.small.replace("\N{NO-BREAK SPACE}", " ") == "+0.05 (0.02 to 0.09)"
    assert slope.text == "0.14"
    sensitivity = flags.groups[1].rows[-2][1]
    assert (sensitivity.text, sensitivity.interval) == ("19.1%", "(18.1 to 21.1)")
    assert sensitivity.small.replace("\N{NO-BREAK SPACE}", " ") == "+9.6 (6.6 to 13.6)"
    everyone = flags.groups[0].rows[0]
    assert (everyone[0].text, everyone[1].small) == ("Everyone", "")


def test_groups_stand_by_name_and_what_is_withheld_stays_so(light_with, lang):
    withheld = {"en": "withheld", "nl": "weggelaten"}[lang]
    shuffled = audit_rows().sample(frac=1.0, random_state=1)
    for table in folds(made(light_with, shuffled, lang))[0].blocks:
        rows = {row[0].text: row for row in table.groups[1].rows}
        other = {"en": "other (2 groups)", "nl": "overige (2 groepen)"}[lang]
        assert list(rows) == ["Drenthe", "Unfollowed", "Zeeland", other]
        for group in ("Drenthe", "Unfollowed", other):
            assert {cell.text for cell in rows[group][1:]} == {withheld}
            assert not any(cell.interval or cell.small for cell in rows[group][1:])
        assert rows[other][0].small == ""
        assert rows["Drenthe"][0].small == ""  # 591 less the others would be what "Few" and "Tiny" have together, 6
        assert rows["Unfollowed"][0].small.startswith("90 ")
        assert rows["Zeeland"][1].text != withheld


def test_a_group_as_large_as_the_smallest_cell_is_shown(light_with):
    shown = folds(made(light_with, audit_rows(groups={"Tiny": (6, True), "Zeeland": (585, True)}), min_cell=6))
    assert [row[0].text for row in shown[0].blocks[0].groups[1].rows] == ["Tiny", "Zeeland"]
    assert shown[0].blocks[0].groups[1].rows[0][1].text == "0.05"


def test_the_capacity_is_read_off_and_differences_are_questions(light_with):
    (said,) = [block for block in made(light_with, audit_rows()).blocks if isinstance(block, Bullets)]
    assert "the 30.9% with the highest risks are flagged" in said.items[0]
    assert "a question, not a verdict" in said.items[1]
    assert said.items[-1].startswith("2 groups are withheld")
    note = folds(made(light_with, audit_rows(), "nl"))[0].blocks[1].note
    assert "verschil met alle anderen van dezelfde eigenschap" in note


def test_a_real_audit_can_be_told(light_with):
    y = Surv.from_arrays([1, 0, 1, 0] * 40, [100, 400, 300, 600] * 40)
    sample = Sample.build(y, y, np.tile([[0.5], [0.1], [0.2], [0.4]], (40, 1)), [365])
    by = pd.DataFrame({"region": ["east", "east", "west", "west"] * 39 + ["few"] * 4})
    settings = AuditSettings(capacity_share=0.5, min_n=20, min_events=0, n_resamples=20)
    table = audit_groups(sample, by, np.arange(160), 365, settings=settings).table.assign(model="cox")
    section = made(light_with, table)
    assert "the 50% with" in section.blocks[1].items[0]
    assert [row[0].text for row in folds(section)[0].blocks[0].groups[1].rows] == ["west", "other (2 groups)"]
