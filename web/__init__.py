"""ANSWERS: the pages partners and residents see. Never imports Prefect."""
