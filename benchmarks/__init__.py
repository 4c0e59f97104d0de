"""Measurements of the suite against itself or against bare PostgreSQL, as ratios of one run."""
