"""Reports to the owner of a domain about mail that was meant for it and sent to a lookalike."""
