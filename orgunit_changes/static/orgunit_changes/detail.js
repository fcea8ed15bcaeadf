// One request: both sides of each field, the map, and the review for those who may.

import { findChange, mayReview, review } from './api.js'
import { byId, element, table } from '../pages/dom.js'
import { drawMap } from './map.js'
import { before, sides } from './values.js'
import { STATUS, moment } from './words.js'

const nothing = () => {}
let map = null
let may = null // asked once

const reviews = async () => (may ??= await mayReview())

export function hideRequest() {
    map?.remove()
    map = null
    byId('request').replaceChildren()
}

// `onreviewed` is told in words what became of it. Returns what is left to do once all this is visible: a map is drawn
// into a place whose size it asks for.
export async function showRequest(id, back, isWanted, onreviewed) {
    const [change, isReviewer] = await Promise.all([findChange(id), reviews()])
    if (!isWanted()) return nothing
    const isOpen = change.status === 'new' && isReviewer
    hideRequest()
    byId('request').replaceChildren(
        element('p', {}, element('a', { href: back }, 'Back to the list')),
        element('h2', { id: 'request-heading', tabindex: '-1' }, change.org_unit.name),
        course(change),
        element('form', { id: 'review', 'aria-label': 'Review', onsubmit: (event) => event.preventDefault() },
            comparison(change, isOpen),
            isOpen && decision(change, onreviewed)),
    )
    return change.requested_fields.includes('new_location') ? addMap(change) : nothing
}

function course(change) {
    const reviewer = change.update_by ?? change.updated_by
    const lines = [
        ['Status', STATUS[change.status] ?? change.status],
        ['Parent', change.org_unit.parent || null],
        ['Type', change.org_unit.org_unit_type_name],
        ['Asked', `${moment(change.created_at)} by ${change.created_by || 'somebody'}`],
        ['Reviewed', change.status !== 'new' && `${moment(change.updated_at)} by ${reviewer || 'somebody'}`],
        ['Comment', change.rejection_comment],
    ]
    return element('dl', { class: 'course' }, lines.filter(([, text]) => text).map(([name, text]) => [
        element('dt', {}, name), element('dd', {}, text),
    ]))
}

function comparison(change, isOpen) {
    const isReviewed = change.status !== 'new'
    const approved = change.approved_fields ?? []
    const heads = ['Field', nameOfBefore(change), 'Proposed', isOpen && 'Approve', isReviewed && 'Approved']
    const row = ({ name, title, before: was, after }) => ({
        members: { 'data-field': name },
        head: title,
        cells: [
            was, after, isOpen && checkbox(name, title), isReviewed && (approved.includes(name) ? 'yes' : 'no'),
        ].filter((cell) => cell !== false),
    })
    return table({
        name: 'comparison', caption: 'What is asked for', heads: heads.filter(Boolean), rows: sides(change).map(row),
    })
}

const checkbox = (name, title) => element('input', {
    type: 'checkbox', name: 'approved', value: name, checked: true, 'aria-label': `Approve: ${title}`,
})

const nameOfBefore = (change) => (change.status === 'new' ? 'Now' : 'Before')

function addMap(change) {
    const [from, to] = [before(change).location, change.new_location]
    if (!from && !to) return nothing
    const container = element('div', { class: 'map', role: 'group', 'aria-label': 'Map of the locations above' })
    const legend = element('figcaption', {},
        from && element('span', { class: 'key key-before' }, nameOfBefore(change).toLowerCase()), ' ',
        to && element('span', { class: 'key key-after' }, 'proposed'), ' ',
        element('span', { class: 'key key-neighbour' }, 'org units beside it'))
    byId('request').querySelector('table').after(element('figure', {}, container, legend))
    return () => {
        map = drawMap(container, {
            from, fromName: nameOfBefore(change), to, accuracy: change.new_location_accuracy,
            orgUnit: change.org_unit.id,
        })
    }
}

function decision(change, onreviewed) {
    const problem = element('p', { id: 'problem', class: 'alert', role: 'alert' })
    const comment = element('textarea', { id: 'comment', rows: '3', 'aria-describedby': 'comment-hint' })
    const buttons = []

    const refuse = (words, where) => {
        problem.textContent = words
        where?.focus()
    }
    const send = async (body, words) => {
        problem.textContent = ''
        for (const button of buttons) button.disabled = true // a double click must not send twice
        try {
            await review(change.id, { ...body, rejection_comment: comment.value.trim() || null })
            onreviewed(words)
        } catch (error) {
            refuse(error.message)
        } finally {
            for (const button of buttons) button.disabled = false
        }
    }
    const approve = () => {
        const boxes = [...byId('review').querySelectorAll('input[name=approved]')]
        const chosen = boxes.filter((box) => box.checked).map((box) => box.value)
        if (!chosen.length) return refuse('Choose at least one field to approve.', boxes[0])
        return send({ status: 'validated', approved_fields: chosen }, `Approved: ${change.org_unit.name}`)
    }
    const reject = () => {
        if (!comment.value.trim()) return refuse('Say why the request is rejected.', comment)
        return send({ status: 'rejected' }, `Rejected: ${change.org_unit.name}`)
    }
    buttons.push(
        element('button', { type: 'button', class: 'approve', onclick: approve }, 'Approve the chosen fields'),
        element('button', { type: 'button', class: 'reject', onclick: reject }, 'Reject'),
    )
    return element('div', { class: 'decision' },
        element('label', { for: 'comment' }, 'Comment'), comment,
        element('p', { id: 'comment-hint', class: 'note' }, 'Whoever asked will read it. Needed to reject.'),
        problem, element('p', { class: 'buttons' }, buttons))
}
