from domain.playbooks import Playbook
def test_x(town):
    pb = Playbook.model_validate(dict(name="two-rounds", title="x", rounds=[dict(name="neighbours", sectors=["volunteer"], ask=4, patience="2h", remind_after="1h"), dict(name="groups", sectors=["voluntary"], ask=4, patience="4h")]))
    town.has_officer("Dana")
    town.has("Sam", "volunteer", "food-parcel")
    town.has("Good Neighbours", "voluntary", "food-parcel")
    need = town.resident_needs("Groceries", "food-parcel:2", playbook=pb)
    town.inbox("Amina").expects("Ambleford")
    town.inbox("Sam").expects("2 food parcels")
    town.time_passes("1h")
    town.inbox("Sam").expects("2 food parcels")
    town.time_passes("1h")
    town.inbox("Good Neighbours").expects("2 food parcels").and_says_yes()
    town.inbox("Good Neighbours").expects("This is what we recorded")
    town.inbox("Good Neighbours").expects("Name: Amina")
    town.inbox("Sam").expects("No longer")
    town.inbox("Amina").expects("Good Neighbours")
    town.time_passes("8d")
    m = town.inbox("Amina").expects("Did you get")
    s, page = m.answers(answer="yes")
    assert s == 200, page
    town.inbox("Good Neighbours").expects("")
    town.inbox("Amina").expects("")
    assert town.situation(need).need.outcome == "met"
