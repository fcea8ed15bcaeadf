// A run: its stages, each with what was done, how quickly, and what went wrong.

import { element } from '../pages/dom.js'
import { count, duration, rate } from './words.js'

export function stageList(process, { withItems = false } = {}) {
    const stages = process?.stages ?? []
    if (!stages.length) return element('p', { class: 'note' }, 'This job tells no stages.')
    return element('ol', { class: 'stages' }, stages.map((stage) => stageLine(stage, withItems)))
}

function stageLine(stage, withItems) {
    const { doneItems: done = 0, failedItems: failed = 0, totalItems: total = 0, counted, duration: took } = stage
    const isRunning = stage.status === 'RUNNING'
    const current = isRunning ? stage.items.findLast((item) => item.status === 'RUNNING') ?? stage.items.at(-1) : null
    const facts = [
        total ? `${count(done + failed)} of ${count(total)}` : null,
        counted ? `${count(counted)} done` : null,
        rate(counted ?? done, took),
        failed ? `${count(failed)} failed` : null,
        duration(took),
    ]
    const problems = stage.items.filter((item) => item.error)
    return element('li', { class: stage.status },
        stage.description, element('span', { class: 'facts' }, facts.filter(Boolean).join(' · ')),
        isRunning && total > 1
            ? element('progress', { max: total, value: done + failed, 'aria-label': stage.description }) : null,
        current ? element('span', { class: 'note current' }, current.description) : null,
        stage.error ? element('span', { class: 'problem' }, stage.error) : null,
        problems.map((item) => element('span', { class: 'problem' }, `${item.description}: ${item.error}`)),
        withItems && stage.items.length
            ? element('ol', { class: 'items' }, stage.items.map((item) => element('li', {},
                `${item.description} – ${item.status.toLowerCase()}, ${duration(item.duration)}`))) : null)
}
