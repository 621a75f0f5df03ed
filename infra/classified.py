"""What is kept where: every column and attribute in the stores, every field of what is kept whole, in its class."""

from __future__ import annotations

import re

from pydantic import BaseModel

from domain.events import Event
from domain.incidents import Incident
from domain.invitations import Invitation
from domain.keeping import TIMED, Kept
from domain.messages import Message
from domain.needs import Need, Resident
from domain.officers import Officer, Task
from domain.responders import Contact, Responder

DOCUMENTS: dict[str, type[BaseModel]] = {
    "contacts": Contact,
    "events": Event,
    "incidents": Incident,
    "invitations": Invitation,
    "messages": Message,
    "needs": Need,
    "officers": Officer,
    "residents": Resident,
    "responders": Responder,
    "tasks": Task,
}
"""What the column `doc` of a table holds."""

FIELDS: dict[type[BaseModel], dict[Kept, str]] = {
    Contact: {Kept.directory: "email phone name"},
    Event: {Kept.story: "need seq at code by round lines responders facts"},
    Incident: {Kept.council: "id name place lead exercise opened_at held_at closed_at"},
    Invitation: {
        Kept.story: "id need responder cycle kid version status reason asked_at answer_by reminded_at remind_from"
        " shares contact answered_at answered_by fingerprint note why call_from chased_at held_for confirm_by cleared"
        " visitor counted",
        Kept.shared_words: "moving",
    },
    Message: {Kept.story: "id need kind to seq created_at urgent contact invitation task channel"},
    Need: {
        Kept.story: "id version status outcome category lines area needed_by urgent opened_at playbook cycle events kid"
        " wake_at resident_told delay_told resident_asked_at resident_said past_due_at closed_at edition held_at"
        " held_until before_hold incident place exercise sensitive keep_from like lawful_basis kept_since",
        Kept.shared_words: "point summary urgent_because",
    },
    Officer: {Kept.council: "id name email phone role disabled"},
    Resident: {
        Kept.contact: "name email phone address notes contact_by referrer_name referrer_email referrer_phone",
    },
    Responder: {
        Kept.directory: "id name sector capabilities point radius_km areas capacity checks weekly_limit paused_until"
        " days_off quiet opening exercises muted contacts source own",
    },
    Task: {
        Kept.story: "id need kind status created_at officer take_by passes kid invitation lines note more told_at"
        " unheard had attempts tried_at again_at outcome",
    },
}

COLUMNS: dict[str, dict[Kept, str]] = {
    "able": {Kept.directory: "code responder sector lat lon has_areas contacts weekly_limit"},
    "accounts": {Kept.access: "officer password failures locked_until link link_until"},
    "apart": {Kept.safety: "key responder at"},
    "api_keys": {Kept.access: "id hash name rights made_by made_at used_at revoked_at"},
    "attempts": {Kept.access: "hash state nonce verifier until next link"},
    "audit": {Kept.access: "seq at who what about detail previous hash"},
    "contacts": {Kept.directory: "responder"},
    "events": {Kept.story: "need seq"},
    "figures": {Kept.running: "name at until counted"},
    "heard": {Kept.directory: "responder asked yes"},
    "heard_of_sectors": {Kept.council: "sector asked yes"},
    "identities": {Kept.access: "issuer subject officer at"},
    "incidents": {Kept.council: "id opened_at held"},
    "invitations": {Kept.story: "id need responder"},
    "leases": {Kept.running: "name holder fence until"},
    "ledger": {Kept.ask_counts: "responder week taken"},
    "listed": {
        Kept.story: "need band at status category area needed_by incident exercise officer needed covered word_at"
        " word_from",
    },
    "marks": {Kept.running: "name at"},
    "messages": {
        Kept.story: "seq id need recipient urgent state attempt refusals again fence not_before changed_at kind contact"
        " channel waits carrier",
        Kept.message_bodies: "frozen provider_id why",
    },
    "mutes": {Kept.directory: "responder category at"},
    "needs": {
        Kept.story: "id version status outcome category area needed_by opened_at wake_at failures incident exercise"
        " held closed_second kept",
        Kept.shared_words: "key key_digest",
    },
    "networks": {Kept.access: "officer network failures locked_until seen_at"},
    "notes": {Kept.words: "id need words"},
    "officers": {Kept.council: "seq id email"},
    "periods": {Kept.council: "class length"},
    "postcodes": {Kept.council: "postcode lat lon ward"},
    "resident_keys": {Kept.resident_keys: "key need opened_at"},
    "residents": {Kept.contact: "need"},
    "responders": {
        Kept.directory: "id name sector lat lon has_areas contacts weekly_limit put_at paused_until",
    },
    "sessions": {Kept.access: "hash id officer how began_at seen_at ends_at"},
    "sqlite_sequence": {Kept.running: "name seq"},
    "tasks": {Kept.story: "id need status officer"},
    "tokens": {Kept.links: "hash purpose target need"},
    "wards": {Kept.council: "code name"},
}


