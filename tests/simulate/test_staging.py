"""A folder is there whole or not at all, stays itself if it was there, and nothing of others is ever removed."""

import os
import shutil
import stat
import tempfile
from pathlib import Path

import pytest

from hgrisk.errors import DataError
from hgrisk.simulate.staging import Layout, refuse_foreign, staged

LINE = "# ours"
LAYOUT = Layout(frozenset({"mark.toml", "inner/table.csv"}), "mark.toml", LINE)
RULE = "A made-up world goes to a new folder, or over an earlier one, but found"
CURE = "name another folder, or one that holds an earlier world and nothing else."


def text(word):
    return f"{LINE}\n{word}"


def world(word="first"):
    return dict.fromkeys(LAYOUT.files, text(word))


def fill(folder, word="first"):
    with staged(folder, LAYOUT) as new:
        (new / "inner").mkdir()
        for name in LAYOUT.files:
            (new / name).write_text(text(word))


def content(base):
    return {path.relative_to(base).as_posix(): path.read_text() for path in base.rglob("*") if path.is_file()}


def refusal(folder):
    with pytest.raises(DataError) as caught:
        fill(folder)
    return str(caught.value)


@pytest.mark.parametrize("existing", [False, True])
def test_a_folder_is_filled_and_nothing_else_is_left(tmp_path, existing):
    folder = tmp_path / "deep" / "world"
    if existing:
        folder.mkdir(parents=True)
    fill(folder)
    assert content(folder) == world()
    assert [path.name for path in tmp_path.glob("deep/*")] == ["world"]
    assert {path.name for path in folder.iterdir()} == {"mark.toml", "inner"}


def test_a_new_folder_has_the_rights_that_the_user_gives_to_any_other(tmp_path):
    (tmp_path / "plain").mkdir()
    fill(tmp_path / "world")
    assert (tmp_path / "world").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.skipif(os.name == "nt", reason="rights and open folders are other things there")
@pytest.mark.parametrize("earlier", [False, True])
def test_a_folder_that_exists_stays_itself_with_its_rights_and_for_a_shell_inside_it(tmp_path, monkeypatch, earlier):
    folder = tmp_path / "world"
    folder.mkdir()
    if earlier:
        fill(folder)
    folder.chmod(0o700)
    before = folder.stat()
    monkeypatch.chdir(folder)
    fill(Path(), "second")
    after = folder.stat()
    assert (after.st_ino, stat.S_IMODE(after.st_mode)) == (before.st_ino, 0o700)
    assert content(Path()) == content(folder) == world("second")


def test_only_entries_inside_a_folder_that_exists_are_touched(tmp_path, monkeypatch):
    (tmp_path / "mount" / "world").mkdir(parents=True)
    places, make = [], tempfile.mkdtemp
    monkeypatch.setattr(tempfile, "mkdtemp", lambda **to: places.append(to["dir"]) or make(**to))
    fill(tmp_path / "mount" / "world")
    fill(tmp_path / "mount" / "other")
    assert places == [tmp_path / "mount" / "world", tmp_path / "mount"]


def test_an_earlier_one_is_replaced_whole(tmp_path):
    fill(tmp_path / "world")
    with staged(tmp_path / "world", LAYOUT) as new:
        assert {name: content(tmp_path / "world")[name] for name in LAYOUT.files} == world()
        (new / "mark.toml").write_text(text("second"))
    assert content(tmp_path) == {"world/mark.toml": text("second")}
    assert [path.name for path in (tmp_path / "world").iterdir()] == ["mark.toml"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ValueError])
@pytest.mark.parametrize("existing", [False, True])
def test_an_interruption_leaves_everything_as_it_was(tmp_path, error, existing):
    if existing:
        fill(tmp_path / "deep" / "world")
    before = sorted(tmp_path.rglob("*")), content(tmp_path)

    def stop(file):
        file.write_text("half")
        raise error

    with pytest.raises(error), staged(tmp_path / "deep" / "world", LAYOUT) as new:
        stop(new / "mark.toml")
    assert (sorted(tmp_path.rglob("*")), content(tmp_path)) == before


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("step", range(4))
def test_an_interruption_of_the_exchange_puts_the_earlier_one_back(tmp_path, monkeypatch, step, late):
    fill(tmp_path / "world")
    rename, seen = Path.rename, []

    def interrupted(self, target):
        seen.append(self)
        if late or len(seen) != step + 1:
            rename(self, target)
        if len(seen) == step + 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fill(tmp_path / "world", "second")
    assert content(tmp_path / "world") == world()
    assert {path.name for path in (tmp_path / "world").iterdir()} == {"mark.toml", "inner"}


