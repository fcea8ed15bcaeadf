// What the page asks the API.

import { ask, Refusal } from '../pages/asking.js'

const { api } = document.body.dataset
const JOB = 'id,name,jobType,jobStatus,lastExecutedStatus,lastExecuted,lastFinished,lastRuntimeExecution,errorCodes,configurable'
const MOST_ENDED = 20
const LISTED = (filter, order) =>
    `${api}/jobConfigurations?fields=${JOB}&filter=${filter}&order=${order}&pageSize=${MOST_ENDED}`

const address = (id, rest = '') => `${api}/jobConfigurations/${encodeURIComponent(id)}${rest}`

export const findRights = async () => new Set((await ask(`${api}/me?fields=authorities`)).authorities)
// Who schedules jobs need not be allowed to read what they tell.
const unlessHidden = (asked) => asked.catch((error) => {
    if (error instanceof Refusal && error.status === 404) return null
    throw error
})
export const findProgress = (id) => unlessHidden(ask(address(id, '/progress')))
export const findJob = (id) => ask(address(id))
export const findErrors = async (id) => await unlessHidden(ask(address(id, '/progress/errors'))) ?? []
export const findLog = (type, id) => ask(`${api}/system/tasks/${type}/${encodeURIComponent(id)}`)
export const act = (id, action) => ask(address(id, `/${action}`), 'POST', {})

// All that the overview shows.
export async function findOverview() {
    const [running, waiting, ended, scheduled] = await Promise.all([
        ask(LISTED('jobStatus:eq:RUNNING', 'lastExecuted:asc')),
        ask(`${LISTED('jobStatus:eq:SCHEDULED', 'created:asc')}&filter=schedulingType:eq:ONCE_ASAP`),
        ask(LISTED('lastFinished:!null', 'lastFinished:desc')),
        ask(`${api}/scheduler`),
    ])
    const processes = await Promise.all(running.jobConfigurations.map(async (job) => ({
        ...job, process: (await findProgress(job.id))?.sequence?.at(-1),
    })))
    return { running: processes, waiting: waiting.jobConfigurations, ended: ended.jobConfigurations, scheduled }
}
