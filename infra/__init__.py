"""WHERE: settings, clock, door, store, worker: what Muster runs on."""
