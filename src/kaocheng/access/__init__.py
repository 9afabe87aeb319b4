"""Who may do what: appointments, grants, the doors that fetch under them, the endpoints."""
