"""Every mail handed to a channel comes back once, with what became of it."""

from __future__ import annotations

import ipaddress
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from domain import messages
from infra import aws
from notifications.channels import (
    Accepted,
    Deferred,
    Down,
    Mail,
    Refused,
    Result,
    Unknown,
    open_channel,
    open_texts,
    scrub,
)
from notifications.channels import conversation as timings
from notifications.channels import smtp as resting
from notifications.channels.conversation import _blames_recipient
from notifications.channels.outbox import OutboxChannel, list_mails, read_mail
from notifications.channels.smtp import SmtpChannel, read_server
from notifications.composing import compose
from tests.mailserver import MailServer, running


def mail(to: str, id: str = "", text: str = "Dear Sam,\n.\nCan you help?\n", **more: bool) -> Mail:
    raw = compose(
        subject="Can you help?",
        text=text,
        html="<p>Can you help?</p>",
        to=to,
        sender_name="Example Council",
        sender="muster@example.org",
        reply_to="answers@example.org",
        date=datetime(2026, 11, 21, 18, 45, 1, tzinfo=UTC),
        message_id="<m1@example.org>",
        boundary="=_muster_01234567",
        thread="<need-N-7K3QX2@example.org>",
        unsubscribe_url=None,
        suppress_auto_replies=False,
    )
    return Mail(id or to.partition("@")[0], to, raw, "muster@example.org", **more)


class Ledger:
    """Notes each result, and fails if a mail is settled twice or two at once."""

    def __init__(self) -> None:
        self.results: dict[str, Result] = {}
        self._busy = threading.Lock()

    def __call__(self, mail: Mail, result: Result) -> None:
        assert self._busy.acquire(blocking=False), "two settled at once"
        assert mail.id not in self.results, "settled twice"
        self.results[mail.id] = result
        self._busy.release()


def deliver(channel: SmtpChannel | OutboxChannel, *mails: Mail) -> dict[str, Result]:
    ledger = Ledger()
    channel.deliver(mails, ledger)
    assert set(ledger.results) == {m.id for m in mails}
    for result in ledger.results.values():
        assert "@" not in getattr(result, "why", "")
    return ledger.results


def channel_to(server: MailServer, connections: int = 1, rate: float = 0) -> SmtpChannel:
    return SmtpChannel(read_server(f"{server.url}?connections={connections}"), rate=rate)


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    with running("--keep", "--slow", "1") as shared:
        yield shared


@pytest.fixture
def post(server: MailServer) -> Iterator[SmtpChannel]:
    channel = channel_to(server)
    yield channel
    channel.close()


# the outbox


def test_a_mail_becomes_a_file_named_by_its_date(tmp_path: Path) -> None:
    """The outbox is a folder anyone can sort and open; nothing half-written is ever in it."""
    results = deliver(OutboxChannel(tmp_path), mail("sam@good.test", id="abc123"))
    assert results == {"abc123": Accepted("20261121T184501-abc123.eml")}
    assert [p.name for p in (tmp_path / "outbox").iterdir()] == ["20261121T184501-abc123.eml"]
    assert (tmp_path / "outbox" / "20261121T184501-abc123.eml").read_bytes() == mail("sam@good.test").raw


def test_an_uncertain_mail_is_not_written_twice(tmp_path: Path) -> None:
    """C06: a second attempt at a mail that did arrive finds its file; one at a mail that did not is written."""
    channel = OutboxChannel(tmp_path)
    deliver(channel, mail("sam@good.test"))
    path = next((tmp_path / "outbox").glob("*.eml"))
    before = path.stat()
    again = deliver(channel, mail("sam@good.test", again=True), mail("lee@good.test", again=True))
    assert again == {"sam": Accepted(path.name), "lee": Accepted(path.name.replace("sam", "lee"))}
    assert path.stat() == before
    assert len(list((tmp_path / "outbox").iterdir())) == 2


