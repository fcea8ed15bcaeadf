// One job: its stages and items, its errors, its log.

import { byId, element, table } from '../pages/dom.js'
import { findErrors, findJob, findLog, findProgress } from './api.js'
import { outcome } from './overview.js'
import { stageList } from './stages.js'
import { moment, typeName, when } from './words.js'

export async function findDetail(id) {
    const job = await findJob(id)
    const [progress, errors, log] = await Promise.all([findProgress(id), findErrors(id), findLog(job.jobType, id)])
    return { job, process: progress?.sequence?.at(-1), errors, log }
}

export function showDetail({ job, process, errors, log }) {
    const facts = [
        ['Type', typeName(job.jobType)], ['When', when(job)], ['Status', job.jobStatus.toLowerCase()],
        ['Next', moment(job.nextExecutionTime)], ['Began', moment(job.lastExecuted)], ['Ended', moment(job.lastFinished)],
        ['Took', job.lastRuntimeExecution], ['Parameters', job.jobParameters ? JSON.stringify(job.jobParameters) : null],
    ]
    byId('job').replaceChildren(
        element('p', {}, element('a', { href: '#' }, 'All jobs')),
        element('h2', { id: 'job-heading', tabindex: '-1' }, job.name),
        element('dl', { class: 'course' },
            facts.filter(([, value]) => value).map(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]),
            element('dt', {}, 'Outcome'), element('dd', {}, outcome(job))),
        process?.error ? element('p', { class: 'alert' }, process.error) : null,
        element('h3', {}, 'Stages'), stageList(process, { withItems: true }),
        errors.length ? [element('h3', {}, 'Errors'), table({
            name: 'errors', caption: 'Errors of the last run', heads: ['Code', 'Object', 'Message'],
            rows: errors.map((error) => ({ head: error.code, cells: [`${error.type} ${error.id}`, error.message] })),
        })] : '',
        element('h3', {}, 'Log'),
        log.length ? element('ol', { class: 'log' }, log.map((line) => element('li', { class: line.level },
            `${moment(line.time)} ${line.level} ${line.message || (line.completed ? 'Ended' : '')}`)))
            : element('p', { class: 'note' }, 'No lines.'))
}
