"""WHY: models and decisions. Pure: pydantic and the standard library, no clock, no reading or writing."""
