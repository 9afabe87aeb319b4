"""The addresses of these pages."""

from kaocheng.access.endpoints import Endpoint
from kaocheng.access.permissions import Permission
from kaocheng.web.administration import accounts, settings

SYSTEM, SECURITY = Permission.ADMINISTER_SYSTEM, Permission.ADMINISTER_ACCOUNTS
POST = ("POST",)

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("accounts", "administration/accounts", accounts.list_accounts, SECURITY),
    Endpoint(
        "account-admin-make",
        "administration/accounts/make",
        accounts.make_account,
        SECURITY,
        ("GET", "POST"),
    ),
    Endpoint(
        "account-admin",
        "administration/accounts/<int:account_id>",
        accounts.show_account,
        SECURITY,
    ),
    Endpoint(
        "account-admin-change",
        "administration/accounts/<int:account_id>/change",
        accounts.change_account,
        SECURITY,
        POST,
    ),
    Endpoint("accounts-security", "administration/security", settings.security_settings, SECURITY),
    Endpoint(
        "accounts-security-change",
        "administration/security/change",
        settings.change_security,
        SECURITY,
        POST,
    ),
    Endpoint(
        "accounts-administrators",
        "administration/administrators",
        accounts.list_administrators,
        SECURITY,
    ),
    Endpoint(
        "accounts-administrator-appoint",
        "administration/administrators/appoint",
        accounts.appoint_administrator,
        SECURITY,
        POST,
    ),
    Endpoint(
        "accounts-administrator-end",
        "administration/administrators/<int:appointment_id>/end",
        accounts.end_administrator,
        SECURITY,
        POST,
    ),
    Endpoint("system", "administration/system", settings.system_settings, SYSTEM),
    Endpoint(
        "system-change",
        "administration/system/change",
        settings.change_system,
        SYSTEM,
        POST,
    ),
)
