"""Finds whom to write to about a domain: security.txt, the registration data, the postmaster."""
