"""The addresses of collection forms: what we ask, what we have to fill."""

from kaocheng.access.endpoints import Endpoint
from kaocheng.access.permissions import Permission
from kaocheng.web.collections import designing, filling, progress

FILL, SEND, ASK = (
    Permission.FILL_COLLECTIONS,
    Permission.SUBMIT_COLLECTIONS,
    Permission.COLLECT,
)
FORM = "collections/<int:collection_id>"
PART = "collections/parts/<int:part_id>"
READ_AND_SEND = ("GET", "POST")

ENDPOINTS = (
    Endpoint("collections", "collections", filling.parts, FILL),
    Endpoint("collections-asked", "collections/asked", progress.forms, ASK),
    Endpoint("collection-new", "collections/new", designing.new, ASK, READ_AND_SEND),
    Endpoint("collection-edit", f"{FORM}/edit", designing.edit, ASK, READ_AND_SEND),
    Endpoint("collection-preview", f"{FORM}/preview", designing.preview_page, ASK),
    Endpoint("collection-open", f"{FORM}/open", designing.open_form, ASK, ("POST",)),
    Endpoint("collection-drop", f"{FORM}/drop", designing.drop, ASK, ("POST",)),
    Endpoint("collection-copy", f"{FORM}/copy", designing.copy, ASK, ("POST",)),
    Endpoint("collection", FORM, progress.board_page, ASK),
    Endpoint("collection-chase", f"{FORM}/chase", progress.chase, ASK, ("POST",)),
    Endpoint("collection-reminder", f"{FORM}/reminder", progress.reminder_page, ASK),
    Endpoint("collection-picture", f"{FORM}/reminder.png", progress.picture_file, ASK),
    Endpoint("collection-close", f"{FORM}/close", progress.close, ASK, ("POST",)),
    Endpoint("collection-reopen", f"{FORM}/reopen", progress.reopen, ASK, ("POST",)),
    Endpoint("collection-export", f"{FORM}/export", progress.export, ASK, ("POST",)),
    Endpoint("collection-part", PART, filling.part, FILL, READ_AND_SEND),
    Endpoint("collection-part-nothing", f"{PART}/nothing", filling.nothing, SEND, ("POST",)),
    Endpoint("collection-part-paste", f"{PART}/paste", filling.paste, FILL, READ_AND_SEND),
    Endpoint("collection-part-split", f"{PART}/split", filling.split, ASK, READ_AND_SEND),
    Endpoint("collection-part-take-back", f"{PART}/take-back", filling.back, ASK, ("POST",)),
    Endpoint("collection-part-return", f"{PART}/return", progress.return_page, ASK, READ_AND_SEND),
)
