"""What is kept of refused mail: numbers, by day, pair of names and sending organisation."""
