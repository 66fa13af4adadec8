"""What the console and the API take with a million decisions in the store."""
