/**
 * Draws a session of two terminals as one animated SVG. Each piece of text is in the file once. A style sheet
 * shows the piece for as long as it was on the screen. test/session.test.ts records the session.
 */

/** Adjacent cells of one row with the same style. */
export interface Run {
  readonly column: number;
  readonly text: string;
  readonly style: 'plain' | 'dim' | 'own' | 'buddy'; // a class of the style sheet below
}

/** The contents of one terminal: its rows from the top. */
export interface Screen {
  readonly rows: readonly (readonly Run[])[];
  readonly cursor: { readonly row: number; readonly column: number };
}

/** The contents of both terminals, and for how long they are shown, in milliseconds. */
export interface Frame {
  readonly ms: number;
  readonly screens: readonly [Screen, Screen];
}

export interface Session {
  /** The title above each terminal. */
  readonly titles: readonly [string, string];
  readonly columns: number;
  readonly rows: number;
  readonly frames: readonly Frame[];
}

/** Sizes in pixels: a cell, the margin inside a pane, and a pane's title. */
const CELL = { width: 7, height: 16 };
const MARGIN = 10;
const TITLE = 24;

const STYLE = `
text { font: 11.6px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre }
text { fill: #1f2328 }
.pane { fill: #ffffff; stroke: #d1d9e0 }
.title, .dim { fill: #59636e }
.own { fill: #0550ae }
.buddy { fill: #8250df }
.cursor { fill: #1f2328; opacity: 0.35 }
.shown { visibility: hidden }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc }
  .pane { fill: #0d1117; stroke: #3d444d }
  .title, .dim { fill: #9198a1 }
  .own { fill: #79c0ff }
  .buddy { fill: #d2a8ff }
  .cursor { fill: #f0f6fc }
}
@media (prefers-reduced-motion: reduce) {
  svg .shown { animation: none }
  .last { visibility: visible }
}`;

/** A part of the picture, with the times at which it appears and disappears. */
interface Shown {
  readonly svg: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Draws a session, and returns the text of the SVG file. */
export function drawSession({ titles, columns, rows, frames }: Session): string {
  const pane = { width: columns * CELL.width + 2 * MARGIN, height: rows * CELL.height + 2 * MARGIN + TITLE };
  const width = 2 * pane.width + MARGIN;
  const totalMs = frames.reduce((sum, { ms }) => sum + ms, 0);
  const shown = ([0, 1] as const).map((index) => drawPane(frames, index, rows));
  const spans = [...new Set(shown.flat().map(spanOf))];
  const panes = titles.map((title, index) => {
    const parts = (shown[index] ?? []).map((part) => {
      const last = part.toMs === totalMs ? ' last' : '';
      return `<g class="shown${last} m${spans.indexOf(spanOf(part))}">${part.svg}</g>`;
    });
    return [
      `<g transform="translate(${index * (pane.width + MARGIN)} 0)">`,
      `<rect class="pane" x="0.5" y="0.5" width="${pane.width - 1}" height="${pane.height - 1}" rx="6"/>`,
      `<text class="title" x="${MARGIN}" y="${MARGIN + CELL.height / 2}">${escaped(title)}</text>`,
      `<g transform="translate(${MARGIN} ${MARGIN + TITLE})">`,
      ...parts,
      '</g></g>',
    ].join('\n');
  });
  const style = [STYLE, ...spans.map((span, index) => animate(span, index, totalMs))].join('\n');
  const size = `viewBox="0 0 ${width} ${pane.height}" width="${width}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">`,
    `<title>${escaped(titles.join(' and '))} at their terminals</title>`,
    `<style>${style}\n</style>`,
    ...panes,
    '</svg>\n',
  ].join('\n');
}

/** Draws the rows and the cursor of one pane. Equal drawings in successive frames become one part. */
function drawPane(frames: readonly Frame[], index: 0 | 1, rows: number): Shown[] {
  const drawers = Array.from({ length: rows }, (_, row) => (screen: Screen) => drawRow(screen, row));
  return [...drawers, drawCursor].flatMap((draw) => {
    const shown: Shown[] = [];
    let fromMs = 0;
    for (const { ms, screens } of frames) {
      const svg = draw(screens[index]);
      const [before, toMs] = [shown.at(-1), fromMs + ms];
      if (before?.svg === svg) shown[shown.length - 1] = { ...before, toMs };
      else shown.push({ svg, fromMs, toMs });
      fromMs = toMs;
    }
    return shown.filter(({ svg }) => svg !== '');
  });
}

function drawRow({ rows }: Screen, row: number): string {
  const y = (row + 0.75) * CELL.height;
  const runs = (rows[row] ?? []).map(({ column, text, style }) => {
    const width = text.length * CELL.width;
    const x = column * CELL.width;
    return `<tspan x="${x}" class="${style}" textLength="${width}">${escaped(text)}</tspan>`;
  });
  return runs.length === 0 ? '' : `<text y="${y}">${runs.join('')}</text>`;
}

function drawCursor({ cursor: { row, column } }: Screen): string {
  const [x, y] = [column * CELL.width, row * CELL.height];
  return `<rect class="cursor" x="${x}" y="${y}" width="${CELL.width}" height="${CELL.height}"/>`;
}

function spanOf({ fromMs, toMs }: Shown): string {
  return `${fromMs} ${toMs}`;
}

/** Formats the animation of all parts that are shown for the same span of time. */
function animate(span: string, index: number, totalMs: number): string {
  const [from = 0, to = 0] = span.split(' ').map((ms) => Math.round((Number(ms) / totalMs) * 1e5) / 1e3);
  const frames = [
    from > 0 && `${from}% { visibility: visible }`,
    to < 100 && `${to}% { visibility: hidden }`,
  ];
  const first = `0% { visibility: ${from > 0 ? 'hidden' : 'visible'} }`;
  const keys = [first, ...frames.filter(Boolean)].join(' ');
  const name = `m${index}`;
  return `.${name} { animation: ${name} ${totalMs}ms step-end infinite }\n@keyframes ${name} { ${keys} }`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
