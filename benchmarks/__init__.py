"""How fast, how many, how much memory: Muster as it runs, beside what one would build with Prefect alone."""
