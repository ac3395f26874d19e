// What is known of one trace beyond its spans: path, lanes, who was waited for. Made once.

import { criticalPath, holders } from './critical.js';
import { isOrigin, isSpawned } from './data.js';
import { lookThrough } from './findings.js';
import { layout } from './layout.js';

/** Pictures of the traces that were looked at last. */
export class Pictures {
  /** @param {import('./data.js').Model} m */
  constructor(m) {
    this.m = m;
    this.kept = new Map();
  }

  /** @param {number} trace @returns {Picture} */
  of(trace) {
    if (!this.kept.has(trace)) {
      if (this.kept.size >= 16) this.kept.delete(this.kept.keys().next().value);
      this.kept.set(trace, new Picture(this.m, trace));
    }
    return this.kept.get(trace);
  }
}

class Picture {
  constructor(m, trace) {
    this.m = m;
    this.trace = trace;
    this.root = m.traces.root[trace];
    this.first = m.traces.first[trace];
    this.next = m.traces.first[trace + 1];
    this.path = criticalPath(m, this.root);
    this.holders = holders(m, this.path);
    this.unfolded = new Set();
    this.origins = [];
    for (let i = this.first; i < this.next; i++) if (isOrigin(m, i)) this.origins.push(i);
    // What failed first is most likely why the others did.
    this.origins.sort((a, b) => m.end[a] - m.end[b] || b - a);
  }

  get lanes() {
    if (!this.laid) {
      this.laid = layout(this.m, this.trace, this.path, this.unfolded);
      this.laid.zero = this.m.start[this.root];
    }
    return this.laid;
  }

  /** How many tasks it ran in: a task may have several spans that none of its others is around. */
  get tasks() {
    const { m } = this;
    const tasks = new Set();
    for (let i = this.first; i < this.next; i++) {
      if (m.owner[i] !== i) continue;
      const key = isSpawned(m, i) ? m.tasks[i]?.key : undefined;
      tasks.add(key === undefined ? i : `${m.service[i]} ${key}`);
    }
    return tasks.size;
  }

  /** What is worth a look in this trace. */
  get findings() {
    if (this.found) return this.found;
    const looking = lookThrough(this.m, this.trace, this.trace + 1);
    let step = looking.next();
    while (!step.done) step = looking.next();
    this.found = step.value;
    return this.found;
  }

  /** Draws what is folded bar by bar. @param {string} key of a group */
  unfold(key) {
    this.unfolded.add(key);
    this.laid = null;
  }

  /** Unfolds whatever hides a span. @param {number} span */
  reveal(span) {
    while (this.lanes.folded[span - this.first]) {
      const above = [];
      for (let i = span; i >= 0; i = this.m.parent[i]) above.push(i);
      const groups = [...this.lanes.groupsOf.values()].flat();
      const hiding = groups.find((group) => above.some((i) => group.members.includes(i)));
      if (!hiding) return;
      this.unfold(hiding.key);
    }
  }

  /** Nanoseconds of the critical path that are a span's own. @param {number} span */
  held(span) {
    return (this.path.get(span) ?? []).reduce((sum, [from, to]) => sum + to - from, 0);
  }

  /** Nanoseconds of the path in a span and all below it. @param {number} span */
  heldBelow(span) {
    let sum = 0;
    for (const [i] of this.path) {
      for (let above = i; above >= 0; above = this.m.parent[above]) {
        if (above !== span) continue;
        sum += this.held(i);
        break;
      }
    }
    return sum;
  }
}
