"""Requests as existing clients make them."""

from __future__ import annotations

import pytest

from tests.harness.client import ApiClient
from tests.personas import persona

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/api/attributes?fields=:all,optionSet[:all,options[:all]]&paging=false", "attributes"),  # d2
        ("/api/schemas?fields=apiEndpoint,name,displayName,authorities,singular,plural,shareable,metadata,klass,"
         "identifiableObject,translatable,properties[href,writable,collection,collectionName,name,propertyType,"
         "persisted,required,min,max,ordered,unique,constants,owner,itemPropertyType,translationKey,embeddedObject]",
         "schemas"),
        ("/api/me?fields=:all,organisationUnits[id,name,userGroups[id],userCredentials[:all,!user,userRoles[id", "id"),
        ("/api/dataElements/?fields=id,name&pageSize=2", "dataElements"),  # a trailing slash
        ("/api/dataElements.json?paging=True&totalPages=True&page=1", "pager"),  # dhis2.py
        ("/api/metadata.json?dataElements%3Afields=id,name~rename(n)&dataElements%3Afilter=name:$ilike:a",
         "dataElements"),
        ("/api/36/organisationUnits?filter=level:eq:1&fields=id,level,ancestors[id],children~size",
         "organisationUnits"),
        # the Android SDK
        ("/api/dataSets?fields=id,code,name,displayName,created,lastUpdated,deleted,periodType,categoryCombo[id],mobile,"
         "version,expiryDays,timelyDays,dataSetElements[dataSet[id],dataElement[id],categoryCombo[id]],indicators[id],"
         "sections[id,name,sortOrder,dataElements[id],greyedFields[dataElement[id],categoryOptionCombo[id]]],"
         "compulsoryDataElementOperands[id,name,dataElement[id],categoryOptionCombo[id]],dataInputPeriods[period,"
         "openingDate,closingDate],access[read,write,data[read,write]],style[color,icon]"
         "&filter=id:in:[lyLU2wR22tC]&filter=access.data.read:eq:true&paging=false", "dataSets"),
        ("/api/organisationUnits?fields=id,code,name,displayName,created,lastUpdated,deleted,shortName,displayShortName,"
         "description,displayDescription,path,openingDate,closedDate,level,geometry,parent[id],programs[id],dataSets[id],"
         "ancestors[id,displayName],organisationUnitGroups[id]&filter=path:like:ImspTQPwCqd&order=id:asc&paging=true"
         "&page=1&pageSize=500", "organisationUnits"),
        ("/api/me.json?fields=id,code,name,displayName,created,lastUpdated,birthday,education,gender,jobTitle,surname,"
         "firstName,introduction,employer,interests,languages,email,phoneNumber,nationality,username,userCredentials[id,"
         "username,userRoles[id]],userRoles[id],organisationUnits[id,path],teiSearchOrganisationUnits[id]", "username"),
    ],
)  # fmt: skip
def test_reads_of_known_clients(api: ApiClient, path: str, key: str) -> None:
    answer = api.get(path)

    assert answer.status == 200, answer
    assert key in answer.json


def test_dhis2_py_patches_as_plain_json(api: ApiClient) -> None:
    somebody = persona("somebody")

    answer = api.patch(f"/api/users/{somebody.uid}", [{"op": "replace", "path": "/surname", "value": "New"}])

    assert answer.status == 200, answer
    assert api.get("/api/me?fields=surname", user="somebody").json == {"surname": "New"}


def test_an_empty_authorization_header_counts_as_none(api: ApiClient) -> None:
    answer = api.get(
        "/api/dataElements", user=None, headers={"Authorization": "", "X-Requested-With": "XMLHttpRequest"}
    )

    assert (answer.status, answer.json["message"]) == (401, "Unauthorized")
