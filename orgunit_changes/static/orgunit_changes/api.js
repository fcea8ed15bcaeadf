// Calls the API with the session of the page.

const { api, page } = document.body.dataset

// Why a request was refused: `status`, and `message` in words.
export class Refusal extends Error {
    constructor(status, body) {
        super(sentences(body).join(' ') || `The server answered ${status}.`)
        this.status = status
    }
}

export const listChanges = (query) => ask(`${api}/orgunits/changes/?${query}`)
export const findChange = (id) => ask(`${api}/orgunits/changes/${encodeURIComponent(id)}/`)
export const findSurroundings = (orgUnit) => ask(`${page}surroundings/${encodeURIComponent(orgUnit)}`)
export const review = (id, body) => ask(`${api}/orgunits/changes/${encodeURIComponent(id)}/`, 'PATCH', body)

export async function mayReview() {
    const { authorities } = await ask(`${api}/me?fields=authorities`)
    return authorities.some((name) => name === 'ALL' || name === 'ORG_UNITS_CHANGE_REQUEST_REVIEW')
}

async function ask(address, method = 'GET', body = undefined) {
    const headers = { Accept: 'application/json', 'X-Requested-With': 'XMLHttpRequest' }
    if (body !== undefined) {
        headers['Content-Type'] = 'application/json'
        headers['X-XSRF-TOKEN'] = cookie('XSRF-TOKEN')
    }
    const answer = await fetch(address, {
        method, headers, credentials: 'same-origin', body: body === undefined ? undefined : JSON.stringify(body),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Refusal(answer.status, parsed(text))
    return text ? JSON.parse(text) : null
}

function cookie(name) {
    const found = document.cookie.split('; ').find((pair) => pair.startsWith(`${name}=`))
    return found ? decodeURIComponent(found.slice(name.length + 1)) : ''
}

function parsed(text) {
    try {
        return JSON.parse(text)
    } catch {
        return null
    }
}

// The messages of an error: a text, a list, or lists by member.
function sentences(body) {
    if (typeof body === 'string') return [body]
    if (Array.isArray(body)) return body.flatMap(sentences)
    return body && typeof body === 'object' ? Object.values(body).flatMap(sentences) : []
}
