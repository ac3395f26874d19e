// Places the labels of edges so that they cover neither nodes nor each other.

import { el } from './dom.js';

const [LETTER, TALL] = [6.1, 17];

/**
 * @param {{text: string, bad: boolean, curve: {points: number[][]}}[]} all
 * @param {[number, number, number, number][]} taken  left, top, width and height of what is there
 */
export function labels(all, taken) {
  const boxes = [...taken];
  return all.map(({ text, bad, curve }) => {
    const width = text.length * LETTER + 12;
    const tries = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74].map((along) => boxAt(curve.points, along, width));
    const box = tries.find((one) => !boxes.some((other) => overlap(one, other))) ?? moved(tries[0], boxes);
    boxes.push(box);
    return el(
      bad ? 'g.label.bad' : 'g.label',
      { transform: `translate(${box[0]},${box[1]})` },
      el('rect', { width, height: TALL, rx: 4 }),
      el('text', { x: width / 2, y: 12.5, 'text-anchor': 'middle' }, text),
    );
  });
}

function boxAt(points, along, width) {
  const rest = 1 - along;
  const share = [rest ** 3, 3 * rest * rest * along, 3 * rest * along * along, along ** 3];
  const at = (axis) => points.reduce((sum, point, k) => sum + point[axis] * share[k], 0);
  return [at(0) - width / 2, at(1) - TALL / 2, width, TALL];
}

/** Downwards or upwards, until there is room. */
function moved([x, y, width, height], boxes) {
  for (let step = 1; step < 12; step++) {
    for (const sign of [1, -1]) {
      const box = [x, y + sign * step * (TALL + 2), width, height];
      if (!boxes.some((other) => overlap(box, other))) return box;
    }
  }
  return [x, y, width, height];
}

function overlap([x, y, width, height], [left, top, wide, tall]) {
  return x < left + wide && left < x + width && y < top + tall && top < y + height;
}
