"""ASKS the DNS about a domain's mail, politely, and says so where it does not know."""
