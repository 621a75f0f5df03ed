"""What an answer of AWS's, or its silence, means for a message that was to be sent once."""

from __future__ import annotations

import ssl

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ParamValidationError,
    ProxyConnectionError,
    SSLError,
)
from botocore.parsers import ResponseParserError

from notifications.channels import Down, Refused, Result, Unknown, scrub

TROUBLE = (BotoCoreError, ClientError, ResponseParserError)
_NEVER_THERE = (EndpointConnectionError, ConnectTimeoutError, ProxyConnectionError)
_NOBODYS_FAULT = frozenset(  # it would say so to any message: who we are, what we may, how much, how fast
    {
        "AccessDenied",
        "AccessDeniedException",
        "AccountSuspendedException",
        "AuthorizationError",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "KMSThrottling",
        "LimitExceededException",
        "MailFromDomainNotVerifiedException",
        "MissingAuthenticationToken",
        "NotFoundException",
        "RequestExpired",
        "RequestTimeout",
        "RequestTimeTooSkewed",
        "SendingPausedException",
        "SignatureDoesNotMatch",
        "Throttled",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "UnrecognizedClientException",
    }
)


def judge(trouble: Exception, *private: str) -> Result:
    """What became of the message. `private`: what must not be repeated of what was said."""
    if isinstance(trouble, ClientError):
        return _judge_reply(trouble, *private)
    why = scrub(f"AWS did not answer ({type(trouble).__name__})", *private)
    if isinstance(trouble, ParamValidationError):
        return Refused(0, why, recipient_bad=False)
    if isinstance(trouble, _NEVER_THERE) or _never_trusted(trouble):
        return Down(why)
    if isinstance(trouble, HTTPClientError | ResponseParserError):
        return Unknown(why)
    return Down(f"AWS cannot be asked from here ({type(trouble).__name__})")  # no region, no credentials: nothing left


def said(trouble: ClientError) -> tuple[str, int, str]:
    """The code, the HTTP status and the words of a reply that is no success."""
    error = trouble.response.get("Error", {})
    status = trouble.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return str(error.get("Code", "")), int(status), str(error.get("Message", ""))


def _judge_reply(trouble: ClientError, *private: str) -> Result:
    code, status, words = said(trouble)
    why = scrub(f"{code}: {words}", *private)
    if code in _NOBODYS_FAULT or status in (403, 429, 503):
        return Down(why)
    if status >= 500:  # it broke while it had our message in hand
        return Unknown(why)
    return Refused(status, why, recipient_bad=False)


def _never_trusted(trouble: Exception) -> bool:
    """Did the connection fail before anything was said, because whoever answers is not whom we want?"""
    cause = getattr(trouble, "kwargs", {}).get("error")
    return isinstance(trouble, SSLError) and _holds(cause, ssl.SSLCertVerificationError)


def _holds(cause: object, kind: type[Exception]) -> bool:
    """Is this error of that kind, or made from one that is?"""
    return isinstance(cause, kind) or any(_holds(arg, kind) for arg in getattr(cause, "args", ()))
