// Who calls whom, as a graph: rates, errors and p95 on nodes and edges.

import { duration, percent, plain, three } from '../model/format.js';
import { layers } from '../model/layers.js';
import { serviceMap } from '../model/services.js';
import { el, fill } from './dom.js';
import { labels } from './labels.js';
import { table, twin } from './table.js';
import { hueVariable } from './theme.js';

/** Sizes in pixels: of a node, and from one layer and one node to the next. */
const [WIDTH, HEIGHT] = [172, 66];

/** The map. */
export class MapView {
  /** @param {object} app */
  constructor(app) {
    this.app = app;
    this.element = el('div.page', null);
    addEventListener('resize', () => app.place.view === 'map' && app.views.map === this && this.show());
  }

  show() {
    // Made when it is looked at first.
    this.map ??= serviceMap(this.app.m);
    const { map } = this;
    const head =
      map.by === 'service'
        ? 'Services and what they call. Calls a second, p95, and failed calls in red.'
        : 'One service: its operations and what they call. Calls a second, p95, and failed calls in red.';
    fill(
      this.element,
      el(
        'div.page-head',
        null,
        el('h1', null, 'Service map'),
        el('p', null, head, map.left > 0 && ` ${map.left} more are not drawn.`),
      ),
      el('div.map', null, map.nodes.length > 0 && this.drawing(innerWidth < 700)),
      twin('Calls as a table', () => this.calls()),
    );
  }

  drawing(narrow) {
    const { map } = this;
    const placed = layers(map.nodes.length, map.edges);
    const gap = narrow ? [WIDTH + 14, HEIGHT + 74] : [WIDTH + 196, HEIGHT + 48];
    const widest = Math.max(...placed.layers.map((nodes) => nodes.length));
    const across = widest * (narrow ? gap[0] : gap[1]);
    const centers = map.nodes.map((_, node) => {
      const along = placed.layer[node] * (narrow ? gap[1] : gap[0]);
      const beside = across / 2 + placed.order[node] * (narrow ? gap[0] : gap[1]);
      return narrow ? [beside, along + HEIGHT / 2 + 16] : [along + WIDTH / 2 + 16, beside + 8];
    });
    const size = narrow
      ? [across + 16, placed.layers.length * gap[1]]
      : [placed.layers.length * gap[0] - 164, across + 16];
    const curves = map.edges.map((edge, k) =>
      curve(centers[edge.from], centers[edge.to], narrow, placed.back[k]),
    );
    const forward = map.edges.map((edge, k) => ({ edge, curve: curves[k] })).filter((_, k) => !placed.back[k]);
    return el(
      'svg',
      {
        width: size[0],
        height: size[1],
        viewBox: `0 0 ${size[0]} ${size[1]}`,
        role: 'img',
        'aria-label': 'Map of calls; the same is in the table below',
      },
      el('defs', null, marker('arrow', 'edge-end'), marker('arrow-bad', 'edge-end-bad')),
      map.edges.map((edge, k) => this.edge(edge, curves[k], placed.back[k])),
      labels(
        forward.map(({ edge, curve: of }) => ({ text: edgeText(edge), bad: edge.failed > 0, curve: of })),
        centers.map(([x, y]) => [x - WIDTH / 2, y - HEIGHT / 2, WIDTH, HEIGHT]),
      ),
      map.nodes.map((node, k) => this.node(node, centers[k])),
    );
  }

  edge(edge, { path }, back) {
    const bad = edge.failed / edge.count > 0.001;
    return el(
      back ? 'path.edge.back' : bad ? 'path.edge.bad' : 'path.edge',
      {
        d: path,
        'stroke-width': Math.min(5, 1.2 + Math.log10(1 + edge.count) * 0.7),
        'marker-end': `url(#${bad && !back ? 'arrow-bad' : 'arrow'})`,
      },
      el(
        'title',
        null,
        `${this.map.nodes[edge.from].name} → ${this.map.nodes[edge.to].name}: ${edgeText(edge)}`,
      ),
    );
  }

