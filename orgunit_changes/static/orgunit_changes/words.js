// How values read: names of fields, dates, distances, labels of questions.

export const FIELDS = {
    new_parent: 'Parent', new_name: 'Name', new_org_unit_type: 'Type', new_groups: 'Groups',
    new_location: 'Location', new_location_accuracy: 'Accuracy of the location', new_opening_date: 'Opening date',
    new_closed_date: 'Closing date', new_reference_instances: 'Reference submissions',
}
export const STATUS = { new: 'New', validated: 'Approved', rejected: 'Rejected' }
export const NOTHING = '–'

const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' })
const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })
const DEGREES = new Intl.NumberFormat(undefined, { minimumFractionDigits: 5, maximumFractionDigits: 5 })
const METRES = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 })
const EARTH = 6371000 // metres
const LANGUAGE = new Intl.DisplayNames(['en'], { type: 'language' })

// An ISO date without time.
export const day = (text) => (text ? DAY.format(new Date(`${text}T00:00:00Z`)) : NOTHING)
// Seconds since the epoch.
export const moment = (seconds) => (seconds === null ? NOTHING : MOMENT.format(new Date(seconds * 1000)))
export const metres = (length) => (length === null ? NOTHING : `${METRES.format(length)} m`)

export function place(location) {
    if (!location) return NOTHING
    const { latitude, longitude, altitude } = location
    return `${DEGREES.format(latitude)}, ${DEGREES.format(longitude)}; altitude ${metres(altitude)}`
}

export function distance(from, to) {
    const radians = (degrees) => (degrees * Math.PI) / 180
    const [one, other] = [radians(from.latitude), radians(to.latitude)]
    const east = radians(to.longitude - from.longitude)
    const half = Math.sin((other - one) / 2) ** 2 + Math.cos(one) * Math.cos(other) * Math.sin(east / 2) ** 2
    const length = 2 * EARTH * Math.asin(Math.sqrt(half))
    return length < 10000 ? metres(Math.round(length)) : `${METRES.format(Math.round(length / 1000))} km`
}

// A label is a text, or texts by language: the reader's, by its code or its English name, else the first.
export function label(given) {
    if (given === null || typeof given !== 'object') return String(given)
    const codes = navigator.languages.map((language) => language.split('-')[0])
    const known = codes.flatMap((code) => [code, LANGUAGE.of(code)]).find((name) => name in given)
    return given[known] ?? Object.values(given)[0] ?? NOTHING
}
