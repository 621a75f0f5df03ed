"""Playbooks and the catalogue from YAML: what is wrong is said with its line, and nothing hostile is unfolded."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

from domain.capabilities import CheckLevel, Sector
from infra.playbooks import (
    FOLDER,
    NoSuchPlaybook,
    PlaybookWrong,
    check_file,
    find_playbook,
    load_catalogue,
    load_playbook,
    load_yaml,
    playbook_names,
)

GOOD = "name: own\ntitle: Our own\nrounds:\n  - {name: all, sectors: [volunteer], patience: 2h}\n"


def wrong(folder: Path, text: str | bytes, name: str = "own.yaml") -> list[str]:
    """What is said to be wrong with this file, without its folder."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    faults, _ = check_file(path)
    return [str(fault).removeprefix(f"{folder}/") for fault in faults]


def test_what_is_shipped_is_good() -> None:
    """Every playbook and the catalogue load, and the everyday one asks at any hour."""
    assert playbook_names() == ["everyday", "surge", "urgent"]
    for name in playbook_names():
        assert load_playbook(name).name == name
    everyday = load_playbook("everyday")
    assert [r.name for r in everyday.rounds] == ["neighbours", "groups and businesses", "services"]
    assert everyday.waking_hours_only is False
    assert max(r.ask for r in load_playbook("surge").rounds) == 1300
    assert all(r.patience < timedelta(hours=1) for r in load_playbook("urgent").rounds)


def test_personal_care_is_for_providers_whose_check_is_on_file() -> None:
    """The one kind of help whose rules are the law's."""
    care = load_catalogue().find("personal-care")
    assert (care.sectors, care.check, care.split) == ((Sector.provider,), CheckLevel.enhanced, False)
    assert 20 <= len(load_catalogue().capabilities) <= 30


def test_a_playbook_is_found_by_name_or_path(tmp_path: Path) -> None:
    """A council's own file works like one shipped; a typing mistake gets near matches."""
    (tmp_path / "own.yaml").write_text(GOOD)
    assert load_playbook(str(tmp_path / "own.yaml")).title == "Our own"
    assert find_playbook("urgent") == FOLDER / "urgent.yaml"
    for name, said in (
        ("surg", "did you mean surge"),
        ("categories", "no playbook"),
        ("../../x.yaml", "no playbook file"),
    ):
        with pytest.raises(NoSuchPlaybook, match=said):
            find_playbook(name)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: own\ntitle: x\nrounds: []\n", ["own.yaml:3: rounds: there are no rounds; a playbook needs at least one"]),  # noqa: E501
        ("name: own\ntitle: x\n", ["own.yaml:1: 'rounds' is missing"]),
        ("name: own\n  title: x\n", ["own.yaml:2: this is not YAML: mapping values are not allowed in this context"]),
        (GOOD + "name: again\n", ["own.yaml:5: the key 'name' is there twice"]),
        (GOOD + "waking_hours: true\n", ["own.yaml:5: there is no key 'waking_hours'; did you mean waking_hours_only?"]),  # noqa: E501
        (GOOD + "waking_hours_only: often\n", ["own.yaml:5: waking_hours_only: must be true or false, not 'often'"]),
        (GOOD.replace("2h", "2 hours"), ["own.yaml:4: rounds.1.patience: '2 hours' is not a length of time; write it as 90s, 30m, 2h or 1d"]),  # noqa: E501
        (GOOD.replace("2h", "0s"), ["own.yaml:4: rounds.1: patience must be at least 1s"]),
        (GOOD.replace("2h", "2h, ask: 0"), ["own.yaml:4: rounds.1.ask: must be greater than or equal to 1, not 0"]),
        (GOOD.replace("2h", "2h, ask: 2.5"), ["own.yaml:4: rounds.1.ask: must be a whole number, not 2.5"]),
        (GOOD.replace("2h", "2h, remind_after: 3h"), ["own.yaml:4: rounds.1: remind_after must be shorter than patience, or people are never reminded"]),  # noqa: E501
        (GOOD.replace("[volunteer]", "volunteer"), ["own.yaml:4: rounds.1.sectors: must be a list, such as [volunteer, community], not 'volunteer'"]),  # noqa: E501
        (GOOD.replace("volunteer", "neighbour"), ["own.yaml:4: rounds.1.sectors.1: 'neighbour' is none of provider, voluntary, business, community, volunteer, public"]),  # noqa: E501
        (GOOD.replace("own", "Our Own"), ["own.yaml:1: name: must be small letters, digits and hyphens, such as food-parcel, not 'Our Own'"]),  # noqa: E501
        ("- a list\n", ["own.yaml:1: must be a block of keys with their values, such as name: everyday"]),
        ("", ["own.yaml:1: is empty"]),
        (b"name: caf\xe9\n", ["own.yaml:1: is not UTF-8 text; save the file as UTF-8"]),
        ("name: a\x07b\n", ["own.yaml:1: holds a character that YAML does not allow"]),
        (GOOD + "---\n" + GOOD, ["own.yaml:5: holds a second document after ---; make it a file of its own"]),
    ],
)  # fmt: skip
def test_a_fault_is_said_with_its_line(tmp_path: Path, text: str | bytes, said: list[str]) -> None:
    """File, line and a reason an officer can act on, for every kind of mistake."""
    assert wrong(tmp_path, text) == said


