"""What is read from ``configs``: plans, cities, instruments, levers, kinds, numbers."""
