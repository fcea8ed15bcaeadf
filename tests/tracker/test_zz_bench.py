import time, statistics
import pytest
from django.db import connection
from tests.tracker import world
from tests.harness.client import ApiClient
pytestmark = pytest.mark.django_db

def sql(text, *args):
    with connection.cursor() as c:
        c.execute(text, args)
        if c.description: return c.fetchall()

def test_bench(api):
    t0=time.time()
    clerk = world.someone_at("clerk", [world.ROOT], [world.ROOT])
    narrow = world.someone_at("narrow", [world.NGELEHUN], [world.BADJIA])
    type_ = world.make_type(min_attributes_required_to_search=0)
    name = world.make_attribute(of_type=type_, searchable=True)
    number = world.make_attribute(of_type=type_, searchable=True, unique=True)
    prog = world.make_program(type_, min_attributes_required_to_search=0)
    stage = world.make_stage(prog)
    de = world.make_data_element(stage)
    prot = world.make_program(type_, access_level="PROTECTED", min_attributes_required_to_search=0)
    survey = world.make_program()
    sstage = world.make_stage(survey)
    sde = world.make_data_element(sstage)
    a = world.author(clerk)
    N=100_000
    uidx = "chr(97+(i%%26)) || lpad(to_hex(i), 9, '0')"
    sql("CREATE TEMP TABLE places AS SELECT id, row_number() over (order by id)-1 AS n FROM metadata_organisationunit WHERE hierarchy_level=4 or true")
    P = sql("SELECT count(*) FROM places")[0][0]
    print("places", P)
    sql(f"""INSERT INTO tracked_entity(uid, organisation_unit_id, deleted, created_at, updated_at, created_by_id, updated_by_id, tracked_entity_type_id, inactive, potential_duplicate)
      SELECT 'T'||lpad(i::text,10,'0'), (SELECT id FROM places WHERE n = i %% {P}), false, now(), now(), %s, %s, %s, false, false FROM generate_series(1,{N}) i""", a.pk,a.pk,type_.pk)
    sql(f"""INSERT INTO tracked_entity_attribute_value(tracked_entity_id, attribute_id, searchable, created_at, updated_at, value)
      SELECT id, %s, true, now(), now(), (ARRAY['Mary','Ann','John','Fatmata','Mohamed','Ibrahim','Aminata','Kadiatu'])[1+id%%8] || ' ' || substr(md5(id::text),1,8) FROM tracked_entity""", name.pk)
    sql(f"""INSERT INTO tracked_entity_attribute_value(tracked_entity_id, attribute_id, searchable, created_at, updated_at, value, unique_key)
      SELECT id, %s, true, now(), now(), 'N'||uid, 'n'||lower(uid) FROM tracked_entity""", number.pk)
    print("values", time.time()-t0)
    sql(f"""INSERT INTO enrollment(uid, tracked_entity_id, program_id, organisation_unit_id, status, enrolled_at, follow_up, deleted, created_at, updated_at, created_by_id, updated_by_id)
      SELECT 'E'||lpad(id::text,10,'0'), id, %s, organisation_unit_id, 'ACTIVE', now(), false, false, now(), now(), %s, %s FROM tracked_entity""", prog.pk, a.pk, a.pk)
    sql("INSERT INTO program_owner(tracked_entity_id, program_id, organisation_unit_id, created_at) SELECT id, %s, organisation_unit_id, now() FROM tracked_entity", prog.pk)
    sql(f"""INSERT INTO event(uid, enrollment_id, tracked_entity_id, program_id, program_stage_id, organisation_unit_id, status, occurred_at, attribute_option_combo_id, follow_up, deleted, created_at, updated_at, created_by_id, updated_by_id, data_values)
      SELECT 'V'||lpad((e.id*5+k)::text,10,'0'), e.id, e.tracked_entity_id, e.program_id, %s, e.organisation_unit_id, 'ACTIVE', now(), %s, false,false, now(), now(), %s, %s, '{{"{de.uid}": {{"value":"12"}}}}'::jsonb
      FROM enrollment e, generate_series(1,5) k WHERE e.tracked_entity_id is not null and e.program_id=%s""", stage.pk, world.default_combo().pk, a.pk, a.pk, prog.pk)
    first = world.stored_event(survey, sstage, world.NGELEHUN)
    sql(f"""INSERT INTO event(uid, enrollment_id, tracked_entity_id, program_id, program_stage_id, organisation_unit_id, status, occurred_at, attribute_option_combo_id, follow_up, deleted, created_at, updated_at, created_by_id, updated_by_id, data_values)
      SELECT 'W'||lpad(i::text,10,'0'), %s, null, %s, %s, (SELECT id FROM places WHERE n = i %% {P}), 'ACTIVE', now() - i * interval '1 minute', %s, false,false, now(), now(), %s, %s, ('{{"{sde.uid}": {{"value":"' || i || '"}}}}')::jsonb
      FROM generate_series(1,{5*N}) i""", first.enrollment_id, survey.pk, sstage.pk, world.default_combo().pk, a.pk, a.pk)
    for t in ("tracked_entity","tracked_entity_attribute_value","enrollment","event","program_owner"):
        sql(f"ANALYZE {t}")
    print("filled", time.time()-t0)
    te = f"/api/tracker/trackedEntities"
    ev = "/api/tracker/events"
    urls = {
      "te page type": f"{te}?trackedEntityType={type_.uid}&pageSize=15",
      "te page program": f"{te}?program={prog.uid}&pageSize=15",
      "te page program total": f"{te}?program={prog.uid}&pageSize=15&totalPages=true",
      "te page program full": f"{te}?program={prog.uid}&pageSize=15&fields=*",
      "te eq unique": f"{te}?program={prog.uid}&filter={number.uid}:eq:NT0000050000",
      "te eq name": f"{te}?trackedEntityType={type_.uid}&filter={name.uid}:eq:mary",
      "te sw name": f"{te}?program={prog.uid}&filter={name.uid}:sw:mary ab&pageSize=15".replace(" ","%20"),
      "te like name": f"{te}?program={prog.uid}&filter={name.uid}:like:abc&pageSize=15",
      "te like common": f"{te}?program={prog.uid}&filter={name.uid}:like:mary&pageSize=15",
      "te like none": f"{te}?program={prog.uid}&filter={name.uid}:like:zzzq&pageSize=15",
      "te order updatedAt": f"{te}?program={prog.uid}&order=updatedAt:desc&pageSize=15",
      "en page": f"/api/tracker/enrollments?program={prog.uid}&pageSize=15",
      "ev one": f"{ev}/W0000050000",
      "ev survey": f"{ev}?program={survey.uid}",
      "ev survey occurred": f"{ev}?program={survey.uid}&order=occurredAt:desc",
      "ev stage": f"{ev}?program={prog.uid}&programStage={stage.uid}",
      "ev noprogram": f"{ev}?pageSize=15",
      "ev te": f"{ev}?program={prog.uid}&trackedEntity=T0000050000",
      "ev ou": f"{ev}?program={survey.uid}&orgUnit={world.NGELEHUN}",
      "ev filter": f"{ev}?program={survey.uid}&filter={sde.uid}:eq:77",
    }

    import os, io, contextlib, traceback
    end=time.time()+2400
    env={**globals(), **locals()}
    while time.time()<end and not os.path.exists("/tmp/w2probe/stop"):
        for f in sorted(os.listdir("/tmp/w2probe")):
            if f.endswith(".py"):
                p="/tmp/w2probe/"+f
                code=open(p).read(); os.remove(p)
                out=io.StringIO()
                with contextlib.redirect_stdout(out):
                    try: exec(code, env)
                    except Exception: traceback.print_exc(file=out)
                open("/tmp/w2probe/out.tmp","w").write(out.getvalue()); os.rename("/tmp/w2probe/out.tmp","/tmp/w2probe/out.txt")
        time.sleep(0.2)
    print(sql("select 1"))
