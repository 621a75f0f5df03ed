"""Has this process been told to stop? Work in rounds looks here between two of them."""

from __future__ import annotations

import threading

stop_asked = threading.Event()
