"""The receipts function, in this process: what does not fit into an invocation comes again, and nothing else does."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from lambdas import receipts


def test_what_there_is_no_time_for_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """S08: each record may have to wait its turn; ten of them must not outlast the invocation, or all would come again
    until they are put aside as dead."""
    clock = iter(range(0, 100, 7))
    taken: list[str] = []
    monkeypatch.setattr(receipts.time, "monotonic", lambda: float(next(clock)))
    monkeypatch.setattr(receipts, "the_door", lambda: None)
    monkeypatch.setattr(receipts.receipts, "receive", lambda door, body: taken.append(body))
    event = {"Records": [{"messageId": str(n), "body": f"record {n}"} for n in range(3)]}
    answered = receipts.receive(event, SimpleNamespace(aws_request_id="r-1"))
    assert taken == ["record 0"]
    assert answered == {"batchItemFailures": [{"itemIdentifier": "1"}, {"itemIdentifier": "2"}]}
