"""A folder of files → articles: their text, what of it is the story, and what it tells about itself."""
