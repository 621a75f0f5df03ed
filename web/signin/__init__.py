"""Who an officer is: signing in, sessions, and what their role lets them do."""
