"""What new_year_load_test.py is made of: options, the way in, the run, its outcome and reports."""
