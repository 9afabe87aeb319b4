"""The world outside: mail, SMS, files, the embedded PostgreSQL, the clock."""
