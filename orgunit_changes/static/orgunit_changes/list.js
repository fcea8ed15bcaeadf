// The list of requests: what the address asks for, a page of it.

import { listChanges } from './api.js'
import { byId, element, table } from '../pages/dom.js'
import { FIELDS, STATUS, moment } from './words.js'

const LIMIT = 20
const FILTERS = ['status', 'org_unit_search', 'org_unit_type_id', 'parent_id', 'groups', 'project']
const COLUMNS = ['Org unit', 'Asks for', 'By', 'Asked', 'Status']

// The part of the address that narrows the list; without any, what waits for a review.
export function queryOf(state) {
    const query = new URLSearchParams()
    for (const name of [...FILTERS, 'page']) {
        for (const value of state.getAll(name)) if (value) query.append(name, value)
    }
    if (!state.has('status') && !state.has('all')) query.set('status', 'new')
    return query
}

export function fillFilters(state) {
    const { elements } = byId('filters')
    const query = queryOf(state)
    for (const box of elements.status) box.checked = query.getAll('status').includes(box.value)
    for (const name of FILTERS.slice(1)) elements[name].value = query.get(name) ?? ''
}

// What the form asks for, as an address.
export function addressOfFilters() {
    const asked = new URLSearchParams()
    for (const [name, value] of new FormData(byId('filters'))) if (value) asked.append(name, value)
    if (!asked.has('status')) asked.set('all', '1')
    return `#${asked}`
}

export async function showList(state, isWanted) {
    const query = queryOf(state)
    query.set('limit', LIMIT)
    query.set('is_soft_deleted', 'false')
    const found = await listChanges(query)
    if (!isWanted()) return
    byId('rows').replaceChildren(
        element('p', { class: 'count' }, `${found.count} ${found.count === 1 ? 'request' : 'requests'}`),
        found.results.length ? table({
            name: 'changes', caption: 'Change requests', heads: COLUMNS,
            rows: found.results.map((change) => row(change, state)),
        }) : '',
        pager(found, state),
    )
}

function row(change, state) {
    const address = new URLSearchParams(state)
    address.set('request', change.id)
    const where = [change.org_unit_type_name, change.org_unit_parent_name].filter(Boolean).join(' in ')
    return {
        head: [
            element('a', { href: `#${address}` }, change.org_unit_name), element('span', { class: 'where' }, where),
        ],
        cells: [
            change.requested_fields.map((name) => FIELDS[name] ?? name).join(', '), change.created_by,
            moment(change.created_at), STATUS[change.status] ?? change.status,
        ],
    }
}

function pager(found, state) {
    if (found.pages < 2) return ''
    const link = (page, text) => {
        const address = new URLSearchParams(state)
        address.set('page', page)
        return element('a', { href: `#${address}` }, text)
    }
    return element('nav', { 'aria-label': 'Pages', class: 'pager' },
        found.has_previous && link(found.page - 1, 'Previous'),
        element('span', {}, `Page ${found.page} of ${found.pages}`),
        found.has_next && link(found.page + 1, 'Next'))
}