ITEMS: dict[str, dict[Kept, str]] = {
    "able": {Kept.directory: "contacts lat lon sector weekly_limit"},
    "accounts": {Kept.access: "failures link locked_until password"},
    "addresses_of_officers": {Kept.council: "officer"},
    "apart": {Kept.safety: "at"},
    "apart_kids": {Kept.safety: ""},
    "api_keys": {Kept.access: "hash made_at made_by name revoked_at rights used_at"},
    "api_keys_by_hash": {Kept.access: "id"},
    "areas": {Kept.council: ""},
    "attempts": {Kept.access: "state nonce verifier until next link ends_at"},
    "audit": {Kept.access: "about at detail hash number previous what who"},
    "contacts": {Kept.directory: ""},
    "count_of_officers": {Kept.council: "count"},
    "errands": {Kept.running: "at incident not_before reached"},
    "events": {Kept.story: "wrote"},
    "figures": {Kept.running: "at until counted ends_at"},
    "heard": {Kept.directory: "asked yes"},
    "heard_of_sectors": {Kept.council: "asked yes"},
    "identities": {Kept.access: "at officer"},
    "identities_of_officers": {Kept.access: "person"},
    "incidents": {Kept.council: ""},
    "incidents_by_age": {Kept.council: "held"},
    "invitations": {Kept.story: "order puts"},
    "journals": {Kept.contact: "chunk needs"},  # whatever a change holds, until it is carried out: at most a day
    "keys": {Kept.shared_words: "need"},
    "leases": {Kept.running: "fence holder until"},
    "ledger": {Kept.ask_counts: "taken"},
    "marks": {Kept.running: "at"},
    "messages": {
        Kept.story: "state attempt refusals again fence not_before changed_at order incident worry waits carrier"
        " carries",
        Kept.message_bodies: "frozen provider_id why",
    },
    "months": {Kept.running: ""},
    "needs": {
        Kept.story: "version parts failures status outcome category area needed_by opened_at wake_at woken incident"
        " exercise held aside kept closed_at tasks journal",
        Kept.shared_words: "key digest row",
    },
    "needs_of_incidents": {Kept.story: "place status"},
    "networks": {Kept.access: "failures locked_until seen_at ends_at"},
    "notes": {Kept.words: "words"},
    "officers": {Kept.council: "order version", Kept.access: "links_ended signed_out"},
    "outwards": {Kept.council: ""},
    "periods": {Kept.council: " ".join(kept.value for kept in TIMED)},
    "postcodes": {Kept.council: "lat lon ward"},
    "references": {Kept.story: ""},
    "resident_guards": {Kept.resident_keys: "version"},
    "resident_keys": {Kept.resident_keys: ""},
    "residents": {Kept.contact: ""},
    "responders": {Kept.directory: "put_at row version wakes alias"},
    "retention": {Kept.story: "found_by"},
    "sessions": {Kept.access: "began_at ends_at how id officer seen_at signed_out until"},
    "set_up_links": {Kept.access: "links_ended officer until ends_at"},
    "tasks": {Kept.story: "order puts row"},
    "tokens": {Kept.links: "need purpose target"},
    "turns": {Kept.running: "holder until ends_at"},
    "wards": {Kept.council: "name"},
}
"""What items of the DynamoDB table hold, by their kind, beside `doc`. Keys and places in indexes are of the first
class that is named."""

KEY = re.compile("(alarm_|list_|time_)?[ps]k")


def class_of_attribute(kind: str, attribute: str) -> Kept | None:
    """The class of one attribute of items of this kind; `None` if nobody has decided."""
    classes = ITEMS.get(kind, {})
    return next(iter(classes), None) if KEY.fullmatch(attribute) else _class(classes, attribute)


def is_whole(kind: str, attribute: str) -> bool:
    """Is this what is kept whole, whose fields have classes of their own?"""
    return attribute == "doc" and kind in DOCUMENTS


def class_of_field(model: type[BaseModel], field: str) -> Kept | None:
    """The class of one field of what is kept whole; `None` if nobody has decided."""
    return _class(FIELDS.get(model, {}), field)


def class_of_column(table: str, column: str) -> Kept | None:
    """The class of one column; `None` if nobody has decided. What `doc` holds has classes of its own."""
    return _class(COLUMNS.get(table, {}), column)


def _class(known: dict[Kept, str], name: str) -> Kept | None:
    return next((kept for kept, names in known.items() if name in names.split()), None)
