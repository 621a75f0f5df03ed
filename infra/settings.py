"""Every setting, in one class: `MUSTER_…` in the environment, checked at the start."""

from __future__ import annotations

import os
import re
import secrets
from difflib import get_close_matches
from functools import cached_property, lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.addresses import read_email
from domain.playbooks import Role
from domain.values import BIDI, one_line
from infra.calendar import NATIONS, read_nation
from infra.secret_files import kept_secret


class SettingsWrong(Exception):
    """A setting has a value Muster cannot run with. The message names the setting and what it may be."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"no time zone is called {name!r}; an example is Europe/London") from None
    return name


def _has_place(url: str) -> bool:
    """Does this address name a host and, if any, a port there can be?"""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:  # its own words may repeat a password
        return False


def _base_url(url: str) -> str:
    if not WEB.fullmatch(url) or "?" in url or "@" in url or not _has_place(url):
        raise ValueError("must be the address partners reach, such as https://muster.example.gov.uk")
    return url.rstrip("/")


def _heartbeat_url(url: str) -> str:
    if url and not (WEB.fullmatch(url) and _has_place(url)):
        raise ValueError("must be empty, or an address that begins with http:// or https:// and a host")
    return url


def _proxy(address: str) -> str:
    try:
        return str(ip_address(address)) if address else ""
    except ValueError:
        raise ValueError("must be empty, or one IP address, such as 10.0.0.1") from None


def _email_channel(channel: str) -> str:
    """Its shape; the options are read where the channel is opened, when the worker starts."""
    if channel == "outbox" or SES.fullmatch(channel):
        return channel
    if channel.startswith(("smtp://", "smtps://")) and _has_place(channel):
        return channel
    raise ValueError(
        "must be 'outbox' or smtp://host:port (smtp://user:password@host:587 signs in, with TLS), "
        "or ses://CONFIGURATION-SET for Amazon SES"
    )


def _reply_to(address: str) -> str:
    return read_email(address) if address else ""


def _sms_channel(channel: str) -> str:
    if channel in ("", "outbox", "none") or SNS.fullmatch(channel):
        return channel
    raise ValueError(
        "must be 'outbox' (text messages are written beside the mails), 'none' or 'sns' for Amazon SNS "
        "(sns://SENDER for a sender's name of up to 11 letters and digits)"
    )


def _topic(arn: str) -> str:
    if not arn or TOPIC.fullmatch(arn):
        return arn
    raise ValueError("must be empty, or the topic's ARN, arn:aws:sns:REGION:ACCOUNT:NAME")


def _email_rate(rate: float) -> float:
    if 0 < rate < SLOWEST:
        raise ValueError(f"must be 0, or at least {SLOWEST}: slower, mails would come too late to be of use")
    return rate


def _line(text: str) -> str:
    line = one_line(text)
    if any(ord(char) in BIDI for char in text):
        raise ValueError("must be one line of ordinary text, without marks that turn it around")
    return line


def _council(text: str) -> str:
    name = _line(text)
    if len(name) > 1 and not any(char.isalnum() for char in name):
        raise ValueError("must hold letters or digits")
    return name


def _phone(text: str) -> str:
    number = _line(text)
    if sum(char in "0123456789" for char in number) < 5:
        raise ValueError("must be a telephone number, with at least 5 digits")
    return number


def _store(url: str) -> str:
    if url == "" or (url.startswith("sqlite:///") and len(url) > len("sqlite:///")) or DYNAMODB.fullmatch(url):
        return url
    raise ValueError("must be sqlite:///path/to/file, or dynamodb://table")


def _bell(url: str) -> str:
    if url and not (WEB.fullmatch(url) and "@" not in url and _has_place(url)):
        raise ValueError("must be empty, or the URL of an SQS queue")
    return url


def _sign_in(how: str) -> str:
    if how in ("local", "oidc", "both"):
        return how
    raise ValueError("must be local, oidc or both")


def _issuer(url: str) -> str:
    if not url or (WEB.fullmatch(url) and "?" not in url and "@" not in url and _has_place(url) and is_private(url)):
        return url
    raise ValueError("must be the issuer exactly as the provider writes it, beginning with https://")


def is_private(url: str) -> bool:
    """Can nobody on the way read or change what goes there: https, or a server on this machine?"""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1"))


def read_roles(text: str) -> dict[str, Role]:
    """Read `group=role,group=role`. Raises `ValueError`."""
    pairs = [pair.rpartition("=") for pair in text.split(",") if pair.strip()]
    if any(not group.strip() for group, _, _ in pairs):
        raise ValueError("must be group=role,… with what the provider calls each group")
    return {group.strip(): Role(role.strip()) for group, _, role in pairs}


def _oidc_roles(text: str) -> str:
    try:
        read_roles(text)
    except ValueError as wrong:
        words = str(wrong)
        roles = ", ".join(Role)
        raise ValueError(words if "group=role" in words else f"a role is one of {roles}") from None
    return text


SLOWEST = 0.01  # e-mails a second
WEB = re.compile(
    r"https?://([A-Za-z0-9._~%:-]+@)?([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?([/?][A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?"
)
SES = re.compile(r"ses(://[A-Za-z0-9_-]{1,64})?")
SNS = re.compile(r"sns(://(?=[A-Za-z0-9]*[A-Za-z])[A-Za-z0-9]{1,11})?")
TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}")
DYNAMODB = re.compile(r"dynamodb://[A-Za-z0-9_.-]{3,255}")
KEYS = re.compile(r"[a-z0-9]{1,8}:[A-Za-z0-9_-]{32,}(,[a-z0-9]{1,8}:[A-Za-z0-9_-]{32,})*")


class Settings(BaseSettings):
    """What one council's Muster runs with. The first key of `keys` signs new links; all of them open old ones."""

    model_config = SettingsConfigDict(env_prefix="MUSTER_", env_ignore_empty=True, frozen=True, extra="ignore")

    home: Path = Path(".muster")
    store: Annotated[str, AfterValidator(_store)] = ""
    email: Annotated[str, AfterValidator(_email_channel)] = "outbox"
    email_from: Annotated[str, AfterValidator(read_email)] = "muster@example.org"
    reply_to: Annotated[
        str, AfterValidator(_reply_to), Field(description="where answers to mails go and are read; empty: the sender")
    ] = ""
    email_rate: Annotated[
        float,
        Field(ge=0, allow_inf_nan=False, description="e-mails a second at most; 0 is as fast as the server takes them"),
        AfterValidator(_email_rate),
    ] = 0
    sms: Annotated[
        str, AfterValidator(_sms_channel), Field(description="how text messages leave; none while e-mails really do")
    ] = ""
    receipts_topic: Annotated[
        str, AfterValidator(_topic), Field(description="the one SNS topic that may tell what became of mails (SES)")
    ] = ""
    base_url: Annotated[str, AfterValidator(_base_url)] = "http://127.0.0.1:8000"
    council: Annotated[str, AfterValidator(_council), Field(min_length=2, max_length=80)] = "Example Council"
    phone: Annotated[str, AfterValidator(_phone), Field(max_length=30)] = "01632 960 000"
    keys: SecretStr = SecretStr("")
    timezone: Annotated[str, AfterValidator(_zone)] = "Europe/London"
    nation: Annotated[str, AfterValidator(read_nation), Field(description="whose bank holidays are kept")] = NATIONS[0]
    heartbeat_url: Annotated[str, AfterValidator(_heartbeat_url)] = ""
    bell: Annotated[str, AfterValidator(_bell), Field(description="on AWS: the queue that tells the waker to look")] = (
        ""
    )
    proxy: Annotated[
        str, AfterValidator(_proxy), Field(description="address of the one proxy whose X-Forwarded-For is believed")
    ] = ""
    sign_in: Annotated[
        str, AfterValidator(_sign_in), Field(description="how officers sign in: local, oidc or both")
    ] = "local"
    oidc_issuer: Annotated[str, AfterValidator(_issuer), Field(description="the OpenID Connect provider")] = ""
    oidc_client_id: Annotated[str, AfterValidator(_line), Field(max_length=200)] = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_roles_claim: Annotated[str, AfterValidator(_line), Field(min_length=1, max_length=200)] = "roles"
    oidc_roles: Annotated[
        str, AfterValidator(_oidc_roles), Field(description="what each of the provider's groups may do: group=role,…")
    ] = ""

    @field_validator("*", mode="before")
    @classmethod
    def _is_text(cls, given: object) -> object:
        if isinstance(given, str) and given != given.encode(errors="replace").decode():
            raise ValueError("must be UTF-8 text")
        return given

    @model_validator(mode="after")
    def _provider_is_named(self) -> Self:
        if self.sign_in != "local" and not (self.oidc_issuer and self.oidc_client_id):
            raise ValueError(f"MUSTER_SIGN_IN={self.sign_in} needs MUSTER_OIDC_ISSUER and MUSTER_OIDC_CLIENT_ID")
        return self

    @model_validator(mode="after")
    def _keys_have_their_shape(self) -> Self:
        given = self.keys.get_secret_value()
        if given and not KEYS.fullmatch(given):
            raise ValueError("MUSTER_KEYS must be kid:secret,… with secrets of at least 32 letters, digits, - or _")
        kids = [pair.partition(":")[0] for pair in given.split(",")]
        if len(set(kids)) < len(kids):
            raise ValueError("MUSTER_KEYS names a key id twice; each pair needs its own")
        return self

    @property
    def reply_address(self) -> str:
        """Where somebody's answer to a mail goes."""
        return self.reply_to or self.email_from

    @property
    def store_url(self) -> str:
        return self.store or f"sqlite:///{self.home / 'muster.db'}"

    @property
    def texts(self) -> str:
        """How text messages leave: into the outbox as long as e-mails do, unless it is said otherwise."""
        return self.sms or ("outbox" if self.email == "outbox" else "none")

    @property
    def on_aws(self) -> bool:
        """Is what people say kept in a table on AWS, which functions use too?"""
        return DYNAMODB.fullmatch(self.store) is not None

    @property
    def by_ses(self) -> bool:
        return SES.fullmatch(self.email) is not None

    @property
    def configuration_set(self) -> str:
        """SES's configuration set that mails leave by, if any."""
        return self.email.partition("://")[2] if self.by_ses else ""

    @property
    def role_of_group(self) -> dict[str, Role]:
        """What each of the provider's groups may do; empty: officers' roles are those on our own list."""
        return read_roles(self.oidc_roles)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def category_title(self, code: str) -> str:
        """What the council calls a category, in whatever it writes."""
        from infra.playbooks import category_title

        return category_title(code)

    @cached_property
    def signing_keys(self) -> dict[str, bytes]:
        """Key id to secret, the signing key first. Made on first use and kept under `home`, for its owner only."""
        given = self.keys.get_secret_value()
        if not given and self.on_aws:
            raise SettingsWrong(
                "MUSTER_KEYS: must be the functions' own where the table is theirs: links made with others would not "
                "open; `muster deploy settings` prints what to set"
            )
        given = given or _kept_keys(self.home / "keys")
        return {kid: secret.encode() for kid, secret in (pair.split(":", 1) for pair in given.strip().split(","))}


