"""The addresses of handing in files and getting them back."""

from kaocheng.access.endpoints import Endpoint, Open
from kaocheng.web.files import views

ENDPOINTS = (
    Endpoint("files", "files", views.files, Open.SIGNED_IN, methods=("GET", "POST")),
    Endpoint("file", "files/<int:use_id>", views.file, Open.SIGNED_IN),
    Endpoint("file-content", "files/<int:use_id>/content", views.content, Open.SIGNED_IN),
    Endpoint(
        "file-withdraw", "files/<int:use_id>/withdraw", views.withdraw, Open.SIGNED_IN, ("POST",)
    ),
)
