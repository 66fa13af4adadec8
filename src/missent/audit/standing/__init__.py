"""LOOKS at standing destinations: forwards, aliases, lists, address books."""