def test_an_outbox_that_cannot_be_written_is_no_mail_s_fault(tmp_path: Path) -> None:
    """A full disk or a file in the way: the channel is down, the mails wait."""
    (tmp_path / "outbox").write_text("in the way")
    assert isinstance(deliver(OutboxChannel(tmp_path), mail("sam@good.test"))["sam"], Down)


def test_a_dead_address_can_be_tried_out(tmp_path: Path) -> None:
    """Mail to the one name where nobody ever is comes back as from a mail server; nothing is written for it."""
    results = deliver(OutboxChannel(tmp_path), mail("sam@bounce.example.org"), mail("lee@good.test"))
    assert results["sam"] == Refused(550, "Nobody can be reached at bounce.example.org.", recipient_bad=True)
    assert isinstance(results["lee"], Accepted)
    assert len(list((tmp_path / "outbox").iterdir())) == 1


def test_the_mailbox_lists_and_opens_mails(tmp_path: Path) -> None:
    """Newest first, with recipient, subject and both parts."""
    assert list_mails(tmp_path, 10) == []
    for id in ("first", "second", "third"):
        deliver(OutboxChannel(tmp_path), mail("sam@good.test", id=id))
        time.sleep(0.01)
    newest, middle = list_mails(tmp_path, 2)
    assert (newest.name, middle.name) == ("20261121T184501-third.eml", "20261121T184501-second.eml")
    assert (newest.to, newest.subject) == ("sam@good.test", "Can you help?")
    opened = read_mail(tmp_path, newest.name)
    assert opened is not None
    assert opened.at == datetime(2026, 11, 21, 18, 45, 1, tzinfo=UTC)
    assert (opened.text, opened.html) == ("Dear Sam,\n.\nCan you help?\n", "<p>Can you help?</p>\n")


def test_a_text_message_is_a_file_too(tmp_path: Path) -> None:
    """`To:`, an empty line, the words, in UTF-8, named by its date; listed and opened beside the mails; never twice."""
    texts = OutboxChannel(tmp_path, carries=messages.Channel.sms)
    raw = "To: +447700900010\n\nCyngor Môn: an urgent task is waiting for you. ŵ\n".encode()
    date = datetime(2026, 11, 21, 18, 45, 1, tzinfo=UTC)
    text = Mail(id="abc", to="+447700900010", raw=raw, sender="", date=date)
    assert deliver(texts, text) == {"abc": Accepted("20261121T184501-abc.sms")}
    assert deliver(texts, replace(text, raw=b"other", again=True)) == {"abc": Accepted("20261121T184501-abc.sms")}
    [listed] = list_mails(tmp_path)
    assert (listed.to, listed.at) == ("+447700900010", date)
    assert listed.subject.startswith("Text message: Cyngor Môn")
    opened = read_mail(tmp_path, listed.name)
    assert opened is not None
    assert (opened.to, opened.text, opened.html) == (
        "+447700900010", "Cyngor Môn: an urgent task is waiting for you. ŵ", ""
    )  # fmt: skip


@pytest.mark.parametrize("trick", ["../keys", "../outbox/a.eml", "/etc/passwd", "..", "", "a.eml\0", ".a.eml", "l.eml"])
def test_the_mailbox_opens_nothing_else(tmp_path: Path, trick: str) -> None:
    """No path trick and no link leads out of the outbox."""
    (tmp_path / "outbox").mkdir()
    (tmp_path / "keys").write_text("secret")
    (tmp_path / "outbox" / ".a.eml").write_text("draft")
    (tmp_path / "outbox" / "l.eml").symlink_to(tmp_path / "keys")
    assert read_mail(tmp_path, trick) is None
    assert list_mails(tmp_path, 10) == []


# the mail server


def test_a_mail_arrives_as_it_was_composed(server: MailServer, post: SmtpChannel) -> None:
    """Byte for byte, dots and all, to one recipient, with the server's own id kept."""
    result = deliver(post, mail("sam@good.test", text="Dear Zoë,\n.\n..two\nend"))["sam"]
    assert isinstance(result, Accepted)
    assert result.provider_id.startswith("M")
    got = server.received()[-1]
    assert got["raw"].encode() == mail("sam@good.test", text="Dear Zoë,\n.\n..two\nend").raw
    assert (got["to"], got["recipients"], got["sender"]) == ("sam@good.test", 1, "muster@example.org")


