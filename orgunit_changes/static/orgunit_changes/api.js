// Calls the API with the session of the page.

import { ask } from '../pages/asking.js'

const { api, page } = document.body.dataset

export const listChanges = (query) => ask(`${api}/orgunits/changes/?${query}`)
export const findChange = (id) => ask(`${api}/orgunits/changes/${encodeURIComponent(id)}/`)
export const findSurroundings = (orgUnit) => ask(`${page}surroundings/${encodeURIComponent(orgUnit)}`)
export const review = (id, body) => ask(`${api}/orgunits/changes/${encodeURIComponent(id)}/`, 'PATCH', body)

export async function mayReview() {
    const { authorities } = await ask(`${api}/me?fields=authorities`)
    return authorities.some((name) => name === 'ALL' || name === 'ORG_UNITS_CHANGE_REQUEST_REVIEW')
}
