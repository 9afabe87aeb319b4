"""The addresses of the home page, of tasks, and of the server's own health."""

from kaocheng.access.endpoints import Endpoint, Open
from kaocheng.access.permissions import Permission
from kaocheng.web.home import chasing, tasks, views

SEE, CHASE = Permission.SEE_TASKS, Permission.CHASE_TASKS
MATTER = "tasks/matters/<slug:kind>/<slug:id>"

ENDPOINTS = (
    Endpoint("health", "healthz", views.health, Open.PUBLIC),
    Endpoint("root", "", views.root, Open.PUBLIC),
    Endpoint("home", "home", views.home, Open.SIGNED_IN),
    Endpoint("tasks", "tasks", tasks.own, SEE),
    Endpoint("tasks-below", "tasks/below", tasks.below, CHASE),
    Endpoint("tasks-owed", "tasks/owed", tasks.owed, CHASE),
    Endpoint("tasks-matters", "tasks/matters", chasing.list_matters, CHASE),
    Endpoint("matter", MATTER, chasing.show_matter, CHASE),
    Endpoint("matter-picture", f"{MATTER}/picture.png", chasing.draw_matter, CHASE),
    Endpoint("matter-remind", f"{MATTER}/remind", chasing.remind, CHASE, ("POST",)),
)
