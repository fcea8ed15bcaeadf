// Builds elements. Texts become text nodes, never markup: names of org units may hold anything.

export const byId = (id) => document.getElementById(id)

// element('a', { href: '#', onclick: act }, 'text', other): what is null or false is left out.
export function element(tag, members = {}, ...children) {
    const made = document.createElement(tag)
    for (const [name, value] of Object.entries(members)) {
        if (value === null || value === undefined || value === false) continue
        if (name.startsWith('on')) made.addEventListener(name.slice(2), value)
        else made.setAttribute(name, value === true ? '' : value)
    }
    made.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false))
    return made
}

// A table whose rows have a head: `{ members, head, cells }`. Roles are said, since narrow screens show no table, and
// each cell knows the head of its column, which they show instead.
export function table({ name, caption, heads, rows }) {
    const line = ({ members = {}, head, cells }) => element('tr', { role: 'row', ...members },
        element('th', { scope: 'row', role: 'rowheader' }, head),
        cells.map((cell, place) => element('td', { role: 'cell', 'data-label': heads[place + 1] }, cell)))
    return element('table', { class: name, role: 'table' },
        element('caption', { class: 'unseen' }, caption),
        element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' },
            heads.map((head) => element('th', { scope: 'col', role: 'columnheader' }, head)))),
        element('tbody', { role: 'rowgroup' }, rows.map(line)))
}
