"""Every read that is more than one row by its id; a page takes one frozen view-model."""
