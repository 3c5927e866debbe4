"""A city in one quarter: tables, public books, what is known and who may found what."""
