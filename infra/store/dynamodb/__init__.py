"""The serverless store: one DynamoDB table."""

from __future__ import annotations

from infra.store.dynamodb.needs import NeedItems


class DynamoStore(NeedItems):
    """Everything Muster keeps, in one DynamoDB table; `infra/store/dynamodb/table.py` says how."""
