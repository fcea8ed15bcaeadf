"""What a browser sees: the browsable pages, and the admin, which only shows."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client

from dhis2api.objects.registry import all_schemas
from metadata.models import DataElement
from tests.harness.client import ApiClient
from tests.objects.elements import element, store
from users.models import ApiToken, User

pytestmark = pytest.mark.django_db
HTML = {"Accept": "text/html"}
MODELS = [schema.model for schema in all_schemas() if schema.model is not None]


def test_a_list_is_titled_and_its_objects_are_linked(api: ApiClient) -> None:
    store([element("<b>Bold</b>", uid="boldElement", code="BOLD")])
    page = api.get("/api/dataElements?filter=code:eq:BOLD&fields=id,name,categoryCombo", headers=HTML)

    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "<title>Data elements" in page.text
    assert 'href="http://testserver/api/dataElements/boldElement"' in page.text
    assert 'href="http://testserver/api/categoryCombos/bjDvmb4bfuf"' in page.text
    assert "<b>Bold" not in page.text


def test_a_page_needs_a_login(api: ApiClient) -> None:
    answer = api.get("/api/dataElements", headers=HTML, user=None)

    assert (answer.status, answer.headers["Location"]) == (302, "/login/?next=/api/dataElements")


@pytest.fixture
def browser(admin: User) -> Client:
    """The superuser's session."""
    client = Client()
    client.force_login(admin)
    return client


@pytest.mark.parametrize("model", MODELS, ids=[m.__name__ for m in MODELS])
def test_the_admin_lists_every_type_and_changes_none(browser: Client, model: type) -> None:
    base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    registered = admin.site.get_model_admin(model)

    assert browser.get(f"{base}?q=a").status_code == 200
    assert browser.get(f"{base}add/").status_code == 403
    assert not (registered.has_change_permission(None) or registered.has_delete_permission(None))


def test_the_admin_shows_an_object_and_refuses_to_change_it(browser: Client, admin: User) -> None:
    (row,) = store([element("Shown in the admin")])
    page = browser.get(f"/admin/metadata/dataelement/{row.pk}/change/")

    assert "Shown in the admin" in page.content.decode()
    assert browser.post(f"/admin/metadata/dataelement/{row.pk}/change/", {"name": "x"}).status_code == 403
    assert browser.post(f"/admin/metadata/dataelement/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert DataElement.objects.filter(name="Shown in the admin").exists()
    assert admin.password not in browser.get(f"/admin/users/user/{admin.pk}/change/").content.decode()


def test_the_admin_shows_no_digests_and_no_encrypted_secrets(browser: Client, admin: User) -> None:
    User.objects.filter(pk=admin.pk).update(
        two_factor_secret="s" * 40, two_factor_code="c" * 40, restore_token="t" * 40
    )
    token = ApiToken.objects.create(key="k" * 64, expire=1, version=2, type="V2", created_by=admin)
    shown = browser.get(f"/admin/users/user/{admin.pk}/change/").content.decode()
    shown += browser.get(f"/admin/users/apitoken/{token.pk}/change/").content.decode()

    assert "Administrator" in shown
    for letter in "sctk":
        assert letter * 40 not in shown


def test_the_admin_is_the_superusers(outsider: User) -> None:
    client = Client()
    client.force_login(outsider)

    assert client.get("/admin/metadata/dataelement/").status_code == 302
