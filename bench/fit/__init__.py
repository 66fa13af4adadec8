"""Fitting the models; see docs/explanation/deciding.md."""
