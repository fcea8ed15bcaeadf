// The map of a request: where the unit is, where it shall be, and what is around. No tiles: nothing is asked of others.

import { findSurroundings } from './api.js'
import { byId, element } from '../pages/dom.js'

const L = window.L
const NEAREST = 12 // zoom: two close points are shown with some kilometres around

// Draws into a container that stands in the document already.
export function drawMap(container, { from, fromName, to, accuracy, orgUnit }) {
    const map = L.map(container, { attributionControl: false, zoomAnimation: false, maxZoom: 20 })
    const points = []
    // `side`: where its label stands; without one it is shown on hovering.
    const put = (location, radius, name, text, side) => {
        const point = [location.latitude, location.longitude]
        const marker = L.circleMarker(point, { radius, className: `place ${name}`, interactive: !side })
        // An element, not a text: Leaflet would read that as markup.
        marker.bindTooltip(element('span', {}, text), {
            permanent: Boolean(side), direction: side ?? 'auto', offset: [side === 'left' ? -radius : radius, 0],
        })
        return marker.addTo(map)
    }
    if (to && accuracy) L.circle([to.latitude, to.longitude], { radius: accuracy, className: 'place-accuracy' }).addTo(map)
    if (from) points.push(put(from, 8, 'place-before', fromName, 'left'))
    if (to) points.push(put(to, 8, 'place-after', 'Proposed', 'right'))
    map.fitBounds(L.featureGroup(points).getBounds(), { padding: [70, 70], maxZoom: NEAREST })
    L.control.scale({ imperial: false }).addTo(map)
    findSurroundings(orgUnit)
        .then((found) => container.isConnected && drawSurroundings(map, found, put))
        .catch((error) => byId('alert').replaceChildren(`The surroundings are not shown: ${error.message}`))
    return map
}

function drawSurroundings(map, { outline, neighbours }, put) {
    if (outline) L.geoJSON(outline, { interactive: false, style: { className: 'place-outline' } }).addTo(map).bringToBack()
    for (const other of neighbours) put(other, 4, 'place-neighbour', other.name).bringToBack()
}