@pytest.mark.parametrize("connections", [1, 3])
@pytest.mark.parametrize("options", [[], ["--pipelining"]], ids=["plain", "pipelining"])
def test_one_bad_mail_stops_no_other(options: list[str], connections: int) -> None:
    """A37, A38, C06, C07: each mail has its own result; only those that may have arrived are unknown."""
    with running(*options) as server:
        channel = channel_to(server, connections)
        manners = ["busy", "dead", "relay", "spam", "later", "shut", "cut", "drop", "lost"]
        between = [f"{n}" for n in range(9)]
        turns = [who for pair in zip(manners, between, strict=True) for who in pair]
        unsendable = replace(mail("sam@good.test", id="unsendable"), to="zoë@good.test")
        results = deliver(channel, unsendable, *(mail(f"{who}-amina@good.test", id=who) for who in turns))
        channel.close()
        arrived = server.recipients()
    assert all(isinstance(results[str(i)], Accepted) for i in range(9))
    assert results["busy"] == Deferred(451, "4.3.0 [address] is busy, come back later")
    assert results["later"] == Deferred(452, "4.2.2 [address] has no room")
    assert results["dead"] == Refused(550, "5.1.1 [address]: nobody of that name", recipient_bad=True)
    assert results["relay"] == Refused(554, "5.7.1 [address]: relay access denied", recipient_bad=False)
    assert results["spam"] == Refused(554, "5.6.0 Mail for [address] refused for its content", recipient_bad=False)
    assert results["shut"] == Deferred(421, "4.3.2 closing")
    assert isinstance(results["cut"], Deferred)
    assert isinstance(results["drop"], Unknown)
    assert isinstance(results["lost"], Unknown)
    assert isinstance(results["unsendable"], Refused)
    assert sorted(arrived) == sorted(["lost-amina@good.test", *(f"{i}-amina@good.test" for i in range(9))])


