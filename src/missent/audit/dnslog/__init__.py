"""Query logs of authoritative name servers: who asks for the mail of names that do not exist."""
