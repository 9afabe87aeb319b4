"""Background work: the runners, the scheduler, and what each kind of job does."""