def test_a_server_that_never_answers_leaves_the_mail_unknown(
    server: MailServer, post: SmtpChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C06: a lost reply after the final dot is not a failure, and nothing is sent a second time."""
    monkeypatch.setattr(timings, "LAST_READ_SECONDS", 0.2)
    assert isinstance(deliver(post, mail("slow-sam@good.test"))["slow-sam"], Unknown)
    assert server.recipients().count("slow-sam@good.test") == 1


def test_connections_are_used_again() -> None:
    """Ten batches over one connection; those that rested too long are closed."""
    with running() as server:
        channel = channel_to(server)
        for n in range(10):
            deliver(channel, mail(f"sam{n}@good.test"))
        channel.close()
        assert server.stop() == {"mails": 10, "connections": 1}


@pytest.mark.parametrize("options", [[], ["--pipelining"]], ids=["plain", "pipelining"])
def test_a_connection_gone_stale_is_nobody_s_business(options: list[str]) -> None:
    """The server hung up while we rested: the next mail goes over a fresh connection and arrives once."""
    with running("--idle", "0.2", *options) as server:
        channel = channel_to(server)
        deliver(channel, mail("sam@good.test"))
        time.sleep(0.5)
        assert isinstance(deliver(channel, mail("lee@good.test"))["lee"], Accepted)
        channel.close()
        assert server.stop() == {"mails": 2, "connections": 2}


def test_idle_connections_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody holds a mail server's line without need."""
    monkeypatch.setattr(resting, "IDLE_SECONDS", 0.1)
    with running() as server:
        channel = channel_to(server)
        deliver(channel, mail("sam@good.test"))
        assert len(channel._resting) == 1
        time.sleep(0.4)
        assert channel._resting == []
        channel.close()


def test_a_server_out_of_reach_is_no_mail_s_fault() -> None:
    """Every mail comes back as down, at the price of one attempt a connection, not one a mail."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"smtp://127.0.0.1:{closed.getsockname()[1]}"
    results = deliver(SmtpChannel(read_server(url)), *(mail(f"sam{n}@good.test") for n in range(50)))
    assert set(results.values()) == {Down("The server could not be reached: Connection refused.")}


def test_a_server_that_does_not_greet_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence at the greeting is waited for once, then all mails are down."""
    monkeypatch.setattr(timings, "READ_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        channel = SmtpChannel(read_server(f"smtp://127.0.0.1:{silent.getsockname()[1]}"))
        results = deliver(channel, *(mail(f"sam{n}@good.test") for n in range(20)))
    assert set(results.values()) == {Down("The server did not answer in time.")}


def test_a_server_that_dies_leaves_the_rest_down() -> None:
    """Mails sent before are accepted, those after are nobody's fault; none is lost between."""
    with running() as server:
        channel = channel_to(server)
        deliver(channel, mail("sam@good.test"))
        server.stop()
        assert {type(r) for r in deliver(channel, mail("lee@good.test"), mail("kim@good.test")).values()} == {Down}


def test_urgent_mails_go_first_and_the_pace_is_shared(tmp_path: Path) -> None:
    """With 20 mails a second over four connections, ten mails take about half a second, the urgent one first."""
    with running() as server:
        channel = channel_to(server, connections=4, rate=20)
        began = time.monotonic()
        deliver(channel, *(mail(f"sam{n}@good.test") for n in range(10)), mail("amina@good.test", urgent=True))
        assert 0.5 <= time.monotonic() - began < 1.5
        channel.close()
        assert server.recipients()[0] == "amina@good.test"


def test_an_error_while_settling_comes_back_and_stops_the_batch(server: MailServer) -> None:
    """If a result cannot be written down, no further mail is begun."""
    channel = channel_to(server, connections=2)
    settled = []

    def settle(mail: Mail, result: Result) -> None:
        settled.append(mail.id)
        raise RuntimeError("the store is gone")

    with pytest.raises(RuntimeError, match="store"):
        channel.deliver([mail(f"stop{n}@good.test") for n in range(50)], settle)
    channel.close()
    assert len(settled) <= 2


def test_a_server_without_8bitmime_gets_seven_bits() -> None:
    """What the server cannot carry is never sent to it."""
    with running("--seven-bit", "--keep") as server:
        channel = channel_to(server)
        deliver(channel, mail("sam@good.test", text="Dear Zoë,\n£5\n"))
        channel.close()
        assert server.received()[0]["raw"].isascii()
        assert server.received()[0]["options"] == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that only those who are told to will trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    now = datetime.now(UTC)
    own = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path: Path = tmp_path_factory.mktemp("tls") / "mail.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + own.public_bytes(serialization.Encoding.PEM))
    return path


def test_signing_in_is_done_under_tls(certificate: Path) -> None:
    """STARTTLS first, the certificate checked; a wrong password or an unknown certificate means down, without names."""
    with running("--certificate", str(certificate), "--sign-in", "muster@example.org:s3cret/@") as server:
        right = f"smtp://muster%40example.org:s3cret%2F%40@127.0.0.1:{server.port}"
        trusting = ssl.create_default_context(cafile=str(certificate))
        channel = SmtpChannel(read_server(right), tls=trusting)
        assert isinstance(deliver(channel, mail("sam@good.test"))["sam"], Accepted)
        channel.close()
        wrong = SmtpChannel(read_server(right.replace("s3cret", "guess")), tls=trusting)
        assert deliver(wrong, mail("lee@good.test"))["lee"] == Down("The server did not let us sign in (535).")
        stranger = deliver(SmtpChannel(read_server(right)), mail("kim@good.test"))["kim"]
        assert stranger == Down("No trusted TLS connection could be made with the server.")


def test_no_mail_goes_in_clear_where_tls_is_required(server: MailServer) -> None:
    """`?tls=required` and a server without TLS: down, and nothing was sent."""
    before = len(server.received())
    channel = SmtpChannel(read_server(server.url + "?tls=required"))
    assert isinstance(deliver(channel, mail("sam@good.test"))["sam"], Down)
    assert len(server.received()) == before


# settings and words


def test_the_setting_opens_the_channel(tmp_path: Path) -> None:
    """`outbox`, `smtp://` and `smtps://`, ports and options as documented; the password shows in no repr."""
    assert open_channel("outbox", tmp_path, 0).name == "outbox"
    assert open_channel("smtp://mail.test", tmp_path, 0).name == "smtp"
    assert open_channel("ses://muster-test", tmp_path, 0, aws.client).name == "ses"  # asks nobody yet
    assert open_texts("sns://Ambleford", tmp_path, aws.client).name == "sns"
    assert [open_texts(setting, tmp_path).name for setting in ("outbox", "none")] == ["outbox"] * 2
    assert read_server("smtp://mail.test").port == 25
    assert read_server("smtp://u:p@mail.test").port == 587
    assert read_server("smtps://mail.test?connections=2").port == 465
    assert "hidden" not in repr(read_server("smtp://u:hidden@mail.test"))


@pytest.mark.parametrize("wrong", ["smtp://", "smtp://u:hidden@mail.test:99999", "smtp://u:hidden@mail.test/inbox",
                                   "smtp://u:hidden@mail.test?connections=0", "smtp://u:hidden@mail.test?tls=no",
                                   "smtp://u:hidden@mail.test?retries=3", "smtp://u:hiddén@mail.test", "pigeon",
                                   "smtp://u:hidden@mail\u2100.test"])  # fmt: skip
def test_a_wrong_setting_is_a_sentence_without_the_password(tmp_path: Path, wrong: str) -> None:
    """Refused at the start; what is wrong is said, the secret is not."""
    with pytest.raises(ValueError, match=r"^The .*\.$") as refusal:
        open_channel(wrong, tmp_path, 0)
    assert "hidd" not in str(refusal.value)


@pytest.mark.parametrize("said", ["<amina.k@good.test>: unknown", "User amina.k unknown", "AMINA.K@GOOD.TEST",
                                  "to:amina.k", "rcpt=<amina.k@xn--bcher-kva.test>\r\nsecond line",
                                  "(muster@example.org) no relay"])  # fmt: skip
def test_a_reason_names_nobody(said: str) -> None:
    """A server's words reach logs and stories: no address, nor the part before the @."""
    clean = scrub(said, "amina.k@good.test", "muster@example.org")
    assert "amina" not in clean.lower()
    assert "@" not in clean
    assert "\n" not in clean


@pytest.mark.parametrize(("step", "code", "words", "theirs"), [
    ("RCPT", 550, "No such user", True), ("RCPT", 550, "5.4.1 Recipient address rejected", True),
    ("RCPT", 552, "5.2.2 mailbox full", True), ("RCPT", 550, "relay not permitted", False),
    ("RCPT", 530, "authentication needed", False), ("RCPT", 550, "5.1.8 bad sender", False),
    ("MAIL", 550, "5.1.8 bad sender", False), ("MAIL", 552, "5.3.4 too big", False),
    ("mail", 550, "5.1.1 no such user", True), ("mail", 550, "5.2.1 mailbox disabled", True),
    ("mail", 552, "5.2.2 mailbox full", False), ("mail", 554, "looks like spam", False),
])  # fmt: skip
def test_a_recipient_is_blamed_only_for_their_own_fault(step: str, code: int, words: str, theirs: bool) -> None:
    """A37: a relay that turns us away, or dislikes our words, must not mark a partner's address as dead."""
    assert _blames_recipient(step, code, words) is theirs


def test_the_stand_in_server_listens_to_python_s_own_client(server: MailServer) -> None:
    """The test server speaks SMTP to others too: benchmarks compare with plain smtplib."""
    with smtplib.SMTP("127.0.0.1", server.port, local_hostname="test") as client:
        client.sendmail("a@good.test", ["plain@good.test"], b"Subject: x\r\n\r\nhello\r\n")
    assert "plain@good.test" in server.recipients()
