"""The console: one file a page. Each asks the stores, and says what its template needs."""
