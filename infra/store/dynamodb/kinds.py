"""What an item is, by its key; called as a table would be that held nothing else."""

from __future__ import annotations

BY_BOTH = {
    ("N", "0need"): "needs",
    ("N", "1resident"): "residents",
    ("N", "2invitation"): "invitations",
    ("N", "3task"): "tasks",
    ("N", "event"): "events",
    ("N", "kept"): "retention",
    ("N", "message"): "messages",
    ("N", "note"): "notes",
    ("I", "incident"): "incidents",
    ("I", "need"): "needs_of_incidents",
    ("R", "0responder"): "responders",
    ("R", "contacts"): "contacts",
    ("R", "heard"): "heard",
    ("R", "week"): "ledger",
    ("W", "apart"): "apart",
    ("W", "guard"): "resident_guards",
    ("S", "account"): "accounts",
    ("S", "network"): "networks",
    ("S", "person"): "identities_of_officers",
    ("SETTINGS", "officers"): "count_of_officers",
    ("SETTINGS", "periods"): "periods",
}
BY_PARTITION = {
    "APART-KIDS": "apart_kids",
    "API-KEY": "api_keys_by_hash",
    "API-KEYS": "api_keys",
    "AREAS": "areas",
    "ATTEMPT": "attempts",
    "AUDIT": "audit",
    "C": "able",
    "ERRANDS": "errands",
    "FIGURES": "figures",
    "INCIDENTS": "incidents_by_age",
    "K": "keys",
    "L": "set_up_links",
    "LEASE": "leases",
    "MARKS": "marks",
    "MONTHS": "months",
    "OFFICER-ADDRESSES": "addresses_of_officers",
    "OFFICERS": "officers",
    "OUTWARDS": "outwards",
    "P": "postcodes",
    "PERSON": "identities",
    "REF": "references",
    "SECTORS": "heard_of_sectors",
    "SESSION": "sessions",
    "T": "tokens",
    "TURN": "turns",
    "W": "resident_keys",
    "WARDS": "wards",
    "journal": "journals",
}


def kind_of(pk: str, sk: str) -> str:
    """The kind of the item with this key; the beginning of the key itself, where nobody has said."""
    whose, what = pk.partition("#")[0], sk.partition("#")[0]
    return BY_BOTH.get((whose, what)) or BY_PARTITION.get(whose) or f"{whose}/{what}"
