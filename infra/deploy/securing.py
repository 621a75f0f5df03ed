"""The table in use is backed up, protected and swept, also where it was restored: AWS restores none of the three."""

from __future__ import annotations

from infra.aws import client
from infra.aws.failing import explained
from infra.deploy.changing import Tell
from infra.store.dynamodb.table import ENDS_AT


def make_safe(table: str, tell: Tell) -> None:
    """Switch on what is off. A second time there is nothing to do. Raises `AwsFailed`."""
    dynamodb = client("dynamodb")
    with explained(f"Making the table {table} safe"):
        if not dynamodb.describe_table(TableName=table)["Table"].get("DeletionProtectionEnabled"):
            dynamodb.update_table(TableName=table, DeletionProtectionEnabled=True)
            tell(f"{table}: protected from deletion")
        backups = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
        if backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") != "ENABLED":
            on = {"PointInTimeRecoveryEnabled": True}
            dynamodb.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=on)
            tell(f"{table}: backed up, every second of 35 days")
        ttl = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
        if ttl.get("AttributeName") != ENDS_AT:
            swept = {"Enabled": True, "AttributeName": ENDS_AT}
            dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=swept)
            tell(f"{table}: what has ended is swept away")
