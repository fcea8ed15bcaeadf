// Calls the API with the session of a page.

// Why a request was refused: `status`, and `message` in words.
export class Refusal extends Error {
    constructor(status, body) {
        super(sentences(body).join(' ') || `The server answered ${status}.`)
        this.status = status
    }
}

export async function ask(address, method = 'GET', body = undefined) {
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

// The messages of an error: DHIS2's, a text, a list, or lists by member.
function sentences(body) {
    if (typeof body === 'string') return [body]
    if (Array.isArray(body)) return body.flatMap(sentences)
    if (!body || typeof body !== 'object') return []
    return typeof body.message === 'string' ? [body.message] : Object.values(body).flatMap(sentences)
}
