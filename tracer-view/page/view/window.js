// Which part of a trace is seen: from when to when, and from which row on.

/** The shortest stretch of time that fills the width, in nanoseconds. */
const CLOSEST = 50;

/** Keeps itself within what there is. */
export class View {
  /** @param {number} lo @param {number} hi nanoseconds */
  constructor(lo, hi) {
    this.lo = lo;
    this.hi = Math.max(hi, lo + CLOSEST);
    this.reset();
    this.width = 1;
    this.height = 1;
    this.content = 1;
  }

  /** All of it. */
  reset() {
    [this.from, this.to, this.top] = [this.lo, this.hi, 0];
  }

  get span() {
    return this.to - this.from;
  }

  get isWhole() {
    return this.from <= this.lo && this.to >= this.hi;
  }

  /** Where a moment is, in pixels. @param {number} time */
  x(time) {
    return ((time - this.from) / this.span) * this.width;
  }

  /** Which moment is there. @param {number} x */
  time(x) {
    return this.from + (x / this.width) * this.span;
  }

  /** @param {number} factor below 1 comes closer @param {number} x what stays where it is */
  zoom(factor, x = this.width / 2) {
    const at = this.time(x);
    const span = Math.min(this.hi - this.lo, Math.max(CLOSEST, this.span * factor));
    this.show(at - (x / this.width) * span, at + (1 - x / this.width) * span);
  }

  /** @param {number} time by how much, in nanoseconds */
  pan(time) {
    this.show(this.from + time, this.to + time);
  }

  /** @param {number} from @param {number} to */
  show(from, to) {
    const span = Math.min(this.hi - this.lo, Math.max(CLOSEST, to - from));
    this.from = Math.min(Math.max(this.lo, from), this.hi - span);
    this.to = this.from + span;
  }

  /** @param {number} top pixels that lie above */
  scroll(top) {
    this.top = Math.max(0, Math.min(top, this.content - this.height));
  }
}
