"""Articles read, cleaned, cut and embedded batch by batch by many workers, into an index as one process builds it."""
