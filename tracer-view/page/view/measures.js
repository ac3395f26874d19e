// Heights in pixels, and the font on canvases.

export const ROW = 23;
export const BAR = 19;
export const AXIS = 24;
export const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

/** Where a row's bars begin, in pixels. @param {import('./window.js').View} view @param {number} row */
export function rowY(view, row) {
  return AXIS + row * ROW - view.top;
}
