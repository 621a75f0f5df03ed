"""What a council chooses for its Muster on AWS: `deploy.toml`, small enough to read, with no secret in it."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from infra.faults import say_fault
from infra.settings import Settings, is_private

NAME = r"[a-z][a-z0-9-]{1,30}"
HOST = r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}"
HEAD = "# What `muster deploy` puts onto AWS, and where. No secrets in here: keep it where you keep your other files.\n"
SHAPES = {  # what a pattern means, for whoever does not read patterns
    "name": "must be 2 to 31 small letters, digits and hyphens, a letter first, such as kingston",
    "account": "must be the 12 digits of an AWS account",
    "region": "must be a region of AWS, such as eu-west-2 (London)",
    "domain": "must be a name alone, such as help.kingston.gov.uk",
    "sms": "must be none, sns or sns://SENDER, a name of up to 11 letters and digits",
    "table": "must be the name of a table of DynamoDB",
}
LOG_DAYS = (1, 3, 7, 14, 30, 60, 90, 180, 365)  # CloudWatch keeps logs for no length between
AS_SETTING = {"sender": "email_from"}  # what it is called among Muster's settings, where that differs
EXAMPLE = {
    "name": "kingston",
    "council": "Kingston Council",
    "phone": "020 8547 5000",
    "sender": "help@kingston.gov.uk",
    "alarm_email": "help@kingston.gov.uk",
    "prefect_api_url": "https://prefect.kingston.gov.uk/api",
}
SETTINGS = (
    "council", "phone", "sender", "reply_to", "sms", "timezone", "nation", "heartbeat_url", "sign_in", "oidc_issuer",
    "oidc_client_id", "oidc_roles_claim", "oidc_roles",
)  # fmt: skip


class ChoicesWrong(Exception):
    """`deploy.toml` holds what cannot be deployed. The message names the line's key and what it may be."""


class _OnlyGiven(Settings):
    """Settings that look at nothing but what they are given: not at this machine's environment."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def _log_days(days: int) -> int:
    if days not in LOG_DAYS:
        raise ValueError(f"must be {', '.join(map(str, LOG_DAYS[:-1]))} or {LOG_DAYS[-1]}")
    return days


class Choices(BaseModel):
    """Where it goes, what it is called, and what it runs with. Each is checked as Muster itself will check it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=f"^{NAME}$", description="what it is called in the account")]
    council: Annotated[str, Field(description="who asks; in every message")]
    phone: Annotated[str, Field(description="the number to call; in every message")]
    sender: Annotated[str, Field(description="the address mails come from")]
    prefect_api_url: Annotated[str, Field(description="Prefect's API, Cloud's or your own server's")]
    alarm_email: Annotated[str, Field(description="who is told when something is wrong")]
    account: Annotated[str, Field(pattern=r"^(\d{12})?$", description="the AWS account; any other is refused")] = ""
    region: Annotated[str, Field(pattern=r"^([a-z0-9-]+)?$", description="the AWS region; any other is refused")] = ""
    reply_to: str = ""
    domain: Annotated[str, Field(pattern=f"^({HOST})?$", description="where the pages are")] = ""
    certificate_arn: str = ""
    sms: Annotated[str, Field(pattern="^(none|sns(://[A-Za-z0-9]{1,11})?)$")] = "none"
    timezone: str = "Europe/London"
    nation: str = "england-and-wales"
    heartbeat_url: str = ""
    sign_in: str = "local"
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_roles_claim: str = "roles"
    oidc_roles: str = ""
    table: Annotated[
        str, Field(pattern=r"^([A-Za-z0-9_.-]{3,255})?$", description="the table in use, where it was restored")
    ] = ""
    workers_at_once: Annotated[int, Field(ge=0, le=20)] = 1
    log_days: Annotated[int, AfterValidator(_log_days)] = 30
    requests_per_second: Annotated[int, Field(ge=1, le=10_000)] = 50
    requests_at_once: Annotated[int, Field(ge=1, le=5_000)] = 100

    @model_validator(mode="after")
    def _belong_together(self) -> Self:
        if bool(self.domain) != bool(self.certificate_arn):
            raise ValueError("domain and certificate_arn belong together: give both, or neither")
        if not re.fullmatch(r"https?://[^\s/@]+(/\S*)?", self.prefect_api_url):
            raise ValueError("prefect_api_url: must be an address, such as https://prefect.example.gov.uk/api")
        return self

    @property
    def is_in_the_open(self) -> bool:
        """Would the words between AWS and Prefect be readable on the way?"""
        return not is_private(self.prefect_api_url)

    @property
    def kept_stack(self) -> str:
        return f"muster-{self.name}-kept"

    @property
    def compute_stack(self) -> str:
        return f"muster-{self.name}"

    @property
    def table_in_use(self) -> str:
        return self.table or f"muster-{self.name}"

    @property
    def sender_domain(self) -> str:
        return self.sender.rpartition("@")[2]


def read_given(file: Path) -> dict[str, Any]:
    """What stands in `deploy.toml`, whether or not it can be deployed. Raises `ChoicesWrong`."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise ChoicesWrong(f"{file} cannot be read: {wrong}") from None


def check_choices(found: dict[str, Any], where: str = "deploy.toml") -> Choices:
    """The choices, if they can be deployed. Raises `ChoicesWrong`."""
    try:
        choices = Choices(**found)
        _OnlyGiven(**{AS_SETTING.get(name, name): getattr(choices, name) for name in SETTINGS})
        _OnlyGiven(email_from=choices.alarm_email)
        return choices
    except ValidationError as wrong:
        raise ChoicesWrong(f"{where}: {'; '.join(_fault(error) for error in wrong.errors())}") from None


def _fault(error: Any) -> str:
    names = {setting: name for name, setting in AS_SETTING.items()}
    place = ".".join(names.get(str(part), str(part)) for part in error["loc"])
    match error["type"]:
        case "missing":
            said = f"is needed: {Choices.model_fields[place].description}"
        case "string_pattern_mismatch":
            said = SHAPES[place]
        case "string_too_short":
            said = f"must be at least {error['ctx']['min_length']} characters long"
        case _:
            said = say_fault(error, Choices)
    return f"{place}: {said}" if place else said


def fault_in(key: str, value: str) -> str:
    """What is wrong with this one answer, as a sentence; empty where it may stay."""
    try:
        check_choices({**EXAMPLE, key: value}, "")
    except ChoicesWrong as wrong:
        return str(wrong).removeprefix(": ")
    return ""


def write_choices(file: Path, choices: Choices) -> None:
    """Write what was chosen, and nothing that is as it would be anyway."""
    lines = [
        f"{name} = {json.dumps(value, ensure_ascii=False)}\n"
        for name, value in choices
        if value != Choices.model_fields[name].default
    ]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(HEAD + "".join(lines), encoding="utf-8")
