"""What new_year_load_test.py is made of: options, the server's check, the run, its output."""