def test_an_exchange_that_cannot_be_undone_loses_nothing(tmp_path, monkeypatch):
    fill(tmp_path / "world")
    rename, seen = Path.rename, []

    def broken(self, target):
        seen.append(self)
        if len(seen) > 2:
            raise OSError("the disk is gone")
        rename(self, target)

    monkeypatch.setattr(Path, "rename", broken)
    with pytest.raises(OSError, match="the disk is gone"):
        fill(tmp_path / "world", "second")
    assert sorted(content(tmp_path).values()) == sorted(world().values())


def test_a_world_that_came_meanwhile_is_replaced(tmp_path):
    with staged(tmp_path / "world", LAYOUT) as new:
        fill(tmp_path / "world")
        (new / "mark.toml").write_text(text("second"))
    assert content(tmp_path) == {"world/mark.toml": text("second")}


def test_two_that_fill_one_folder_at_once_do_not_mix(tmp_path):
    (tmp_path / "world").mkdir()
    with pytest.raises(DataError, match=r"found \.hgrisk-\w+ in world"), staged(tmp_path / "world", LAYOUT):
        fill(tmp_path / "world", "second")
    assert content(tmp_path) == {}


@pytest.mark.parametrize(
    ("files", "named"),
    [
        (["README.md"], "README.md"),
        (["inner/table.csv"], "inner"),
        (["mark.toml", "thesis.txt"], "thesis.txt"),
        (["mark.toml", "inner/thesis.txt"], "inner/thesis.txt"),
        (["mark.toml", "other/table.csv"], "other"),
        (["mark.toml", "inner"], "inner"),
        (["mark.toml/table.csv"], "mark.toml"),
    ],
)
def test_files_of_others_are_left_alone(tmp_path, files, named):
    folder = tmp_path / "world"
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(LINE)
    before = content(tmp_path)
    assert refusal(folder) == f"{RULE} {named} in world: {CURE}"
    assert content(tmp_path) == before


@pytest.mark.parametrize("first", ["", "mine", f"{LINE} and more", f" {LINE}", f"\n{LINE}", LINE[:-1]])
def test_a_mark_without_its_first_line_is_the_users_own(tmp_path, first):
    (tmp_path / "mark.toml").write_text(first)
    found = f"a mark.toml that hgrisk did not write in {tmp_path.name}"
    assert refusal(tmp_path) == f"{RULE} {found}: {CURE}"
    assert content(tmp_path) == {"mark.toml": first}


@pytest.mark.parametrize("rest", ["", "\nseed = 1", "\r\nseed = 1"])
def test_a_mark_is_known_by_its_first_line(tmp_path, rest):
    (tmp_path / "mark.toml").write_bytes(f"{LINE}{rest}".encode())
    fill(tmp_path)
    assert content(tmp_path) == world()


def test_a_link_is_not_followed(tmp_path):
    fill(tmp_path / "world")
    shutil.move(tmp_path / "world" / "inner", tmp_path / "safe")
    (tmp_path / "world" / "inner").symlink_to(tmp_path / "safe", target_is_directory=True)
    assert refusal(tmp_path / "world") == f"{RULE} inner in world: {CURE}"
    assert content(tmp_path / "safe") == {"table.csv": text("first")}


def test_the_search_ends_at_the_first_foreign_entry(tmp_path, monkeypatch):
    for name in ("projects", "music", "inner"):
        (tmp_path / name / "deep").mkdir(parents=True)
    seen, scan = [], os.scandir

    class Watched:
        def __init__(self, place):
            self.entries = scan(place)

        def __enter__(self):
            return self

        def __exit__(self, *rest):
            self.entries.close()

        def __iter__(self):
            for entry in self.entries:
                seen.append(entry.name)
                yield entry

    monkeypatch.setattr(os, "scandir", Watched)
    with pytest.raises(DataError) as caught:
        refuse_foreign(tmp_path, LAYOUT)
    assert seen[-1] in str(caught.value)
    assert sum(name in {"projects", "music"} for name in seen) + seen.count("deep") == 1


def test_a_file_that_came_meanwhile_is_left_alone(tmp_path):
    fill(tmp_path / "world")
    with pytest.raises(DataError, match=r"found thesis\.txt in world"), staged(tmp_path / "world", LAYOUT):
        (tmp_path / "world" / "thesis.txt").write_text("mine")
    assert content(tmp_path / "world") == world() | {"thesis.txt": "mine"}


@pytest.mark.parametrize("below", ["", "sub", "sub/world"])
def test_a_file_in_the_way_is_named(tmp_path, below):
    (tmp_path / "afile").write_text("mine")
    assert refusal(tmp_path / "afile" / below) == f"{RULE} that a file is in the way, afile: name a folder."
    assert content(tmp_path) == {"afile": "mine"}


def test_the_place_of_a_link_is_kept(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    fill(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert content(tmp_path / "real") == world()
