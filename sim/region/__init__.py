"""One city under one mix: its start, its quarter, its record, its Mesa model."""
