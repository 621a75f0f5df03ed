"""One deployment: what would change in both stacks, and changing it, in the one order that works."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from infra.aws import checking as aws
from infra.deploy import changing, keeping_secrets
from infra.deploy.building import LIGHT, WORKER, Built, CannotBuild, Zip
from infra.deploy.changing import Change, StackPlan, Tell
from infra.deploy.checking import room_for_workers
from infra.deploy.choices import Choices
from infra.deploy.securing import make_safe
from infra.deploy.uploading import bucket_name, key_of, make_bucket, upload
from infra.stack import COMPUTE, KEPT

NOT_KNOWN_YET = "known-once-made"
IRREPLACEABLE = frozenset({"Table", "Key", "Secret", "Api"})
FROM_CHOICES = {
    "Council": "council", "Phone": "phone", "Sender": "sender", "ReplyTo": "reply_to", "AlarmEmail": "alarm_email",
    "Timezone": "timezone", "Nation": "nation", "Sms": "sms", "HeartbeatUrl": "heartbeat_url", "Domain": "domain",
    "CertificateArn": "certificate_arn", "SignIn": "sign_in", "OidcIssuer": "oidc_issuer",
    "OidcClientId": "oidc_client_id", "OidcRolesClaim": "oidc_roles_claim", "OidcRoles": "oidc_roles",
    "PrefectApiUrl": "prefect_api_url", "LogDays": "log_days", "RequestsPerSecond": "requests_per_second",
    "RequestsAtOnce": "requests_at_once",
}  # fmt: skip


@dataclass(frozen=True)
class Deployment:
    """What would change, and what with."""

    choices: Choices
    account: str
    region: str
    built: Built
    kept: StackPlan
    compute: StackPlan
    secrets: tuple[str, ...] = ()

    @property
    def is_nothing(self) -> bool:
        return not self.changes and not self.secrets

    @property
    def changes(self) -> tuple[Change, ...]:
        return self.kept.changes + self.compute.changes

    @property
    def loses(self) -> list[str]:
        """What is kept and would be replaced or removed."""
        return [change.resource for change in self.kept.changes if change.loses and change.resource in IRREPLACEABLE]

    @property
    def bucket(self) -> str:
        return bucket_name(self.account, self.region)


def read_built(folder: Path) -> Built:
    """The zips that `python -m infra.deploy.building --out FOLDER` left. Raises `CannotBuild`."""
    parts = []
    for part in (LIGHT, WORKER):
        path = folder / f"{part}.zip"
        if not path.is_file():
            raise CannotBuild(f"{path} is not there; `python -m infra.deploy.building --out {folder}` makes it")
        content = path.read_bytes()
        parts.append(Zip(part, path, hashlib.sha256(content).hexdigest(), len(content), 0))
    return Built(*parts)


def prepare(choices: Choices, account: str, region: str, built: Built) -> Deployment:
    """Find out what would change. Nothing has yet; `discard` takes away what was made to find out."""
    kept = changing.plan(KEPT, choices.kept_stack, {"Name": choices.name, "Identity": _identity(choices)})
    empty = StackPlan(choices.compute_stack)
    secret = secret_of(choices)
    secrets = tuple(keeping_secrets.missing_from(secret)) if secret else ()
    found = Deployment(choices, account, region, built, kept, empty, secrets)
    return replace(found, compute=changing.plan(COMPUTE, choices.compute_stack, _parameters(found)))


def discard(deployment: Deployment) -> None:
    changing.discard(deployment.kept)
    changing.discard(deployment.compute)


def carry_out(deployment: Deployment, tell: Tell) -> dict[str, str]:
    """Upload, change what is kept, fill the secret, change what runs. Returns the outputs. Raises `AwsFailed`."""
    choices = deployment.choices
    if deployment.is_nothing:
        make_safe(choices.table_in_use, tell)
        return changing.outputs_of(choices.compute_stack)
    if make_bucket(deployment.bucket, deployment.account, deployment.region):
        tell(f"made: the bucket {deployment.bucket}")
    for key, file in zips(deployment).items():
        if upload(file, deployment.bucket, key, deployment.account):
            tell(f"uploaded: {key}")
    kept_is_new = not changing.outputs_of(choices.kept_stack)
    changing.carry_out(changing.make_ready(KEPT, deployment.kept), tell)
    make_safe(choices.table_in_use, tell)
    filled = keeping_secrets.fill_secret(secret_of(choices))
    if filled:
        tell(f"in the secret: {', '.join(filled)}")
    compute = deployment.compute
    if kept_is_new or filled:  # only now is it known what the functions are to use
        changing.discard(compute)
        compute = changing.plan(COMPUTE, choices.compute_stack, _parameters(deployment))
    changing.carry_out(changing.make_ready(COMPUTE, compute), tell)
    return changing.outputs_of(choices.compute_stack)


def zips(deployment: Deployment) -> dict[str, Path]:
    """What is uploaded: its key in the bucket, and where it lies."""
    name, parts = deployment.choices.name, (deployment.built.light, deployment.built.worker)
    return {key_of(name, one.hash, one.part): one.path for one in parts}


def secret_of(choices: Choices) -> str:
    """The secret's ARN, as its stack says it; empty where there is none yet."""
    return changing.outputs_of(choices.kept_stack).get("SecretArn", "")


def renew_functions(choices: Choices, tell: Tell) -> None:
    """Start every function anew with the secret as it is now; nothing else of the stack changes."""
    now = changing.parameters_of(choices.compute_stack)
    wanted = now | {"SecretVersion": keeping_secrets.version_of(secret_of(choices))}
    changing.carry_out(changing.plan(COMPUTE, choices.compute_stack, wanted), tell)


def _identity(choices: Choices) -> str:
    """What the kept stack makes in SES: the sender's domain, unless this account's SES has it already."""
    made = changing.parameters_of(choices.kept_stack).get("Identity", "")
    there, found = aws.find_identity(choices.sender)
    return made if found is not None and there == made else "" if found is not None else choices.sender_domain


def _parameters(deployment: Deployment) -> Mapping[str, str]:
    choices = deployment.choices
    kept = changing.outputs_of(choices.kept_stack)
    reserved_now = int(changing.parameters_of(choices.compute_stack).get("WorkersAtOnce", "0"))
    secret = secret_of(choices)
    light_key, worker_key = zips(deployment)
    return {
        **{parameter: str(getattr(choices, name)) for parameter, name in FROM_CHOICES.items()},
        "Name": choices.name,
        "WorkersAtOnce": str(room_for_workers(choices, reserved_now)),
        "CodeBucket": deployment.bucket,
        "LightKey": light_key,
        "WorkerKey": worker_key,
        "Table": choices.table_in_use,
        "KeyArn": kept.get("KeyArn", NOT_KNOWN_YET),
        "ApiId": kept.get("ApiId", NOT_KNOWN_YET),
        "SecretArn": secret or NOT_KNOWN_YET,
        "SecretVersion": (keeping_secrets.version_of(secret) if secret else "") or NOT_KNOWN_YET,
    }
