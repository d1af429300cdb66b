"""Contracts of datasets and frames as pandera schemas."""
