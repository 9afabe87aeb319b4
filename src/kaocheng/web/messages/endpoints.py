"""The addresses of messages."""

from kaocheng.access.endpoints import Endpoint, Open
from kaocheng.access.permissions import Permission
from kaocheng.web.messages import robot, views

ISSUE = Permission.ISSUE_NOTICES
POST = ("POST",)

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("messages", "messages", views.list_messages, Open.SIGNED_IN),
    Endpoint("group-robot", "messages/robot", robot.show, ISSUE, ("GET", "POST")),
    Endpoint("group-robot-remove", "messages/robot/remove", robot.remove, ISSUE, POST),
    Endpoint("messages-read", "messages/read", views.read_all, Open.SIGNED_IN, POST),
    Endpoint(
        "message-open", "messages/<int:message_id>/open", views.open_one, Open.SIGNED_IN, POST
    ),
)
