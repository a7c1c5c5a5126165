"""Stores that many machines share: an index lives in one as a generation, beside its vectors."""
