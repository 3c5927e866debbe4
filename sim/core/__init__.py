"""The ground: addressed draws, stable ids, tables, numbers with units, quarters, errors."""
