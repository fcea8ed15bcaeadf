// Both sides of a request, field by field: what the org unit has or had, and what it shall have.

import { element } from '../pages/dom.js'
import { FIELDS, NOTHING, day, distance, label, metres, place } from './words.js'

const GONE = 'no longer there'

// What the unit is: as it is now while the request waits, as it was when it was asked for once that is decided.
export function before(change) {
    if (change.status === 'new') return change.org_unit
    return {
        parent: change.old_parent, name: change.old_name, org_unit_type_name: change.old_org_unit_type_name,
        groups: change.old_groups ?? [], location: change.old_location, opening_date: change.old_opening_date,
        closed_date: change.old_closed_date, reference_instances: change.old_reference_instances ?? [],
    }
}

// For each field that is asked for: { name, title, before, after }, the last two to be shown.
export function sides(change) {
    const old = before(change)
    const shown = {
        new_parent: () => [old.parent || NOTHING, change.new_parent ?? GONE],
        new_name: () => [old.name ?? NOTHING, change.new_name],
        new_org_unit_type: () => [old.org_unit_type_name ?? NOTHING, change.new_org_unit_type_name ?? GONE],
        new_groups: () => groups(old.groups, change.new_groups ?? []),
        new_location: () => [place(old.location), moved(old.location, change.new_location)],
        new_location_accuracy: () => [NOTHING, metres(change.new_location_accuracy)],
        new_opening_date: () => [day(old.opening_date), day(change.new_opening_date)],
        new_closed_date: () => [day(old.closed_date), day(change.new_closed_date)],
        new_reference_instances: () => submissions(old.reference_instances, change.new_reference_instances ?? []),
    }
    return change.requested_fields.filter((name) => name in shown).map((name) => {
        const [was, shall] = shown[name]()
        return { name, title: FIELDS[name], before: was, after: shall }
    })
}

function moved(from, to) {
    if (!from || !to) return place(to)
    return [place(to), element('span', { class: 'note' }, `${distance(from, to)} away`)]
}

function groups(old, wanted) {
    const names = (some) => some.map((group) => group.id)
    const list = (some, others, word) => (some.length ? element('ul', {}, some.map((group) => element('li', {},
        group.name, !names(others).includes(group.id) && element('span', { class: 'note' }, word)))) : 'none')
    return [list(old, wanted, 'leaves'), list(wanted, old, 'joins')]
}

// Of each form that is asked for: the answers of today, and those that shall stand.
function submissions(old, wanted) {
    const forms = wanted.map((instance) => instance.form_id)
    const same = old.filter((instance) => forms.includes(instance.form_id))
    const compared = wanted.map((instance) => answers(instance, old.find((one) => one.form_id === instance.form_id)))
    return [same.length ? same.map((instance) => answers(instance)) : 'none', wanted.length ? compared : GONE]
}

// What differs from an older submission is marked.
function answers(instance, older) {
    const was = (key) => older.values.find((answer) => answer.key === key)?.value
    const shown = ({ key, value }) => (older && was(key) !== value ? element('mark', {}, value ?? NOTHING) : value ?? NOTHING)
    return element('div', { class: 'answers' },
        element('p', {}, instance.form_name),
        element('dl', {}, instance.values.map((answer) => [
            element('dt', {}, label(answer.label)), element('dd', {}, shown(answer)),
        ])))
}
