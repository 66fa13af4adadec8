"""LOOKS BACK over logs and mailboxes."""