  node(node, [x, y]) {
    const { app } = this;
    const name = plain(node.name, { most: 24 });
    const share = node.failed / node.count;
    const open = () => app.go({ view: 'traces', search: /\s/.test(node.name) ? `"${node.name}"` : node.name });
    return el(
      node.peer ? 'g.node.peer' : 'g.node',
      {
        tabindex: 0,
        role: 'link',
        transform: `translate(${x - WIDTH / 2},${y - HEIGHT / 2})`,
        click: open,
        keydown: (event) => event.key === 'Enter' && open(),
        style: { '--hue': node.peer ? 'var(--dim)' : hueVariable(app.hues.of[node.span]) },
        'aria-label': `${node.name}: ${three(node.rate)} a second, p95 ${duration(node.p95)}, ${percent(share)} failed`,
      },
      el('rect.box', { width: WIDTH, height: HEIGHT, rx: 9 }),
      el('rect.accent', { width: 5, height: HEIGHT - 18, x: 8, y: 9, rx: 2.5 }),
      share > 0 &&
        el('rect.share', {
          x: 20,
          y: HEIGHT - 8,
          width: Math.max(3, (WIDTH - 30) * share),
          height: 3,
          rx: 1.5,
        }),
      el('text.name', { x: 22, y: 22 }, name),
      el('text.told', { x: 22, y: 39 }, `${three(node.rate)}/s · p95 ${duration(node.p95)}`),
      el(
        share > 0 ? 'text.told.bad' : 'text.told',
        { x: 22, y: 54 },
        share > 0 ? `${percent(share)} failed` : `${node.count} calls`,
      ),
    );
  }

  calls() {
    const { nodes, edges } = this.map;
    const rows = [
      ...nodes.map((node) => ({ ...node, from: '', to: node.name })),
      ...edges.map((edge) => ({ ...edge, from: nodes[edge.from].name, to: nodes[edge.to].name })),
    ];
    const number = (title) => ({ title, class: 'number' });
    return table(
      {
        name: 'Calls',
        columns: [
          { title: 'From' },
          { title: 'To' },
          number('Calls'),
          number('Rate'),
          number('Failed'),
          number('p95'),
        ],
      },
      rows,
      (one) => [
        one.from || '–',
        one.to,
        one.count,
        `${three(one.rate)}/s`,
        percent(one.failed / one.count),
        duration(one.p95),
      ],
    );
  }

  key() {
    return false;
  }
}

function edgeText(edge) {
  return `${three(edge.rate)}/s · ${duration(edge.p95)}${edge.failed > 0 ? ` · ✖ ${percent(edge.failed / edge.count)}` : ''}`;
}

function marker(id, name) {
  return el(
    'marker',
    {
      id,
      viewBox: '0 0 8 8',
      refX: 7,
      refY: 4,
      markerWidth: 9,
      markerHeight: 9,
      markerUnits: 'userSpaceOnUse',
      orient: 'auto',
    },
    el(`path.${name}`, { d: 'M0,0.5 L8,4 L0,7.5 z' }),
  );
}

/** From the side of one node to the side of another; back edges go around. */
function curve(from, to, narrow, back) {
  const [w, h] = [WIDTH / 2, HEIGHT / 2];
  let points;
  if (back) {
    const away = narrow ? [w + 40, 0] : [0, h + 46];
    const shift = narrow ? [w, 0] : [0, h];
    points = [add(from, shift), add(from, away), add(to, away), add(to, shift)];
  } else if (narrow) {
    const [a, b] = [
      [from[0], from[1] + h],
      [to[0], to[1] - h - 2],
    ];
    points = [a, [a[0], (a[1] + b[1]) / 2], [b[0], (a[1] + b[1]) / 2], b];
  } else {
    const [a, b] = [
      [from[0] + w, from[1]],
      [to[0] - w - 2, to[1]],
    ];
    points = [a, [(a[0] + b[0]) / 2, a[1]], [(a[0] + b[0]) / 2, b[1]], b];
  }
  const [a, b, c, d] = points.map((point) => point.map((x) => x.toFixed(1)).join(','));
  return { path: `M${a} C${b} ${c} ${d}`, points };
}

function add([x, y], [dx, dy]) {
  return [x + dx, y + dy];
}
