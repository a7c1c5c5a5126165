"""The ruler: a gold set of questions over articles, and what is measured with it."""
