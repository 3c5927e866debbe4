"""What is measured of a city, for targets and as context."""
