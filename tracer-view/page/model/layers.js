// A place for each node of a graph: layers from callers to called, few crossings.

/**
 * @param {number} count of nodes @param {{from: number, to: number}[]} edges
 * @returns {{layer: number[], order: number[], layers: number[][], back: boolean[]}}
 *   back: by edge, whether it leads against the layers
 */
export function layers(count, edges) {
  const back = backEdges(count, edges);
  const forward = edges.filter((edge, k) => !back[k]);
  const layer = new Array(count).fill(0);
  // Longest path: without back edges there are no circles, so this ends.
  for (let pass = 0, moved = true; moved && pass <= count; pass++) {
    moved = false;
    for (const { from, to } of forward) {
      if (layer[to] > layer[from]) continue;
      layer[to] = layer[from] + 1;
      moved = true;
    }
  }
  const all = Array.from({ length: Math.max(0, ...layer) + 1 }, () => []);
  layer.forEach((at, node) => all[at].push(node));
  const order = new Array(count).fill(0);
  const number = () =>
    all.forEach((nodes) =>
      nodes.forEach((node, k) => {
        order[node] = k - (nodes.length - 1) / 2;
      }),
    );
  number();
  for (let sweep = 0; sweep < 6; sweep++) {
    for (const nodes of sweep % 2 ? [...all].reverse() : all) settle(nodes, forward, order, sweep % 2 === 1);
    number();
  }
  return { layer, order, layers: all, back };
}

/** Each node goes where those are that it belongs to. */
function settle(nodes, edges, order, down) {
  const wanted = new Map(
    nodes.map((node) => {
      const near = edges
        .filter((edge) => (down ? edge.from : edge.to) === node)
        .map((edge) => order[down ? edge.to : edge.from]);
      return [node, near.length > 0 ? near.reduce((sum, at) => sum + at, 0) / near.length : order[node]];
    }),
  );
  nodes.sort((a, b) => wanted.get(a) - wanted.get(b));
}

/** Edges that close a circle, and those to itself. */
function backEdges(count, edges) {
  const out = Array.from({ length: count }, () => []);
  edges.forEach((edge, k) => out[edge.from].push(k));
  const called = new Set(edges.map((edge) => edge.to));
  const state = new Array(count).fill(0);
  const back = edges.map((edge) => edge.from === edge.to);
  const visit = (node) => {
    state[node] = 1;
    for (const k of out[node]) {
      if (state[edges[k].to] === 1) back[k] = true;
      else if (state[edges[k].to] === 0) visit(edges[k].to);
    }
    state[node] = 2;
  };
  const starts = Array.from({ length: count }, (_, node) => node).sort((a, b) => called.has(a) - called.has(b));
  for (const node of starts) if (state[node] === 0) visit(node);
  return back;
}
