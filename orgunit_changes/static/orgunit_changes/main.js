// The address decides what is shown: `#status=new&page=2` a list, with `request=412` one request.

import { Refusal } from '../pages/asking.js'
import { hideRequest, showRequest } from './detail.js'
import { byId, element } from '../pages/dom.js'
import { addressOfFilters, fillFilters, showList } from './list.js'

const TITLE = document.title
let turn = 0 // answers to an earlier address come too late

async function show() {
    const mine = (turn += 1)
    const isWanted = () => mine === turn
    const state = new URLSearchParams(location.hash.slice(1))
    const id = state.get('request')
    byId('alert').replaceChildren()
    document.querySelector('main').setAttribute('aria-busy', 'true')
    let finish = () => {}
    try {
        if (id) {
            const list = new URLSearchParams(state)
            list.delete('request')
            finish = await showRequest(id, `#${list}`, isWanted, (words) => { reload(words) })
        } else {
            fillFilters(state)
            await showList(state, isWanted)
        }
        if (!isWanted()) return
        reveal(id)
        finish()
    } catch (error) {
        if (isWanted()) explain(error, id)
    } finally {
        if (isWanted()) document.querySelector('main').removeAttribute('aria-busy')
    }
}

function reveal(id) {
    byId('list').hidden = Boolean(id)
    byId('request').hidden = !id
    if (!id) hideRequest()
    const heading = byId(id ? 'request-heading' : 'list-heading')
    document.title = id ? `${heading.textContent} – ${TITLE}` : TITLE
    if (turn > 1) heading.focus() // who has just come starts at the top
}

async function reload(words) {
    await show()
    byId('status').textContent = words
}

function explain(error, id) {
    byId('alert').replaceChildren(error.message)
    if (error instanceof Refusal && error.status === 401) {
        const { login, page } = document.body.dataset
        byId('alert').replaceChildren('You are logged out. ', element('a', { href: `${login}?next=${page}` }, 'Log in again'))
    }
    byId('list').hidden = Boolean(id)
    byId('request').hidden = true
    byId('rows').replaceChildren()
}

byId('filters').addEventListener('submit', (event) => {
    event.preventDefault()
    const address = addressOfFilters()
    if (address === location.hash) show()
    else location.hash = address
})
byId('clear').addEventListener('click', () => {
    if (!location.hash) show() // the address stays, what was typed goes
})
window.addEventListener('hashchange', () => {
    byId('status').textContent = ''
    show()
})
show()
