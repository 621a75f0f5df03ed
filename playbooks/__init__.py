"""RESPONSES: the playbooks and categories shipped, as YAML that a council reads and edits."""
