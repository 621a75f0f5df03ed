"""A function begins with its secrets and its council's files, or not at all; its logs hold nothing private."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from infra.aws import client
from infra.settings import SettingsWrong, settings
from lambdas import starting
from lambdas.logs import Failed, JsonLines, invocation


@pytest.fixture
def secret(function: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Puts something into the secret that the function names."""
    monkeypatch.setattr(logging, "basicConfig", lambda **_: None)  # pytest's own logging is not ours to change
    for name in starting.NEEDED:
        monkeypatch.delenv(name)
    with mock_aws():
        monkeypatch.setenv("MUSTER_SECRET", "muster/test")

        def put(text: str) -> None:
            client("secretsmanager").create_secret(Name="muster/test", SecretString=text)

        before = dict(os.environ)
        yield put
        for name in set(os.environ) - set(before):
            del os.environ[name]
        os.environ.update(before)


def test_the_secret_is_there_before_settings_are_read(secret: Any) -> None:
    """Keys come out of the secret, and links are signed with them."""
    secret(json.dumps({"MUSTER_KEYS": "k7:" + "q" * 40, "MUSTER_STORE": "dynamodb://muster-test"}))
    starting.start()
    assert list(settings().signing_keys) == ["k7"]
    assert settings().store_url == "dynamodb://muster-test"


@pytest.mark.parametrize("held", ["not json hunter2", '["hunter2"]', '{"MUSTER_KEYS": 5}', '{"PATH": "hunter2"}'])
def test_a_secret_that_holds_no_settings_is_refused(secret: Any, held: str) -> None:
    """The sentence says what is wrong and repeats nothing of it."""
    secret(held)
    with pytest.raises(SettingsWrong, match="MUSTER_SECRET") as refused:
        starting.start()
    assert "hunter2" not in str(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_a_function_makes_no_keys_of_its_own(secret: Any) -> None:
    """Keys made in a function's own folder would open nobody's links an hour later, so it does not start."""
    secret("{}")
    with pytest.raises(SettingsWrong, match="MUSTER_KEYS and MUSTER_STORE"):
        starting.start()


def test_the_council_s_files_lie_in_a_home_that_can_be_written(
    function: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rota that was built in is the one that counts."""
    brought = tmp_path / "zip" / "home"
    brought.mkdir(parents=True)
    (brought / "rota.yaml").write_text("weeks: []\n")
    monkeypatch.setattr(starting, "BROUGHT_ALONG", brought)
    monkeypatch.setenv("MUSTER_HOME", str(tmp_path / "new" / "home"))
    starting.settle_home()
    starting.settle_home()  # a second process of the same machine finds it there
    assert (tmp_path / "new" / "home" / "rota.yaml").read_text() == "weeks: []\n"


def test_a_line_of_the_log_is_json_and_says_nothing_private() -> None:
    """Where it happened, in which request; not what Amina typed."""
    lines: list[Any] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(json.loads(JsonLines().format(record)))

    kept = Kept()
    logging.getLogger("muster").addHandler(kept)

    class Context:
        aws_request_id = "request-1"

    @invocation
    def fail(event: Any, context: Any) -> None:
        raise ValueError("Amina Example, 1 Test Street")

    try:
        with pytest.raises(Failed, match=r"^ValueError$") as failed:
            fail({}, Context())
    finally:
        logging.getLogger("muster").removeHandler(kept)
    (line,) = lines
    assert (line["request"], line["level"], line["trouble"]) == ("request-1", "ERROR", "ValueError")
    assert "fail" in line["places"]
    assert "Amina" not in json.dumps(line)
    assert failed.value.__suppress_context__  # Lambda's own log prints what is not


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Finished in state Failed('Flow run encountered an exception: Amina Example')", "Finished in state Failed"),
        ("Encountered exception during execution: KeyError('Amina Example')", "Encountered exception during execution"),
    ],
)
def test_prefect_s_words_about_a_failure_end_before_the_exception_s(said: str, kept: str) -> None:
    """Prefect repeats what an exception says; the function's log has where it was instead."""
    record = logging.LogRecord("prefect.flow_runs", logging.ERROR, __file__, 1, said, None, None)
    assert json.loads(JsonLines().format(record))["message"] == kept
