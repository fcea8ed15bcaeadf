"""Lists of users and roles with their own parameters, actions on one account, look-up, authorities."""

from __future__ import annotations

from django.utils import timezone

from dhis2api.errors import BAD_REQUEST, NEEDS_AUTHORITY, ApiError
from dhis2api.objects import crud
from dhis2api.objects.formats.bodies import read_object_body
from dhis2api.objects.importer.params import MetadataImportParams
from dhis2api.objects.importer.report import single_report
from dhis2api.objects.registry import get_schema
from dhis2api.objects.views import LAST_OLD_VERSION, ObjectsView, in_one_snapshot, list_answer
from dhis2api.web.base_url import mailed_base
from dhis2api.web.bodies import read_text
from dhis2api.web.messages import created
from dhis2api.web.negotiation import JSON
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, HttpResponse, StreamingHttpResponse, no_content
from dhis2api.web.views import ApiRequest, ApiView
from sharing.access import require_authority
from users import restoring, two_factor, user_actions
from users.authority_catalogue import list_authorities
from users.errors import E3021, E6200, E6201
from users.feedback import feedback_group, feedback_recipients, name_feedback_group
from users.login_views import read_object
from users.lookup import find_shown, search
from users.models import User
from users.params import ExpiryParams, LookupParams, RoleListParams, UserListParams
from users.reach import may_change
from users.user_lists import issuable_roles, users_of_list

MAX_INVITES = 1000


class UsersView(ObjectsView):
    """Users, and a new one."""

    @in_one_snapshot
    @declares(UserListParams)
    def get(self, request: ApiRequest, params: UserListParams) -> ApiResponse | StreamingHttpResponse:
        """A page of the users."""
        return list_answer(request, self.object_schema, params, users_of_list(params, request.user))

    @declares(MetadataImportParams)
    def post(self, request: ApiRequest, params: MetadataImportParams) -> ApiResponse:
        """Create one. Up to version 36 the answer is the report alone, with status 200."""
        if request.explicit_version is None or request.explicit_version > LAST_OLD_VERSION:
            return super().post(request)
        body = read_object_body(request, self.object_schema)
        _, report = crud.create_object(self.object_schema, body, params=params, user=request.user)
        return ApiResponse(report.to_dict())


class RolesView(ObjectsView):
    """Roles, and a new one."""

    @in_one_snapshot
    @declares(RoleListParams)
    def get(self, request: ApiRequest, params: RoleListParams) -> ApiResponse | StreamingHttpResponse:
        """A page of the roles that the caller may read."""
        restriction = issuable_roles(request.user) if params.can_issue else None
        return list_answer(request, self.object_schema, params, restriction)


class EnabledView(ApiView):
    """An account open for its user."""

    consumes = ()
    disabled = False

    def post(self, request: ApiRequest, uid: str) -> HttpResponse:
        """Open it, or close it."""
        user_actions.set_disabled(request.user, uid, disabled=self.disabled)
        return no_content()


class ExpiredView(ApiView):
    """An account that closes by itself."""

    consumes = ()

    @declares(ExpiryParams)
    def post(self, request: ApiRequest, params: ExpiryParams, uid: str) -> HttpResponse:
        """Say when; now by default."""
        user_actions.set_expiry(request.user, uid, params.date or timezone.now())
        return no_content()


class UnexpiredView(ApiView):
    """An account that stays open."""

    consumes = ()

    def post(self, request: ApiRequest, uid: str) -> HttpResponse:
        """Forget when it should close."""
        user_actions.set_expiry(request.user, uid, None)
        return no_content()


class ReplicaView(ApiView):
    """A copy of a user, for somebody else."""

    def post(self, request: ApiRequest, uid: str) -> ApiResponse:
        """Needs a new name and password."""
        if not request.user.principal.has_any(("F_REPLICATE_USER",)):
            raise ApiError(NEEDS_AUTHORITY, "F_REPLICATE_USER")
        item = user_actions.replicate(request.user, uid, read_object(request))
        return created(f"/users/{item.uid}", single_report(item), message="User replica created")