def test_all_faults_are_said_at_once(tmp_path: Path) -> None:
    """Nobody has to correct a file one complaint at a time."""
    text = GOOD.replace("2h", "later, ask: many").replace("title: Our own", "title: 5") + "extra: 1\n"
    assert [line.split(":")[1] for line in wrong(tmp_path, text)] == ["2", "4", "4", "5"]


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b]\n",
        "[" * 100_000,
        "x" * 1_000_000,
        "a: " + "{b: " * 40_000,
        "name: !!python/object/apply:os.system ['true']\n",
        "? {a: b}\n: c\n",
    ],
)
def test_hostile_yaml_is_refused_at_once(tmp_path: Path, text: str) -> None:
    """Alias bombs, endless nesting, a megabyte, objects to be made: a sentence, within a second or so."""
    began = time.monotonic()
    assert wrong(tmp_path, text)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "value",
    [
        *('!!int ""', '!!float ""', "!!bool foo", "!!timestamp foo", "0x" + "F" * 6000, "9" * 5000),
        *("1" + ":0" * 5000, "1" + ":0" * 5000 + ".5", "2026-99-99"),
    ],
    ids=lambda value: value[:20],
)
def test_a_value_yaml_cannot_read_is_said_with_its_line(tmp_path: Path, value: str) -> None:
    """One short sentence with file and line, whatever the value claims to be."""
    said = wrong(tmp_path, GOOD.replace("2h", f"2h, ask: {value}"))
    assert said[0].startswith("own.yaml:4: ")
    assert "cannot be read; put it in quotes" in "".join(said)
    assert len("".join(said)) < 400


@pytest.mark.parametrize("keys", [2_000, 20_000])
def test_a_file_full_of_faults_is_answered_soon(tmp_path: Path, keys: int) -> None:
    """The first fifty faults are said and the rest counted; what is no page or two is not looked into."""
    began = time.monotonic()
    said = wrong(tmp_path, GOOD + "".join(f"k{n}: 1\n" for n in range(keys)))
    assert time.monotonic() - began < 5
    assert len(said) == (51 if keys == 2_000 else 1)
    assert said[-1].endswith(
        "and 1,950 more" if keys == 2_000 else "holds more than 5,000 values; a playbook is a page or two"
    )


def test_a_wrong_catalogue_names_the_line(tmp_path: Path) -> None:
    """The council's own categories are checked as strictly as a playbook."""
    text = "categories: {food: Food}\ncapabilities:\n  - {code: soup, title: Soup, unit: soup, units: soups, category: fod}\n"  # noqa: E501
    assert wrong(tmp_path, text, "categories.yaml") == [
        "categories.yaml:1: capability 'soup' names no category of this file: 'fod'"
    ]


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    """Not there, or a folder: no traceback."""
    from infra.directory.referral import ServiceTypes

    for path in (tmp_path / "nowhere.yaml", tmp_path):
        with pytest.raises(PlaybookWrong, match="cannot be read"):
            load_yaml(path, ServiceTypes)
    assert load_yaml(FOLDER / "service-types.yaml", ServiceTypes).words["food bank"] == ("food-parcel",)


def test_every_service_type_names_a_kind_of_help_there_is() -> None:
    """A feed's words never lead to help nobody could ask for."""
    from infra.directory.referral import ServiceTypes

    types = load_yaml(FOLDER / "service-types.yaml", ServiceTypes)
    named = {code for codes in (*types.codes.values(), *types.words.values()) for code in codes}
    assert named <= {capability.code for capability in load_catalogue().capabilities}


@pytest.mark.parametrize("kind", ["rota", "retention", "categories", "service-types"])
def test_a_file_is_known_by_what_is_in_it(tmp_path: Path, kind: str) -> None:
    """A rota that is tried out under another name is checked as a rota, not as a playbook."""
    path = tmp_path / f"{kind}-new.yaml"
    path.write_bytes((FOLDER / f"{kind}.yaml").read_bytes())
    assert check_file(path)[0] == []
    path = tmp_path / "december.yaml"
    path.write_text("shifts:\n  - {hours: nine to five, officers: [dana@example.org]}\n")
    assert [fault.reason.split(": ")[0] for fault in check_file(path)[0]] == ["shifts.1.hours"]
