"""Where AWS comes in: one file, one Lambda function."""