class InviteView(ApiView):
    """An account for somebody who will complete it."""

    def post(self, request: ApiRequest) -> ApiResponse:
        """Create it and mail the link."""
        item = restoring.invite(request.user, read_object(request), mailed_base(request._request))
        return created(f"/users/{item.uid}", single_report(item))


class InvitesView(ApiView):
    """Several of them."""

    def post(self, request: ApiRequest) -> HttpResponse:
        """All or none."""
        users = read_object(request).get("users")
        if not isinstance(users, list) or len(users) > MAX_INVITES or not all(isinstance(u, dict) for u in users):
            raise ApiError(BAD_REQUEST, f"`users` must be a list of at most {MAX_INVITES} users")
        restoring.invite_all(request.user, users, mailed_base(request._request))
        return no_content()


class InviteAgainView(ApiView):
    """Another mail to somebody who was invited."""

    consumes = ()

    def post(self, request: ApiRequest, uid: str) -> HttpResponse:
        """Mail a new link; the old one ends."""
        restoring.invite_again(request.user, uid, mailed_base(request._request))
        return no_content()


class ResetView(ApiView):
    """A password that somebody else must no longer use."""

    consumes = ()

    def post(self, request: ApiRequest, uid: str) -> HttpResponse:
        """Take it away, and mail a link to set another."""
        restoring.reset_password(request.user, uid, mailed_base(request._request))
        return no_content()


class TwoFactorDisabledView(ApiView):
    """The second factor of somebody who lost it."""

    consumes = ()

    def post(self, request: ApiRequest, uid: str) -> HttpResponse:
        """Take it away."""
        target = User.objects.filter(uid=uid).first()
        if target is None:
            raise ApiError(E6201, uid)
        if not may_change(request.user, target):
            raise ApiError(E3021)
        two_factor.disable_for(target, request.user)
        return HttpResponse(status=200)


class LookupsView(ApiView):
    """Users as everybody may look them up."""

    @declares(LookupParams)
    def get(self, request: ApiRequest, params: LookupParams) -> ApiResponse:
        """Some whose name holds the text."""
        return ApiResponse({"users": search(params, request.user)}, xml="userLookup")


class FeedbackRecipientsLookupView(ApiView):
    """Users of the group that receives feedback."""

    @declares(LookupParams)
    def get(self, request: ApiRequest, params: LookupParams) -> ApiResponse:
        """Some whose name holds the text. Errors: E6200 where no group is named."""
        if feedback_group() is None:
            raise ApiError(E6200)
        found = search(params, request.user, among=feedback_recipients())
        return ApiResponse({"users": found}, xml="userLookup")


class FeedbackRecipientsView(ApiView):
    """`/api/configuration/feedbackRecipients`: the group itself."""

    consumes = {"post": ("text/plain", JSON), "delete": ("*/*",)}

    def get(self, request: ApiRequest) -> ApiResponse:
        """The group; nothing where none is named."""
        group = feedback_group()
        shown = None if group is None else {"id": group.uid, "name": group.name, "displayName": group.name}
        return ApiResponse(shown, xml="userGroup")

    def post(self, request: ApiRequest) -> HttpResponse:
        """Name it by its identifier."""
        require_authority(request.user.principal, "F_SYSTEM_SETTING")
        name_feedback_group(read_text(request).strip().strip('"'))
        return no_content()

    def delete(self, request: ApiRequest) -> HttpResponse:
        """Name none."""
        require_authority(request.user.principal, "F_SYSTEM_SETTING")
        name_feedback_group(None)
        return no_content()


class LookupView(ApiView):
    """One user."""

    def get(self, request: ApiRequest, identifier: str) -> ApiResponse:
        """By identifier or user name; an empty answer for nobody."""
        return ApiResponse(find_shown(identifier), xml="user")


class AuthoritiesView(ApiView):
    """Every authority that roles can hold."""

    def get(self, request: ApiRequest) -> ApiResponse:
        """With names, in their order."""
        return ApiResponse({"systemAuthorities": list_authorities()}, xml="authorities")


USERS = get_schema("user")
ROLES = get_schema("userRole")
