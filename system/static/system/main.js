// The address decides what is shown: everything, or with `#job=…` one job. What is shown is asked for again and again.

import { Refusal } from '../pages/asking.js'
import { byId, element } from '../pages/dom.js'
import { act, findOverview, findRights } from './api.js'
import { findDetail, showDetail } from './detail.js'
import { showOverview } from './overview.js'

const [QUICK_MS, SLOW_MS] = [1000, 3000] // while something runs, and otherwise
let turn = 0 // answers to an earlier address come too late
let timer = 0
let rights = null

async function show({ focuses = false } = {}) {
    const mine = (turn += 1)
    clearTimeout(timer)
    const id = new URLSearchParams(location.hash.slice(1)).get('job')
    let isBusy = false
    try {
        rights ??= toRights(await findRights())
        const found = id ? await findDetail(id) : await findOverview()
        await pointerUp()
        if (mine !== turn) return
        byId('alert').replaceChildren()
        if (id) showDetail(found)
        else showOverview(found, rights, perform)
        isBusy = id ? found.job.jobStatus === 'RUNNING' : found.running.length + found.waiting.length > 0
        byId('overview').hidden = Boolean(id)
        byId('job').hidden = !id
        if (focuses) byId(id ? 'job-heading' : 'running-heading').focus()
    } catch (error) {
        if (mine !== turn) return
        if (explain(error)) return // asking again is no use
    }
    timer = setTimeout(show, isBusy ? QUICK_MS : SLOW_MS)
}

// A button that is replaced between press and release is not clicked.
async function pointerUp() {
    while (document.querySelector('main button:active')) await new Promise((go) => { setTimeout(go, 50) })
}

function toRights(authorities) {
    const has = (name) => authorities.has('ALL') || authorities.has(name)
    return { schedule: has('F_SCHEDULING_ADMIN'), cancel: has('F_PERFORM_MAINTENANCE') }
}

async function perform(id, action, words) {
    byId('status').textContent = ''
    try {
        await act(id, action)
        byId('status').textContent = words
    } catch (error) {
        if (explain(error)) return
    }
    show()
}

// Whether the page has to be left for it.
function explain(error) {
    const isOut = error instanceof Refusal && error.status === 401
    const { login, page } = document.body.dataset
    byId('alert').replaceChildren(...(isOut
        ? ['You are logged out. ', element('a', { href: `${login}?next=${page}` }, 'Log in again')] : [error.message]))
    return isOut
}

window.addEventListener('hashchange', () => {
    byId('status').textContent = ''
    show({ focuses: true })
})
document.addEventListener('visibilitychange', () => {
    if (document.hidden) clearTimeout(timer)
    else show()
})
show()
