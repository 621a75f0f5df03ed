"""The API: needs, incidents, partners and playbooks for programs, by the same commands as everybody's."""
