"""`/api/dataStore` and `/api/userDataStore`: values of apps, shared and of single users."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import StreamingHttpResponse

from datastore import services
from datastore.errors import BODY_MISSING
from datastore.formats import name_chunks
from datastore.meta_data import show_entry
from datastore.params import (
    CreateParams,
    KeysParams,
    NamespaceParams,
    ProtectionParams,
    PutParams,
    QueryParams,
    UserCreateParams,
    UserNamespaceParams,
    UserParams,
    UserPutParams,
)
from datastore.protections import find_protection, list_protections
from datastore.query.services import run_query
from datastore.stores import SharedStore, Store
from datastore.user_stores import open_user_store
from datastore.values import MAX_VALUE
from datastore.wording import own_wording, shared_wording
from dhis2api.errors import NEEDS_AUTHORITY, ApiError
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.web.base_url import api_base
from dhis2api.web.bodies import discard_rest, open_body
from dhis2api.web.errors import BODY_TOO_LARGE
from dhis2api.web.messages import WebMessage, answer, created, ok
from dhis2api.web.negotiation import JSON
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, stream
from dhis2api.web.views import ApiRequest, ApiView

NO_STORE = "no-store"
APP_MANAGEMENT = "M_dhis-web-app-management"


class StoreView(ApiView):
    """One resource of a store."""

    renders = (JSON,)
    consumes = (JSON,)


def shared_store(request: ApiRequest) -> SharedStore:
    """The shared store as the caller sees it."""
    return SharedStore(request.user, shared_wording(request.explicit_version))


def user_store(request: ApiRequest, params: UserParams) -> Store:
    """The caller's own store, or that of the user whom a superuser names."""
    return open_user_store(request.user, params.username, own_wording(request.explicit_version))


class NamespacesView(StoreView):
    """The shared namespaces."""

    def get(self, request: ApiRequest) -> ApiResponse:
        """The names of all namespaces."""
        return show_namespaces(shared_store(request))


class NamespaceView(StoreView):
    """A shared namespace."""

    @declares(NamespaceParams)
    def get(self, request: ApiRequest, params: NamespaceParams, namespace: str) -> StreamingHttpResponse:
        """Its keys; with `fields` its values, or parts of them."""
        if params.fields is not None:
            return show_query(request, shared_store(request), namespace, params)
        return show_keys(request, shared_store(request), namespace, params)

    def delete(self, request: ApiRequest, namespace: str) -> ApiResponse:
        """Remove all of its entries."""
        return remove_namespace(shared_store(request), namespace)


class KeysView(StoreView):
    """The keys of a shared namespace, by an address that no query can be meant by."""

    @declares(KeysParams)
    def get(self, request: ApiRequest, params: KeysParams, namespace: str) -> StreamingHttpResponse:
        """The keys that the caller may read."""
        return show_keys(request, shared_store(request), namespace, params)

    @declares(CreateParams)
    def post(self, request: ApiRequest, params: CreateParams, namespace: str) -> ApiResponse:
        """Store a new value under the key `keys`."""
        return create(request, shared_store(request), namespace, "keys", params)

    @declares(PutParams)
    def put(self, request: ApiRequest, params: PutParams, namespace: str) -> ApiResponse:
        """Store a value under the key `keys`."""
        return put(request, shared_store(request), namespace, "keys", params)

    def delete(self, request: ApiRequest, namespace: str) -> ApiResponse:
        """Remove the value under the key `keys`."""
        return remove(shared_store(request), namespace, "keys")


class EntryView(StoreView):
    """A shared value."""

    def get(self, request: ApiRequest, namespace: str, key: str) -> ApiResponse:
        """The value."""
        return show_value(shared_store(request), namespace, key)

    @declares(CreateParams)
    def post(self, request: ApiRequest, params: CreateParams, namespace: str, key: str) -> ApiResponse:
        """Store a new value."""
        return create(request, shared_store(request), namespace, key, params)

    @declares(PutParams)
    def put(self, request: ApiRequest, params: PutParams, namespace: str, key: str) -> ApiResponse:
        """Store a value, or change a part of it; without a body and a path, remove it."""
        return put(request, shared_store(request), namespace, key, params)

    def delete(self, request: ApiRequest, namespace: str, key: str) -> ApiResponse:
        """Remove the value."""
        return remove(shared_store(request), namespace, key)


class MetaDataView(StoreView):
    """What is known of a shared value."""

    def get(self, request: ApiRequest, namespace: str, key: str) -> ApiResponse:
        """The entry without its value: times, users, sharing."""
        uid = services.require_uid(shared_store(request), namespace, key)
        return ApiResponse(show_entry(uid, ReadingContext(request.user.principal, api_base(request._request))))


class ProtectionsView(StoreView):
    """The namespaces that not everybody may use."""

    @declares(ProtectionParams)
    def get(self, request: ApiRequest, params: ProtectionParams) -> ApiResponse:
        """All protections, or that of one namespace; an empty body where it has none."""
        if not request.user.principal.has_any((APP_MANAGEMENT,)):
            raise ApiError(NEEDS_AUTHORITY, APP_MANAGEMENT)
        if params.namespace:
            return ApiResponse(find_protection(params.namespace))
        return ApiResponse(list_protections())

    def delete(self, request: ApiRequest) -> ApiResponse:
        """Remove all entries of a namespace of that name."""
        return remove_namespace(shared_store(request), "protections")


