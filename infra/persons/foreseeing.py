"""What erasing a person comes to, before it is done."""

from __future__ import annotations

from collections.abc import Iterator

from domain.labels import say_list
from infra.door import Door
from infra.persons.finding import Person


def what_will_happen(door: Door, person: Person) -> Iterator[str]:
    """What erasing comes to, sentence by sentence; also where nothing is done yet."""
    if person.resident_of:
        needs = say_list(person.resident_of)
        yield f"They are the resident of {needs}: their details, what people wrote and the messages sent are erased."
    if spoken := [need for need in person.speaks_in if need not in person.resident_of]:
        yield f"They speak for the resident of {say_list(spoken)}: they are taken out, and the resident stays."
    for helper in person.helpers:
        yield f"They are the helper {helper.name} ({helper.id}): out of the directory, and “A helper” in every story."
    if person.contact_of:
        names = door.store.responder_names(person.contact_of)
        yield f"They are a contact of {say_list(names.values())}: that contact is taken out."
