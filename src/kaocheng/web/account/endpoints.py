"""The addresses of these pages."""

from kaocheng.access.endpoints import Endpoint, Open
from kaocheng.access.permissions import Permission
from kaocheng.web.account import delegations, own, passwords, sign_in, single_sign_on

BOTH = ("GET", "POST")
POST = ("POST",)
HELPS = Permission.HELP_WITH_SIGN_IN

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("sign-in", "sign-in", sign_in.sign_in_page, Open.PUBLIC, BOTH),
    Endpoint("sign-out", "sign-out", sign_in.sign_out, Open.PUBLIC, POST),
    Endpoint("second-factor", "sign-in/second-factor", sign_in.second_factor_page, Open.HALF, BOTH),
    Endpoint("second-factor-code", "sign-in/code", sign_in.second_factor_code, Open.HALF, POST),
    Endpoint("first-password", "sign-in/new-password", passwords.first_password, Open.HALF, BOTH),
    Endpoint("forgotten-password", "sign-in/forgotten", passwords.forgotten, Open.PUBLIC, BOTH),
    Endpoint("oidc-leave", "sign-in/oidc", single_sign_on.leave_for_oidc, Open.PUBLIC),
    Endpoint("oidc-return", "sign-in/oidc/return", single_sign_on.return_from_oidc, Open.PUBLIC),
    Endpoint("cas-leave", "sign-in/cas", single_sign_on.leave_for_cas, Open.PUBLIC),
    Endpoint("cas-return", "sign-in/cas/return", single_sign_on.return_from_cas, Open.PUBLIC),
    Endpoint("account", "account", own.account, Open.SIGNED_IN),
    Endpoint("account-password", "account/password", passwords.change, Open.SIGNED_IN, BOTH),
    Endpoint(
        "account-second-factor",
        "account/second-factor",
        own.set_up_second_factor,
        Open.HALF,
        BOTH,
    ),
    Endpoint(
        "account-second-factor-code", "account/second-factor/code", own.send_sms, Open.HALF, POST
    ),
    Endpoint(
        "account-second-factor-drop",
        "account/second-factor/drop",
        own.drop_second_factor,
        Open.SIGNED_IN,
        POST,
    ),
    Endpoint(
        "account-spare-codes",
        "account/spare-codes",
        own.print_spare_codes,
        Open.SIGNED_IN,
        POST,
    ),
    Endpoint("account-sessions", "account/sessions", own.sessions, Open.SIGNED_IN),
    Endpoint(
        "account-session-end",
        "account/sessions/<int:sign_in_id>/end",
        own.end_session,
        Open.SIGNED_IN,
        POST,
    ),
    Endpoint(
        "account-sessions-end-others",
        "account/sessions/end-others",
        own.end_other_sessions,
        Open.SIGNED_IN,
        POST,
    ),
    Endpoint("delegations", "delegations", delegations.delegations, Open.SIGNED_IN),
    Endpoint("delegation-grant", "delegations/grant", delegations.grant, Open.SIGNED_IN, POST),
    Endpoint(
        "delegation-slip", "delegations/slip", delegations.slip, Permission.MANAGE_PEOPLE, BOTH
    ),
    Endpoint(
        "delegation-end",
        "delegations/<int:delegation_id>/end",
        delegations.end,
        Open.SIGNED_IN,
        POST,
    ),
    Endpoint(
        "act-for",
        "delegations/<int:delegation_id>/act",
        delegations.act_for,
        Open.SIGNED_IN,
        POST,
    ),
    Endpoint("act-for-self", "delegations/act-for-self", delegations.act_for_self, Open.HALF, POST),
    Endpoint("acting-ended", "delegations/ended", delegations.acting_ended, Open.HALF),
    Endpoint("sign-in-help", "sign-in-help", passwords.helping, HELPS),
    Endpoint(
        "sign-in-help-person", "sign-in-help/<int:person_id>", passwords.help_person, HELPS, BOTH
    ),
)
