"""`make up` and `make down`: Docker Compose with checks before, and plain words after."""
