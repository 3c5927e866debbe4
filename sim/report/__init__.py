"""What a reader gets: figures, chapters, tables, one page."""
