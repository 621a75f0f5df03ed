"""The serverless store: one DynamoDB table."""

from __future__ import annotations

from infra.store.dynamodb.figures import FigureItems
from infra.store.dynamodb.listed_responders import ListedResponders
from infra.store.dynamodb.lists import ListItems
from infra.store.dynamodb.mail_watch import MailWatch
from infra.store.dynamodb.needs import NeedItems
from infra.store.dynamodb.outbox import OutboxItems
from infra.store.dynamodb.persons import PersonItems
from infra.store.dynamodb.postcodes import PostcodeItems
from infra.store.dynamodb.seen import SeenItems
from infra.store.dynamodb.signing_in import SigningInItems
from infra.store.dynamodb.turns import TurnItems


class DynamoStore(
    NeedItems,
    OutboxItems,
    MailWatch,
    ListItems,
    PersonItems,
    SeenItems,
    FigureItems,
    PostcodeItems,
    ListedResponders,
    SigningInItems,
    TurnItems,
):
    """Everything Muster keeps, in one DynamoDB table; `infra/store/dynamodb/table.py` says how."""
