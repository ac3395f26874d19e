// Rows below a parent, filled from left to right: where a block finds free rows first.
//
// A block knows from when to when each of its rows is taken, so that what hangs deep below a child
// and outlives it takes no room from what comes after the child. Rows are kept deepest first: then a
// parent is put on top of its children without moving them.

/** Places that are tried before a block goes to the bottom. */
const TRIES = 1000;

/**
 * @typedef {object} Block
 * @property {number[]} los  @property {number[]} his  from when to when each row is taken, deepest first
 * @property {number} lo  @property {number} hi  of all rows
 */

/** Blocks one beside the other. */
export class Shelf {
  constructor() {
    /** @type {number[]} */
    this.los = [];
    /** @type {number[]} */
    this.his = [];
    // Rows before this one were taken when last asked, until the time that goes with it.
    this.full = 0;
    this.free = -Infinity;
  }

  /** Takes the first rows from `least` on that are free for a block. @returns {number} the first of them */
  fit(block, least) {
    let row = Math.max(least, this.start(block.los[block.los.length - 1]));
    for (let tries = 0; ; tries++) {
      const next = tries < TRIES ? this.next(block, row) : Math.max(row, this.his.length);
      if (next === row) break;
      row = next;
    }
    this.take(block, row);
    return row;
  }

  /** The same row if all rows of a block are free from it on; else the first that may be. */
  next({ los, his }, row) {
    const [last, deepest] = [this.his.length - 1 - row, los.length - 1];
    for (let r = 0; r <= deepest && r <= last; r++) {
      const [lo, hi] = [los[deepest - r], his[deepest - r]];
      if (this.his[last - r] <= lo || this.los[last - r] >= hi) continue;
      // No place will do before one where this row of the block is free.
      let at = last - r - 1;
      while (at >= 0 && this.his[at] > lo && this.los[at] < hi) at -= 1;
      return row + (last - r - at);
    }
    return row;
  }

  /** Takes rows. A block's lists become the shelf's. @param {Block} block @param {number} row */
  take({ los, his }, row) {
    if (row + los.length < this.his.length) {
      this.merge(los, his, row);
      return;
    }
    // The deeper of the two is kept, so that what is copied is never most of it.
    const [ownLos, ownHis] = [this.los, this.his];
    [this.los, this.his] = [los, his];
    for (let r = 0; r < row; r++) (this.los.push(Infinity), this.his.push(-Infinity));
    this.merge(ownLos, ownHis, 0);
  }

  merge(los, his, row) {
    const [last, deepest] = [this.his.length - 1 - row, los.length - 1];
    for (let r = 0; r <= deepest; r++) {
      this.los[last - r] = Math.min(this.los[last - r], los[deepest - r]);
      this.his[last - r] = Math.max(this.his[last - r], his[deepest - r]);
    }
  }

  /** The first row that may be free then: those before are known to be taken for longer. */
  start(lo) {
    if (lo >= this.free) [this.full, this.free] = [0, Infinity];
    const last = this.his.length - 1;
    while (this.full <= last && this.his[last - this.full] > lo && this.los[last - this.full] <= lo) {
      this.free = Math.min(this.free, this.his[last - this.full]);
      this.full += 1;
    }
    return this.full;
  }
}
