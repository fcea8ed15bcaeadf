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
