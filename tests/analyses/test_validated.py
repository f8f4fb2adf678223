"""Every design that is asked for has its table, with models fitted anew, choices included."""


def test_each_design_has_its_rows(rich):
    further = rich.folder.content.further
    table = further["validation"]
    assert set(table["design"]) == {"folds", "rolling", "regions"}
    assert set(table["model"]) == {"report_count", "chosen"}
    assert set(further["validation_differences"]["against"]) == {"report_count"}
    assert set(further["validation_optimism"]["model"]) == {"report_count", "chosen"}
    assert set(further["validation_learning"]["share"]) == {0.5, 1.0}
    assert set(further["validation_pooled"]["difference"]) == {False, True}


def test_only_the_choice_of_the_main_split_is_told(rich):
    assert len(rich.folder.content.further["selection"]) == 2
