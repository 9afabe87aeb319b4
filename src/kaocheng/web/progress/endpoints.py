"""The addresses of long work: how far it is, and taking it back."""

from kaocheng.access.endpoints import Endpoint, Open
from kaocheng.web.progress import views

ENDPOINTS = (
    Endpoint("job", "jobs/<int:job_id>", views.job, Open.SIGNED_IN),
    Endpoint("job-cancel", "jobs/<int:job_id>/cancel", views.cancel, Open.SIGNED_IN, ("POST",)),
)
