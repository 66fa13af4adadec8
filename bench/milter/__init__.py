"""The milter beside its peers, at a real Postfix."""
