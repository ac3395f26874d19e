// Ids of spans: all their digits, or their places in the sequences that tracers make them by.

/** How far two ids of one sequence lie apart that follow on each other. */
const STEP = 0x9e3779b97f4a7c15n;

/**
 * @typedef {string | {base: bigint[], of: Int32Array, place: Float64Array}} Ids
 * Sixteen digits of each span; or the first id of each sequence, and how many steps from it a span is.
 */

/** Reads the column. @param {string | {base: string[], of: number[], step: number[]}} [column] @returns {Ids} */
export function ids(column = '') {
  if (typeof column === 'string') return column;
  const at = new Float64Array(column.base.length);
  const place = Float64Array.from(column.step, (step, i) => (at[column.of[i]] += step));
  return { base: column.base.map((digits) => BigInt(`0x${digits}`)), of: Int32Array.from(column.of), place };
}

/** @param {Ids} all @param {number} i @returns {string} sixteen hexadecimal digits */
export function digits(all, i) {
  if (typeof all === 'string') return all.slice(16 * i, 16 * i + 16);
  const id = all.base[all.of[i]] + BigInt(all.place[i]) * STEP;
  return BigInt.asUintN(64, id).toString(16).padStart(16, '0');
}
