"""AWS: one file, one Lambda function, each only a way in. Whatever is imported from here is ready to answer."""

from __future__ import annotations

from lambdas.starting import on_lambda, start

if on_lambda():
    start()
