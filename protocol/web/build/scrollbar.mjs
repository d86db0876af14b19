// How wide a scroll bar is, measured without a style element, which a strict content policy would refuse.
// Stands in for the widgets' own measuring.

function measured(like) {
  const box = document.createElement('div')
  Object.assign(box.style, {
    position: 'absolute',
    insetBlockStart: '0',
    width: '100px',
    height: '100px',
    overflow: 'scroll',
  })
  if (like) {
    const { scrollbarColor, scrollbarWidth } = getComputedStyle(like)
    Object.assign(box.style, { scrollbarColor, scrollbarWidth })
  }
  document.body.append(box)
  const size = {
    width: box.offsetWidth - box.clientWidth,
    height: box.offsetHeight - box.clientHeight,
  }
  box.remove()
  return size
}

let known

export default function getScrollBarSize(fresh) {
  if (fresh || known === undefined) known = measured().width
  return known
}

export function getTargetScrollBarSize(target) {
  return target instanceof Element ? measured(target) : { width: 0, height: 0 }
}
