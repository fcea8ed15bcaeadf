// What runs, waits, has ended and is scheduled.

import { byId, element, table } from '../pages/dom.js'
import { stageList } from './stages.js'
import { duration, fromNow, moment, typeName, when } from './words.js'

const NOTHING = (words) => element('p', { class: 'note' }, words)
const link = (job) => element('a', { href: `#job=${job.id}` }, job.name)

// `rights`: which actions are offered; `perform(id, action, words)` does one. What is focused stays so.
export function showOverview({ running, waiting, ended, scheduled }, rights, perform) {
    const focused = document.activeElement?.dataset?.act
    const button = (job, action, label, members = {}) => element('button', {
        type: 'button', 'data-act': `${action} ${job.id}`, ...members, 'aria-label': `${label} ${job.name}`,
        onclick: () => perform(job.id, action, `${label}: ${job.name}`),
    }, label)

    byId('running').replaceChildren(...(running.length ? running.map((job) => element('article', { class: 'run', 'data-job': job.id },
        element('div', { class: 'head' },
            element('div', {},
                element('h3', {}, link(job)),
                element('span', { class: 'note' }, [
                    typeName(job.jobType), `since ${moment(job.lastExecuted)}`,
                    job.process ? duration(job.process.duration) : null].filter(Boolean).join(' · '))),
            rights.cancel ? button(job, 'cancel', 'Cancel', { class: 'reject' }) : null),
        stageList(job.process))) : [NOTHING('Nothing runs just now.')]))

    byId('waiting-section').hidden = !waiting.length
    byId('waiting').replaceChildren(table({
        name: 'waiting', caption: 'Jobs that wait for a worker', heads: ['Job', 'Type', ''],
        rows: waiting.map((job) => ({
            head: link(job), cells: [typeName(job.jobType), rights.cancel ? button(job, 'cancel', 'Cancel', { class: 'quiet' }) : ''],
        })),
    }))

    byId('ended').replaceChildren(ended.length ? table({
        name: 'ended', caption: 'Jobs that ended last', heads: ['Job', 'Type', 'Outcome', 'Ended', 'Took'],
        rows: ended.map((job) => ({
            members: { 'data-job': job.id }, head: link(job), cells: [
                typeName(job.jobType), outcome(job), moment(job.lastFinished), job.lastRuntimeExecution ?? ''],
        })),
    }) : NOTHING('No job has ended yet.'))

    byId('scheduled').replaceChildren(scheduled.length ? table({
        name: 'scheduled', caption: 'Jobs by their next time', heads: ['Job', 'When', 'Next', 'Status', ''],
        rows: scheduled.map((entry) => scheduledRow(entry, rights, button)),
    }) : NOTHING('No job is scheduled.'))

    if (focused) document.querySelector(`[data-act="${CSS.escape(focused)}"]`)?.focus()
}

function scheduledRow(entry, rights, button) {
    const isQueue = entry.type === 'Sequence'
    const job = { ...entry, id: entry.sequence[0].id }
    const members = isQueue ? element('span', { class: 'where' }, entry.sequence.map((one) => one.name).join(' → ')) : null
    const actions = rights.schedule ? [
        entry.enabled && entry.status !== 'RUNNING' ? button(job, 'execute', 'Run now', { class: 'quiet' }) : null,
        entry.configurable && !isQueue
            ? button(job, entry.enabled ? 'disable' : 'enable', entry.enabled ? 'Disable' : 'Enable', { class: 'quiet' }) : null,
    ] : []
    return {
        members: { 'data-job': job.id },
        head: [isQueue ? entry.name : link(job), element('span', { class: 'where' }, isQueue ? 'Queue' : typeName(entry.type)), members],
        cells: [when(entry), fromNow(entry.secondsToNextExecutionTime), entry.status.toLowerCase().replaceAll('_', ' '), element('span', {}, actions)],
    }
}

export function outcome(job) {
    const word = job.lastExecutedStatus
    return element('span', {},
        element('span', { class: `outcome ${word}` }, word.toLowerCase().replaceAll('_', ' ')),
        job.errorCodes ? element('span', { class: 'note' }, job.errorCodes) : null)
}
