// Keeps one note of each user in the namespace that the manifest reserves.
const base = document.querySelector('meta[name="dhis2-base-url"]').content
const show = (id, text) => { document.getElementById(id).textContent = text }

const ask = (path, options = {}) => fetch(`${base}/api/42/${path}`, {
  credentials: 'include',
  ...options,
  headers: { 'X-Requested-With': 'XMLHttpRequest', Accept: 'application/json', 'Content-Type': 'application/json' },
})

const me = await (await ask('me?fields=id,username')).json()
const key = `dataStore/notes/${me.id}`
const stored = await ask(key)
show('user', me.username)
show('note', stored.ok ? (await stored.json()).text : 'Nothing yet')

document.querySelector('form').addEventListener('submit', async (event) => {
  event.preventDefault()
  const body = JSON.stringify({ text: event.target.elements.text.value })
  const update = await ask(key, { method: 'PUT', body })
  const answer = update.status === 404 ? await ask(key, { method: 'POST', body }) : update
  show('status', answer.ok ? 'Saved' : `Refused: ${(await answer.json()).message}`)
})
