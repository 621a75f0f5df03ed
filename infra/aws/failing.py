"""What AWS refused, as one sentence: what was being done, what AWS said, what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

SIGN_IN = "Sign in (`aws sso login`, with AWS_PROFILE set), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
UNKNOWN = {
    "ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException",
    "SignatureDoesNotMatch", "AuthFailure", "InvalidAccessKeyId",
}  # fmt: skip
DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "403"}
ACTION = re.compile(
    r"not authorized to perform:? ([a-z0-9-]+:[A-Za-z]+)(?: on resource:? ([^\s<]+?))?(?: because|[.,]?\s|<|$)"
)
NO_QUEUE = {"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"}
TOO_FAST = {"Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded"}


class AwsFailed(Exception):
    """AWS did not do what was asked. The message is a whole sentence."""


@contextmanager
def explained(doing: str) -> Iterator[None]:
    """Whatever boto3 raises in here becomes `AwsFailed`, beginning with what was being done ("Reading the queue")."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as refused:
        raise AwsFailed(f"{doing}: {_refusal(refused)}") from None
    except BotoCoreError as failed:
        raise AwsFailed(f"{doing}: {_failure(failed)}") from None


def code_of(error: Exception) -> str:
    """AWS's own name for what went wrong; empty where it is none of AWS's."""
    response = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))


def _refusal(refused: Exception) -> str:
    code, operation = code_of(refused), getattr(refused, "operation_name", "")
    message = getattr(refused, "response", {}).get("Error", {}).get("Message", "").strip().rstrip(".")
    if code in UNKNOWN:
        return f"AWS does not know who asks ({code}). {SIGN_IN}."
    if code in DENIED:
        found = ACTION.search(message)
        action = found[1] if found else operation
        where = f" on {found[2]}" if found and found[2] else ""
        return f"you may not {action}{where}. Ask whoever runs the account for that permission."
    if code in NO_QUEUE:
        return "it is not there. Run `muster deploy`."
    if code in TOO_FAST:
        return f"AWS takes no more requests just now ({operation}). Try again in a minute."
    return f"AWS answered {code} to {operation}: {message}."


def _failure(failed: Exception) -> str:
    from botocore import exceptions

    match failed:
        case exceptions.NoRegionError():
            return "no region is chosen. Set AWS_REGION, such as eu-west-2 (London)."
        case (
            exceptions.NoCredentialsError()
            | exceptions.PartialCredentialsError()
            | exceptions.CredentialRetrievalError()
        ):
            return f"there are no credentials. {SIGN_IN}."
        case exceptions.TokenRetrievalError() | exceptions.SSOError():
            return f"the sign-in has ended. {SIGN_IN}."
        case exceptions.ProfileNotFound():
            return f"{failed}. Check AWS_PROFILE."
        case exceptions.EndpointConnectionError() | exceptions.HTTPClientError():
            return "AWS cannot be reached. Check the network, AWS_REGION and AWS_ENDPOINT_URL."
        case _:
            return f"{failed}."
