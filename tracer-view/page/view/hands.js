// Wheel, mouse and fingers on a chart: drag moves, wheel scrolls, with Ctrl or two fingers it zooms.

/** Movements shorter than this, in pixels, are clicks. */
const CLICK = 5;

/** @param {HTMLCanvasElement} canvas @param {import('./flame.js').Flame} flame */
export function hands(canvas, flame) {
  canvas.addEventListener('wheel', (event) => wheel(event, flame), { passive: false });
  const touches = new Map();
  let moved = 0;
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    if (touches.size === 0) moved = 0;
    touches.set(event.pointerId, [event.offsetX, event.offsetY]);
  });
  canvas.addEventListener('pointermove', (event) => {
    const before = touches.get(event.pointerId);
    if (!before) {
      flame.hover(event.offsetX, event.offsetY);
      return;
    }
    moved += Math.abs(event.offsetX - before[0]) + Math.abs(event.offsetY - before[1]);
    if (moved >= CLICK) drag(flame, touches, event, before);
    touches.set(event.pointerId, [event.offsetX, event.offsetY]);
  });
  const end = (event) => {
    const click = touches.delete(event.pointerId) && touches.size === 0 && moved < CLICK;
    if (click && event.type === 'pointerup') flame.click(event.offsetX, event.offsetY);
    if (event.pointerType === 'touch') flame.hover(-1, -1);
  };
  canvas.addEventListener('pointerup', end);
  canvas.addEventListener('pointercancel', end);
  canvas.addEventListener('pointerleave', () => flame.hover(-1, -1));
  canvas.addEventListener('dblclick', (event) => {
    const there = flame.at(event.offsetX, event.offsetY);
    if (typeof there === 'number' && there >= 0) flame.change(() => flame.fit(there));
  });
}

function wheel(event, flame) {
  event.preventDefault();
  const { view } = flame;
  const pixels = event.deltaMode === 1 ? 16 : 1;
  const time = (delta) => (delta / view.width) * view.span;
  flame.change(() => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      view.zoom(Math.exp(event.deltaY * pixels * 0.003), event.offsetX);
    } else if (event.shiftKey) {
      view.pan(time((event.deltaX || event.deltaY) * pixels));
    } else {
      view.scroll(view.top + event.deltaY * pixels);
      if (event.deltaX) view.pan(time(event.deltaX * pixels));
    }
  });
}

function drag(flame, touches, event, before) {
  const { view } = flame;
  const [x, y] = [event.offsetX, event.offsetY];
  flame.change(() => {
    const other = [...touches].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const [was, is] = [Math.abs(before[0] - other[0]), Math.abs(x - other[0])];
      if (was > 8 && is > 8) view.zoom(was / is, (x + other[0]) / 2);
      return;
    }
    view.pan((-(x - before[0]) / view.width) * view.span);
    view.scroll(view.top - (y - before[1]));
  });
}
