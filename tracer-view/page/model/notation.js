// Reads what is written as text for want of fields: slices, wakes, stacks; and takes notes apart.

/** Attributes, of which those are taken that say what a span has fields for. */
export class Notes {
  /** @param {[string, string][]} pairs key, and type and text of the value */
  constructor(pairs) {
    this.pairs = pairs;
  }

  /** @param {string} key @returns {string | undefined} */
  text(key) {
    return this.pairs.find(([name]) => name === key)?.[1].slice(1);
  }

  /** Takes it off the list. @param {string} key @returns {string | undefined} */
  take(key) {
    const at = this.pairs.findIndex(([name]) => name === key);
    return at < 0 ? undefined : this.pairs.splice(at, 1)[0][1].slice(1);
  }

  /** Takes a list of texts. @param {string} key @returns {string[]} */
  list(key) {
    try {
      return [JSON.parse(this.take(key) ?? '[]')].flat().map(String);
    } catch {
      return [];
    }
  }

  rest() {
    return this.pairs;
  }
}

/** `offset+length …` @param {string} text @returns {[number, number][]} */
export function readSlices(text) {
  const slices = text.split(' ').map((slice) => /^(-?\d+)\+(\d+)$/.exec(slice));
  return slices.every(Boolean) ? slices.map(([, at, length]) => [Number(at), Number(length)]) : [];
}

/** `offset+waited@trace-span …` @param {string} text */
export function readWakes(text) {
  const wakes = text.split(' ').map((wake) => /^(-?\d+)\+(\d*)(?:@([0-9a-f]{32})-([0-9a-f]{16}))?$/.exec(wake));
  if (!wakes.every(Boolean)) return [];
  return wakes.map(([, at, waited, trace, span]) => ({
    at: Number(at),
    waited: waited === '' ? -1 : Number(waited),
    by: trace ? trace + span : '',
  }));
}

/** `file:line` @param {string | undefined} text */
export function readPlace(text) {
  const parts = /^(.*):(\d+)$/.exec(text ?? '');
  return parts ? { file: parts[1], line: Number(parts[2]) } : {};
}

/**
 * A stack of ours: the place of each level, and the system's backtrace below. Others are all
 * backtrace.
 * @param {string} text
 */
export function readStack(text) {
  const [own, ...rest] = text.split('\n\n');
  const lines = own.replace(/\n$/, '').split('\n');
  const stack = [];
  for (let k = 0; k < lines.length; k += 2) {
    const name = /^\s*(\d+): (.*)$/.exec(lines[k]);
    const at = /^ {13}at (.*):(\d+)$/.exec(lines[k + 1] ?? '');
    if (!name || !at || Number(name[1]) !== stack.length) return { stack: [], backtrace: text };
    stack.push({ function: name[2], module: '', file: at[1], line: Number(at[2]) });
  }
  return { stack, backtrace: rest.join('\n\n') };
}
