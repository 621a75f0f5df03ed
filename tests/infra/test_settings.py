"""Settings: a wrong value is named at the start; keys are made once and kept from others' eyes."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import ValidationError

from domain.playbooks import Role
from infra.settings import KEYS, Settings, SettingsWrong, settings

ROOT = Path(__file__).parents[2]
SECRET = "s" * 32


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Nothing set but a home of one's own."""
    for name in [name for name in os.environ if name.startswith("MUSTER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MUSTER_HOME", str(tmp_path))
    settings.cache_clear()
    yield
    settings.cache_clear()


WRONG = [
    ("MUSTER_STORE", "postgres://db", "sqlite:///path/to/file"),
    ("MUSTER_STORE", "sqlite:///", "sqlite:///path/to/file"),
    ("MUSTER_EMAIL", f"smtp://user:{SECRET}/x@mail.example.org:587", "'outbox' or smtp://host:port"),
    ("MUSTER_EMAIL", f"smtp://[::1/{SECRET}", "'outbox' or smtp://host:port"),
    ("MUSTER_EMAIL", "pigeon", "'outbox' or smtp://host:port"),
    ("MUSTER_BELL", "muster-kingston-bell", "the URL of an SQS queue"),
    ("MUSTER_BELL", "https://user:secret@sqs.example.org/1/bell", "the URL of an SQS queue"),
    ("MUSTER_EMAIL", "smtp://", "'outbox' or smtp://host:port"),
    ("MUSTER_REPLY_TO", "the council", "address"),
    ("MUSTER_REPLY_TO", "a@example.org, b@example.org", "one e-mail address"),
    ("MUSTER_EMAIL_RATE", "fast", "number"),
    ("MUSTER_EMAIL_RATE", "-1", "greater than or equal to 0"),
    ("MUSTER_EMAIL_RATE", "inf", "finite"),
    ("MUSTER_EMAIL_RATE", "nan", "finite"),
    ("MUSTER_EMAIL_RATE", "0.001", "must be 0, or at least 0.01"),
    ("MUSTER_BASE_URL", "muster.example.gov.uk", "must be the address partners reach"),
    ("MUSTER_BASE_URL", "https://muster.example.gov.uk/?x=1", "must be the address partners reach"),
    *(
        ("MUSTER_BASE_URL", url, "must be the address partners reach")
        for url in (
            "https://muster.example.org/a b",
            "https://muster.example.org/<b>",
            "https://muster.example.org:abc",
            "https://muster.example.org:99999",
            "https://muster.example.org:0",
            "https://user:password@muster.example.org",
            "https://muster.example.org\n",
            "https://[::1",
        )
    ),
    ("MUSTER_COUNCIL", "X", "at least 2"),
    ("MUSTER_COUNCIL", "Example\nBcc: x", "one line"),
    ("MUSTER_COUNCIL", "Example\x1b[2J", "one line"),
    ("MUSTER_COUNCIL", "Example \u202elicnuoC", "one line"),
    ("MUSTER_COUNCIL", "    ", "at least 2"),
    ("MUSTER_COUNCIL", "\u200b\u200b", "letters or digits"),
    ("MUSTER_PHONE", "999", "at least 5"),
    ("MUSTER_PHONE", "01632 960\n000", "one line"),
    ("MUSTER_PHONE", "      ", "at least 5 digits"),
    ("MUSTER_PHONE", "call the desk", "at least 5 digits"),
    ("MUSTER_HEARTBEAT_URL", "file:///etc/passwd", "http://"),
    ("MUSTER_HEARTBEAT_URL", "https://", "http://"),
    ("MUSTER_HEARTBEAT_URL", "https://beat.example.org:port/x", "http://"),
    ("MUSTER_EMAIL", "ses:", "ses://CONFIGURATION-SET"),
    ("MUSTER_EMAIL", "ses://", "ses://CONFIGURATION-SET"),
    ("MUSTER_EMAIL", "ses://a set", "ses://CONFIGURATION-SET"),
    ("MUSTER_EMAIL", "ses://muster-test\n", "ses://CONFIGURATION-SET"),
    ("MUSTER_EMAIL", f"ses://{'a' * 65}", "ses://CONFIGURATION-SET"),
    ("MUSTER_SMS", "sns:eu-west-2", "'outbox'"),
    ("MUSTER_SMS", "sns://Ambleford-C", "up to 11 letters and digits"),
    ("MUSTER_SMS", "sns://AmblefordCouncil", "up to 11 letters and digits"),
    ("MUSTER_SMS", "sns://447700900", "up to 11 letters and digits"),  # a number would be answered by nobody
    ("MUSTER_RECEIPTS_TOPIC", "muster-test-receipts", "arn:aws:sns:REGION:ACCOUNT:NAME"),
    ("MUSTER_RECEIPTS_TOPIC", "arn:aws:sqs:eu-west-2:123456789012:receipts", "arn:aws:sns:REGION:ACCOUNT:NAME"),
    ("MUSTER_RECEIPTS_TOPIC", "arn:aws:sns:eu-west-2:12345:receipts", "arn:aws:sns:REGION:ACCOUNT:NAME"),
    ("MUSTER_PROXY", "10.0.0.0/8", "one IP address"),
    ("MUSTER_PROXY", "10.0.0.1, 10.0.0.2", "one IP address"),
    ("MUSTER_PROXY", "proxy.example.org", "one IP address"),
    ("MUSTER_HOME", "/srv/\udcff", "UTF-8"),
    ("MUSTER_STORE", "sqlite:////srv/\udcff", "UTF-8"),
    ("MUSTER_TIMEZONE", "Europe/Camelot", "no time zone is called 'Europe/Camelot'"),
    ("MUSTER_TIMEZONE", "../../etc/passwd", "no time zone is called"),
    ("MUSTER_KEYS", f"k1:{SECRET[:31]}", "at least 32"),
    ("MUSTER_KEYS", SECRET, "kid:secret"),
    ("MUSTER_KEYS", f"K 1:{SECRET}", "kid:secret"),
    ("MUSTER_KEYS", f"k1:{SECRET},", "kid:secret"),
]


@pytest.mark.parametrize(("name", "value", "hint"), WRONG)
def test_a_wrong_value_names_its_setting(monkeypatch: pytest.MonkeyPatch, name: str, value: str, hint: str) -> None:
    """Who starts Muster reads which setting is wrong and what it may be, and never a secret."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsWrong) as wrong:
        settings()
    assert name in str(wrong.value)
    assert hint in str(wrong.value)
    assert SECRET[:31] not in str(wrong.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("council", "Cyngor Sir Ynys Môn"),
        ("phone", "+44 (0)1632 960 000"),
        ("email_rate", "0.01"),
        ("email_rate", "0"),
        ("email", "smtp://user:p%2Fw@mail.example.org:587?tls=required"),
        ("base_url", "https://muster.example.gov.uk:8443/help"),
        ("base_url", "http://[::1]:8000"),
        ("heartbeat_url", "https://beat.example.org/ping/3f2a?rid=1"),
        ("heartbeat_url", "https://user:password@beat.example.org/"),
        ("email", "ses"),
        ("email", "ses://muster-kingston_2"),
        ("sms", "sns"),
        ("sms", "sns://Kingston1"),
        ("receipts_topic", "arn:aws:sns:eu-west-2:123456789012:muster-kingston-receipts"),
        ("proxy", "10.0.0.1"),
        ("proxy", "fd00::1"),
    ],
)
def test_what_works_is_accepted(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """No rule stands in the way of a council's own name, number or addresses."""
    monkeypatch.setenv(f"MUSTER_{name.upper()}", value)
    assert str(getattr(settings(), name)) in (value, str(float(value) if name == "email_rate" else value))


def test_links_lead_to_where_it_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`muster up` leaves its address in the home; what is set in the environment counts for more."""
    (tmp_path / "address").write_text("http://127.0.0.1:18160")
    assert settings().base_url == "http://127.0.0.1:18160"
    settings.cache_clear()
    monkeypatch.setenv("MUSTER_BASE_URL", "https://muster.example.gov.uk")
    assert settings().base_url == "https://muster.example.gov.uk"


def test_every_wrong_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody mends one setting only to be told of the next."""
    monkeypatch.setenv("MUSTER_STORE", "postgres://db")
    monkeypatch.setenv("MUSTER_TIMEZONE", "Europe/Camelot")
    with pytest.raises(SettingsWrong, match=r"MUSTER_STORE: .*; MUSTER_TIMEZONE: "):
        settings()


def test_an_empty_value_is_no_value(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`MUSTER_STORE=` in a file means the default, under the home."""
    for name in ("STORE", "EMAIL", "COUNCIL", "TIMEZONE", "KEYS"):
        monkeypatch.setenv(f"MUSTER_{name}", "")
    assert settings().store_url == f"sqlite:///{tmp_path / 'muster.db'}"
    assert settings().email == "outbox"
    assert str(settings().zone) == "Europe/London"


@pytest.mark.parametrize(
    ("email", "sms", "texts"),
    [("outbox", "", "outbox"), ("smtp://mail.example.org", "", "none"), ("smtp://mail.example.org", "outbox", "outbox"),
     ("outbox", "none", "none"), ("ses://muster-test", "", "none"), ("ses://muster-test", "sns", "sns"),
     ("ses://muster-test", "sns://Kingston", "sns://Kingston")],
)  # fmt: skip
def test_texts_are_written_where_mails_are(monkeypatch: pytest.MonkeyPatch, email: str, sms: str, texts: str) -> None:
    """While nothing really leaves, text messages are files too; with a mail server there are none, unless asked for."""
    monkeypatch.setenv("MUSTER_EMAIL", email)
    monkeypatch.setenv("MUSTER_SMS", sms)
    assert settings().texts == texts


@pytest.mark.parametrize(("email", "by_ses", "set"), [("ses://muster-test", True, "muster-test"), ("ses", True, ""),
                                                      ("outbox", False, ""), ("smtp://ses", False, "")])  # fmt: skip
def test_the_configuration_set_is_read(monkeypatch: pytest.MonkeyPatch, email: str, by_ses: bool, set: str) -> None:
    """Mails leave by it, and what is told of mails is believed only of it."""
    monkeypatch.setenv("MUSTER_EMAIL", email)
    assert (settings().by_ses, settings().configuration_set) == (by_ses, set)


def test_the_first_key_signs_and_all_open(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """T07: keys keep the order they are given in; none is written to the home."""
    monkeypatch.setenv("MUSTER_KEYS", f"k2:{'n' * 32},k1:{'o' * 32}")
    assert list(settings().signing_keys.items()) == [("k2", b"n" * 32), ("k1", b"o" * 32)]
    assert list(tmp_path.iterdir()) == []


def test_keys_are_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    """The first use makes them; every later one, and every restart, finds the same."""
    made = settings().signing_keys
    kept = tmp_path / "keys"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert KEYS.fullmatch(kept.read_text())
    settings.cache_clear()
    assert settings().signing_keys == made
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]


def test_another_council_has_other_keys(tmp_path: Path) -> None:
    """T04: a link of one council opens nothing of another."""
    assert Settings(home=tmp_path / "a").signing_keys != Settings(home=tmp_path / "b").signing_keys


def test_processes_that_start_together_have_the_same_keys(tmp_path: Path) -> None:
    """Server, worker and command started at once sign with the same key."""
    ask = "from infra.settings import settings; import sys; sys.stdin.read(1); print(settings().signing_keys)"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", ask], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    said = {process.communicate("g", timeout=60)[0] for process in processes}
    assert len(said) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]


def test_threads_that_start_together_have_the_same_keys(tmp_path: Path) -> None:
    """The same for many at the same instant."""
    together = threading.Barrier(20)

    def ask(_: int) -> str:
        together.wait()
        return repr(Settings(home=tmp_path).signing_keys)

    with ThreadPoolExecutor(20) as pool:
        assert len(set(pool.map(ask, range(20)))) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]


def test_spoilt_keys_are_said_and_never_replaced(tmp_path: Path) -> None:
    """New keys would break every link on its way; a person must put the old ones back."""
    (tmp_path / "keys").write_text("k1:half-a-ke")
    with pytest.raises(SettingsWrong, match="keys does not hold keys as kid:secret,…; put it back from a backup"):
        _ = settings().signing_keys
    assert (tmp_path / "keys").read_text() == "k1:half-a-ke"


def test_secrets_are_not_shown() -> None:
    """A printed or logged settings object holds no key."""
    given = Settings.model_validate({"keys": f"k1:{SECRET}"})
    assert SECRET not in repr(given)
    assert SECRET not in str(given.model_dump())


def test_answers_go_where_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody reads what is sent back: at the sender's address, unless the council names another."""
    assert settings().reply_address == "muster@example.org"
    settings.cache_clear()
    monkeypatch.setenv("MUSTER_REPLY_TO", "help@council.example.org")
    assert settings().reply_address == "help@council.example.org"


# --- signing in ---------------------------------------------------------------

PROVIDER = {"sign_in": "oidc", "oidc_issuer": "https://login.example.org/t/v2.0", "oidc_client_id": "muster"}


def test_a_provider_is_named_whole() -> None:
    """Signing in there needs an issuer and our name at it; a group's role is one there is."""
    given = Settings(**(PROVIDER | {"oidc_roles": "Muster Duty=duty, a=b=manager"}))
    assert given.role_of_group == {"Muster Duty": Role.duty, "a=b": Role.manager}
    assert Settings().role_of_group == {}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"oidc_issuer": ""}, "MUSTER_OIDC_ISSUER and MUSTER_OIDC_CLIENT_ID"),
        ({"oidc_client_id": ""}, "MUSTER_OIDC_ISSUER and MUSTER_OIDC_CLIENT_ID"),
        ({"oidc_issuer": "http://login.example.org"}, "https://"),
        ({"oidc_issuer": "login.example.org"}, "https://"),
        ({"sign_in": "ldap"}, "local, oidc or both"),
        ({"oidc_roles": "Muster Duty=king"}, "a role is one of viewer"),
        ({"oidc_roles": "duty"}, "group=role"),
    ],
)
def test_a_provider_that_cannot_be_is_refused(changed: dict[str, str], said: str) -> None:
    """At the start, with what it may be; a loopback provider may be tried over http."""
    with pytest.raises(ValidationError, match=said):
        Settings(**(PROVIDER | changed))
    assert Settings(**(PROVIDER | {"oidc_issuer": "http://127.0.0.1:9000"})).oidc_issuer
