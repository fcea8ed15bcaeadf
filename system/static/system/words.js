// Numbers and times in words. The server's times name no zone: they are of its own clock.

const WHOLE = new Intl.NumberFormat('en')

export const count = (number) => WHOLE.format(number)

// `1 h 02 min`, `2 min 05 s`, `3.2 s`.
export function duration(milliseconds) {
    const seconds = milliseconds / 1000
    if (seconds < 10) return `${seconds.toFixed(1)} s`
    const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60]
    if (hours) return `${hours} h ${String(minutes).padStart(2, '0')} min`
    return minutes ? `${minutes} min ${String(rest).padStart(2, '0')} s` : `${rest} s`
}

// What was done in a second; nothing before there is something to divide by.
export function rate(done, milliseconds) {
    if (!done || milliseconds < 100) return null
    const each = done / (milliseconds / 1000)
    return `${each >= 10 ? count(Math.round(each)) : each.toFixed(1)} a second`
}

// `2026-11-22T04:05:06.789` as `2026-11-22 04:05:06`.
export const moment = (text) => (text ? text.slice(0, 19).replace('T', ' ') : '')

// `ANALYTICS_TABLE` as `Analytics table`.
export function typeName(type) {
    const words = type.toLowerCase().replaceAll('_', ' ')
    return words[0].toUpperCase() + words.slice(1)
}

export const when = ({ cronExpression, delay }) => cronExpression || (delay ? `every ${delay} s` : 'on demand')

export function fromNow(seconds) {
    if (seconds === undefined) return ''
    return seconds <= 0 ? 'now' : `in ${duration(seconds * 1000)}`
}
