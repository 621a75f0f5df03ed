"""The officers' console: what waits, every need, and every command an officer has."""
