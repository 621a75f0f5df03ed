"""What is known of one person: found, given to them, erased."""
