"""The addresses of messages."""

from kaocheng.access.endpoints import Endpoint, Open
from kaocheng.web.messages import views

POST = ("POST",)

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("messages", "messages", views.list_messages, Open.SIGNED_IN),
    Endpoint("messages-read", "messages/read", views.read_all, Open.SIGNED_IN, POST),
    Endpoint(
        "message-open", "messages/<int:message_id>/open", views.open_one, Open.SIGNED_IN, POST
    ),
)
