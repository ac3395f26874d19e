// Rows below a parent, filled from left to right: where a block finds free rows first.

/** Until when each row is taken. Blocks must come by start. */
export class Shelf {
  constructor() {
    /** @type {number[]} */
    this.until = [];
    // Rows before this one were taken when last asked, until the time that goes with it.
    this.full = 0;
    this.free = -Infinity;
  }

  /** @param {number} row @param {number} height @param {number} until */
  take(row, height, until) {
    for (let r = row; r < row + height; r++) {
      while (this.until.length <= r) this.until.push(-Infinity);
      this.until[r] = Math.max(this.until[r], until);
    }
  }

  /**
   * Takes the first free rows from `least` on.
   * @param {{lo: number, hi: number, height: number}} block @param {number} least
   * @returns {number} the first of them
   */
  fit({ lo, hi, height }, least) {
    let row = Math.max(least, this.start(lo));
    for (let [r, run] = [row, 0]; run < height; r++) {
      if ((this.until[r] ?? -Infinity) <= lo) run += 1;
      else [run, row] = [0, r + 1];
    }
    this.take(row, height, hi);
    return row;
  }

  /** The first row that may be free then: those before are known to be taken for longer. */
  start(lo) {
    if (lo < this.free) return this.skip(lo);
    [this.full, this.free] = [0, Infinity];
    return this.skip(lo);
  }

  skip(lo) {
    while (this.full < this.until.length && this.until[this.full] > lo) {
      this.free = Math.min(this.free, this.until[this.full]);
      this.full += 1;
    }
    return this.full;
  }
}
