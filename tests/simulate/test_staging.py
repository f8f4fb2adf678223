"""A folder is there whole or not at all, and nothing of others is ever removed."""

from pathlib import Path

import pytest

from hgrisk.errors import DataError
from hgrisk.simulate.staging import staged

FILES = ["mark.toml", "inner/table.csv"]
RULE = "A made-up world goes to a new folder, or over an earlier one, but found"
CURE = "name another folder, or one that holds a mark.toml and nothing else than its world."


def fill(folder, text="first"):
    with staged(folder, FILES, "mark.toml") as new:
        (new / "inner").mkdir()
        for name in FILES:
            (new / name).write_text(text)


def content(base):
    return {path.relative_to(base).as_posix(): path.read_text() for path in base.rglob("*") if path.is_file()}


@pytest.mark.parametrize("existing", [False, True])
def test_a_folder_is_filled(tmp_path, existing):
    if existing:
        (tmp_path / "deep" / "world").mkdir(parents=True)
    fill(tmp_path / "deep" / "world")
    assert content(tmp_path) == {f"deep/world/{name}": "first" for name in FILES}


def test_an_earlier_one_is_replaced_whole(tmp_path):
    fill(tmp_path / "world")
    with staged(tmp_path / "world", FILES, "mark.toml") as new:
        assert content(tmp_path / "world") == dict.fromkeys(FILES, "first")
        (new / "mark.toml").write_text("second")
    assert content(tmp_path) == {"world/mark.toml": "second"}
    assert [path.name for path in tmp_path.iterdir()] == ["world"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
@pytest.mark.parametrize("existing", [False, True])
def test_an_interruption_leaves_everything_as_it_was(tmp_path, error, existing):
    if existing:
        fill(tmp_path / "world")
    before = content(tmp_path)

    def stop(file):
        file.write_text("half")
        raise error

    with pytest.raises(error), staged(tmp_path / "world", FILES, "mark.toml") as new:
        stop(new / "mark.toml")
    assert content(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == (["world"] if existing else [])


def test_an_interruption_of_the_exchange_puts_the_earlier_one_back(tmp_path, monkeypatch):
    fill(tmp_path / "world")
    rename = Path.rename

    def interrupted(self, target):
        if self.name.endswith(".new"):
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fill(tmp_path / "world", "second")
    assert content(tmp_path) == {f"world/{name}": "first" for name in FILES}


@pytest.mark.parametrize(
    ("files", "named"),
    [
        (["README.md"], "README.md"),
        (["inner/table.csv"], "inner"),
        (["mark.toml", "thesis.txt"], "thesis.txt"),
        (["mark.toml", "inner/thesis.txt"], "inner/thesis.txt"),
        (["mark.toml", "other/table.csv"], "other"),
        (["mark.toml", "inner"], "inner"),
        (["mark.toml/table.csv"], "mark.toml/table.csv"),
    ],
)
def test_files_of_others_are_left_alone(tmp_path, files, named):
    world = tmp_path / "world"
    for name in files:
        (world / name).parent.mkdir(parents=True, exist_ok=True)
        (world / name).write_text("mine")
    before = content(tmp_path)
    with pytest.raises(DataError) as caught:
        fill(world)
    assert str(caught.value) == f"{RULE} {named} in world: {CURE}"
    assert content(tmp_path) == before


def test_a_file_that_came_meanwhile_is_left_alone(tmp_path):
    fill(tmp_path / "world")
    with pytest.raises(DataError, match=r"found thesis\.txt in world"), staged(tmp_path / "world", FILES, "mark.toml"):
        (tmp_path / "world" / "thesis.txt").write_text("mine")
    assert content(tmp_path) == {f"world/{name}": "first" for name in FILES} | {"world/thesis.txt": "mine"}


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "world").write_text("mine")
    with pytest.raises(DataError) as caught:
        fill(tmp_path / "world")
    assert str(caught.value) == f"{RULE} the file world: name a folder."


def test_the_place_of_a_link_is_kept(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    fill(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert content(tmp_path / "real") == dict.fromkeys(FILES, "first")