def _kept_keys(path: Path) -> str:
    """Read the keys kept at `path`; make them when absent."""
    kept = kept_secret(path, lambda: f"k1:{secrets.token_urlsafe(32)}")
    if not KEYS.fullmatch(kept):
        raise SettingsWrong(f"{path} does not hold keys as kid:secret,…; put it back from a backup")
    return kept


def address_file(home: Path) -> Path:
    """Where `muster up` leaves the address it serves, for as long as it runs."""
    return home / "address"


def _with_address(chosen: Settings) -> Settings:
    """With no address of its own in the environment, links lead to where Muster runs from this home."""
    kept = address_file(chosen.home)
    if "base_url" in chosen.model_fields_set or not kept.is_file():
        return chosen
    return Settings(base_url=kept.read_text().strip())


NOT_SETTINGS = frozenset({"MUSTER_TRACEBACK", "MUSTER_SECRET", "MUSTER_WORKER_FUNCTION"})  # the last: lambdas/


def strange_settings() -> list[str]:
    """A sentence for each `MUSTER_…` in the environment that is no setting, with near matches: it has no effect."""
    known = [f"MUSTER_{name.upper()}" for name in Settings.model_fields]
    given = sorted(name for name in os.environ if name.upper().startswith("MUSTER_"))
    strange = [name for name in given if name.upper() not in known and name not in NOT_SETTINGS]
    return [f"{name} is no setting of Muster, and has no effect{_near(name, known)}" for name in strange]


def _near(name: str, known: list[str]) -> str:
    near = get_close_matches(name.upper(), known, n=1, cutoff=0.75)
    return f"; did you mean {near[0]}?" if near else ""


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return this process's settings. Wrong ones raise `SettingsWrong`, naming each."""
    try:
        return _with_address(Settings())
    except ValidationError as wrong:
        lines = [
            f"MUSTER_{'_'.join(str(p) for p in e['loc']).upper()}: {e['msg'].removeprefix('Value error, ')}"
            if e["loc"]
            else e["msg"].removeprefix("Value error, ")
            for e in wrong.errors()
        ]
        raise SettingsWrong("; ".join(lines)) from None