class UserNamespacesView(StoreView):
    """A user's namespaces."""

    @declares(UserParams)
    def get(self, request: ApiRequest, params: UserParams) -> ApiResponse:
        """The names of all namespaces."""
        return show_namespaces(user_store(request, params))


class UserNamespaceView(StoreView):
    """A user's namespace."""

    @declares(UserNamespaceParams)
    def get(self, request: ApiRequest, params: UserNamespaceParams, namespace: str) -> StreamingHttpResponse:
        """Its keys; with `fields` its values, or parts of them."""
        if params.fields is not None:
            return show_query(request, user_store(request, params), namespace, params)
        return show_keys(request, user_store(request, params), namespace, KeysParams())

    @declares(UserParams)
    def delete(self, request: ApiRequest, params: UserParams, namespace: str) -> ApiResponse:
        """Remove all of its entries."""
        return remove_namespace(user_store(request, params), namespace)


class UserKeysView(StoreView):
    """The keys of a user's namespace."""

    @declares(UserParams)
    def get(self, request: ApiRequest, params: UserParams, namespace: str) -> StreamingHttpResponse:
        """All keys."""
        return show_keys(request, user_store(request, params), namespace, KeysParams())

    @declares(UserCreateParams)
    def post(self, request: ApiRequest, params: UserCreateParams, namespace: str) -> ApiResponse:
        """Store a new value under the key `keys`."""
        return create(request, user_store(request, params), namespace, "keys", params)

    @declares(UserPutParams)
    def put(self, request: ApiRequest, params: UserPutParams, namespace: str) -> ApiResponse:
        """Store a value under the key `keys`."""
        return put(request, user_store(request, params), namespace, "keys", params)

    @declares(UserParams)
    def delete(self, request: ApiRequest, params: UserParams, namespace: str) -> ApiResponse:
        """Remove the value under the key `keys`."""
        return remove(user_store(request, params), namespace, "keys")


class UserEntryView(StoreView):
    """A user's value."""

    @declares(UserParams)
    def get(self, request: ApiRequest, params: UserParams, namespace: str, key: str) -> ApiResponse:
        """The value."""
        return show_value(user_store(request, params), namespace, key)

    @declares(UserCreateParams)
    def post(self, request: ApiRequest, params: UserCreateParams, namespace: str, key: str) -> ApiResponse:
        """Store a new value."""
        return create(request, user_store(request, params), namespace, key, params)

    @declares(UserPutParams)
    def put(self, request: ApiRequest, params: UserPutParams, namespace: str, key: str) -> ApiResponse:
        """Store a value, or change a part of it; without a body and a path, remove it."""
        return put(request, user_store(request, params), namespace, key, params)

    @declares(UserParams)
    def delete(self, request: ApiRequest, params: UserParams, namespace: str, key: str) -> ApiResponse:
        """Remove the value."""
        return remove(user_store(request, params), namespace, key)


def show_namespaces(store: Store) -> ApiResponse:
    """An array of names."""
    return ApiResponse(services.list_namespaces(store), headers={"Cache-Control": NO_STORE})


def show_keys(request: ApiRequest, store: Store, namespace: str, params: KeysParams) -> StreamingHttpResponse:
    """An array of keys."""
    return _stream(request, name_chunks(services.list_keys(store, namespace, params.last_updated)))


def show_query(request: ApiRequest, store: Store, namespace: str, params: QueryParams) -> StreamingHttpResponse:
    """Parts of the values of a namespace."""
    return _stream(request, run_query(store, namespace, params))


def show_value(store: Store, namespace: str, key: str) -> ApiResponse:
    """A value in the words of the database."""
    return ApiResponse(orjson.Fragment(services.get_value(store, namespace, key)))


def create(request: ApiRequest, store: Store, namespace: str, key: str, params: CreateParams) -> ApiResponse:
    """201 for a new value."""
    body = read_body(request)
    if body is None:
        raise ApiError(BODY_MISSING)
    services.create_entry(store, namespace, key, body, encrypt=params.encrypt)
    return created(None, message=store.wording.created.format(key=key, namespace=namespace))


def put(request: ApiRequest, store: Store, namespace: str, key: str, params: PutParams) -> ApiResponse:
    """201 for a new value, 200 for a changed one (the user store of old versions: 201, too)."""
    is_new = services.put_entry(
        store, namespace, key, read_body(request), path=params.path, roll=params.roll, encrypt=params.encrypt
    )
    words = store.wording
    message = (words.created if is_new else words.updated).format(key=key, namespace=namespace)
    return created(None, message=message) if is_new else answer(WebMessage(words.updated_status, message=message))


def remove(store: Store, namespace: str, key: str) -> ApiResponse:
    """200 for a value that is gone."""
    services.delete_entry(store, namespace, key)
    return ok(store.wording.key_deleted.format(key=key, namespace=namespace))


def remove_namespace(store: Store, namespace: str) -> ApiResponse:
    """200 for a namespace that is gone."""
    services.delete_namespace(store, namespace)
    return ok(store.wording.namespace_deleted.format(namespace=namespace))


def read_body(request: ApiRequest) -> bytes | None:
    """The whole body; None where there is none. Errors: 413."""
    with open_body(request) as body:
        data = body.read(MAX_VALUE + 1)
    if len(data) > MAX_VALUE:
        discard_rest(request)
        raise ApiError(BODY_TOO_LARGE, MAX_VALUE)
    return data or None


def _stream(request: ApiRequest, chunks: Any) -> StreamingHttpResponse:
    response = stream(chunks, JSON, compression=getattr(request, "compression", None))
    response["Cache-Control"] = NO_STORE
    return response
