"""Profiles and types follow org units and levels by triggers, however those are written: API, import, raw SQL."""

from django.db import migrations

# A name-based UUID (version 3) of a namespace of our own and the uid: always the same, and so survives a reload.
FOLLOW = """
    CREATE FUNCTION orgunit_uuid(uid text) RETURNS uuid LANGUAGE sql STABLE AS $$
        SELECT overlay(overlay(digest PLACING '3' FROM 13) PLACING
                   substr('89ab', (strpos('0123456789abcdef', substr(digest, 17, 1)) - 1) % 4 + 1, 1) FROM 17)::uuid
        FROM (SELECT md5(decode('273422e6a3c55236ac885a87e8a8951f', 'hex') || convert_to(uid, 'UTF8')) AS digest) made
    $$;

    -- The type of the units of a level: of several with its depth the first.
    CREATE FUNCTION orgunit_type_of_level(wanted integer) RETURNS bigint LANGUAGE sql STABLE AS $$
        SELECT min(id) FROM orgunit_type WHERE depth = wanted
    $$;

    CREATE FUNCTION orgunit_add_profiles() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO orgunit_profile (org_unit_id, uuid, version_id, org_unit_type_id)
        SELECT made.id, orgunit_uuid(made.uid), (SELECT id FROM orgunit_source_version WHERE is_default),
               orgunit_type_of_level(made.hierarchy_level)
        FROM made
        ON CONFLICT DO NOTHING;
        RETURN NULL;
    END $$;
    CREATE TRIGGER orgunit_add_profiles AFTER INSERT ON metadata_organisationunit
        REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION orgunit_add_profiles();

    -- An import writes levels after rows; a unit that moves later keeps its type. By row: tables of all rows before and
    -- after would be joined by a plan that was made for one, and five thousand units took a minute.
    CREATE FUNCTION orgunit_type_profile() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        -- No condition on the type: of thousands of new profiles none has one yet, which its index would go through.
        UPDATE orgunit_profile
        SET org_unit_type_id = coalesce(org_unit_type_id, orgunit_type_of_level(NEW.hierarchy_level))
        WHERE org_unit_id = NEW.id;
        RETURN NULL;
    END $$;
    CREATE TRIGGER orgunit_type_profile AFTER UPDATE OF hierarchy_level ON metadata_organisationunit
        FOR EACH ROW WHEN (OLD.hierarchy_level IS NULL AND NEW.hierarchy_level IS NOT NULL)
        EXECUTE FUNCTION orgunit_type_profile();

    CREATE FUNCTION orgunit_add_types() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO orgunit_type (name, short_name, depth)
        SELECT made.name, made.name, made.level FROM made
        WHERE NOT EXISTS (SELECT FROM orgunit_type WHERE depth = made.level)
        ORDER BY made.level;
        RETURN NULL;
    END $$;
    CREATE TRIGGER orgunit_add_types AFTER INSERT ON metadata_organisationunitlevel
        REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION orgunit_add_types();

    -- A new type is in the default project, and that of the units of its level that have none.
    CREATE FUNCTION orgunit_place_types() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO orgunit_type_projects (orgunittype_id, project_id)
        SELECT made.id, project.id FROM made, orgunit_project project WHERE project.is_default
        ON CONFLICT DO NOTHING;
        UPDATE orgunit_profile profile SET org_unit_type_id = orgunit_type_of_level(unit.hierarchy_level)
        FROM metadata_organisationunit unit
        WHERE unit.id = profile.org_unit_id AND profile.org_unit_type_id IS NULL
          AND unit.hierarchy_level IN (SELECT depth FROM made);
        RETURN NULL;
    END $$;
    CREATE TRIGGER orgunit_place_types AFTER INSERT ON orgunit_type
        REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION orgunit_place_types();

    CREATE FUNCTION orgunit_place_forms() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO orgunit_project_forms (form_id, project_id)
        SELECT made.id, project.id FROM made, orgunit_project project WHERE project.is_default
        ON CONFLICT DO NOTHING;
        RETURN NULL;
    END $$;
    CREATE TRIGGER orgunit_place_forms AFTER INSERT ON orgunit_form
        REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION orgunit_place_forms();

    INSERT INTO orgunit_source_version (number, is_default)
    SELECT 1, true WHERE NOT EXISTS (SELECT FROM orgunit_source_version WHERE is_default);
    INSERT INTO orgunit_project (name, app_id, color, needs_authentication, is_default)
    SELECT 'Default project', 'default', '#2c6693', true, true
    WHERE NOT EXISTS (SELECT FROM orgunit_project WHERE is_default);
    INSERT INTO orgunit_type (name, short_name, depth)
    SELECT name, name, level FROM metadata_organisationunitlevel
    WHERE level NOT IN (SELECT depth FROM orgunit_type WHERE depth IS NOT NULL) ORDER BY level;
    INSERT INTO orgunit_profile (org_unit_id, uuid, version_id, org_unit_type_id)
    SELECT unit.id, orgunit_uuid(unit.uid), version.id, orgunit_type_of_level(unit.hierarchy_level)
    FROM metadata_organisationunit unit, orgunit_source_version version WHERE version.is_default ORDER BY unit.id
    ON CONFLICT DO NOTHING;
"""
# The rows stay, since requests refer to them: what is missing by then is made when this is applied again.
FORGET = """
    DROP TRIGGER orgunit_add_profiles ON metadata_organisationunit;
    DROP TRIGGER orgunit_type_profile ON metadata_organisationunit;
    DROP TRIGGER orgunit_add_types ON metadata_organisationunitlevel;
    DROP TRIGGER orgunit_place_types ON orgunit_type;
    DROP TRIGGER orgunit_place_forms ON orgunit_form;
    DROP FUNCTION orgunit_add_profiles, orgunit_type_profile, orgunit_add_types, orgunit_place_types,
        orgunit_place_forms, orgunit_type_of_level, orgunit_uuid;
"""


class Migration(migrations.Migration):

    dependencies = [("orgunit_changes", "0001_initial")]

    operations = [migrations.RunSQL(FOLLOW, FORGET)]
