/**
 * Draws a statechart as an SVG: states as boxes, nested states in frames, arrows labelled by event and guard.
 * Graphviz computes the layout, so the same chart gives the same file on every machine.
 *
 * The inspector's page shows these files and highlights their parts. Each state is therefore a `<g>` whose id
 * is the state's id in XState, such as `client.busy.ringing`. Each arrow is a `<g>` whose id has both ends,
 * such as `client.free.menu>client.waiting.forBuddies`. The classes are `state`, with `final` or `compound`,
 * and `transition`. The class `initial` marks the dot of an initial state and the arrow from it.
 *
 * Colours are attributes, so that any style sheet overrides them. The file's own style sheet replaces them
 * for readers who prefer dark pages. The drawing has its own background, because a page may be dark although
 * the reader's system prefers light pages.
 */

import { Graphviz } from '@hpcc-js/wasm-graphviz';
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { type Arrow, arrowsOf, idOf, isInward, isUpward, nodesOf, outermostOf } from './chart-arrows.js';

/** The widest font that readers are likely to have, so that labels fit in other fonts too. */
const MEASURED_FONT = 'DejaVu Sans';

const PAPER = '#ffffff';
const INK = '#24292f';
const PALE_INK = '#57606a';

/** Backgrounds by nesting depth: inner frames are darker. */
const FRAMES = [PAPER, '#f3f5f8', '#e6ebf1'];

/** The replacement of each colour on dark pages. */
const DARK: ReadonlyMap<string, string> = new Map([
  [PAPER, '#0d1117'],
  [INK, '#e6edf3'],
  [PALE_INK, '#9da7b3'],
  ['#f3f5f8', '#161b22'],
  ['#e6ebf1', '#21262d'],
]);

/** If more arrows than this lead to one state, the arrows end at signposts that stand for the state. */
const MOST_ARROWS = 6;

/** Longest label on one line, in characters. In longer labels, the guard is on a second line. */
const LONGEST_LINE = 26;

type Attributes = Readonly<Record<string, string | number>>;

/** The arrows to draw, and the signposts that they lead to, by the arrows' ids. */
interface Sketch {
  readonly arrows: readonly Arrow[];
  readonly signs: ReadonlyMap<string, string>;
}

const DARK_STYLE = [
  '<style>',
  '@media (prefers-color-scheme: dark) {',
  ...[...DARK].flatMap(([light, dark]) =>
    ['fill', 'stroke'].map((property) => `[${property}="${light}"] { ${property}: ${dark} }`),
  ),
  '}',
  '</style>',
].join('\n');

const graphviz = await Graphviz.load();

/** The drawing of a machine, as the text of an SVG file. */
export function svgOf({ root }: AnyStateMachine): string {
  const arrows = arrowsOf(root);
  const titles = titlesOf(root, arrows);
  const drawn = graphviz
    .dot(dotOf(root, arrows), 'svg')
    .replace(/^[\s\S]*?(?=<svg)/, '')
    .replace(/<!--[\s\S]*?-->\n/g, '')
    .replaceAll('&#45;', '-')
    // Draws the outermost frame, which Graphviz leaves without a stroke.
    .replace(/(<polygon [^>]*)stroke="none"/, `$1stroke="${PALE_INK}"`)
    .replaceAll(`font-family="${MEASURED_FONT}"`, 'font-family="sans-serif"')
    .replace(
      /<svg[^>]*>/,
      (svg) => `${svg}\n<title>${escaped(titles.get(root.id) ?? root.id)}</title>\n${DARK_STYLE}`,
    )
    // Adds the tooltips.
    .replace(/(<g id="([^"]*)" class="[^"]*"[^>]*>)\n<title>[^<]*<\/title>/g, (_, group, id) => {
      const title = titles.get(id);
      return title === undefined ? group : `${group}\n<title>${escaped(title)}</title>`;
    });
  return `${arrows.filter(isInward).reduce(withFramesEnd, drawn).trim()}\n`;
}

function dotOf(root: AnyStateNode, arrows: readonly Arrow[]): string {
  const sketch = { arrows, signs: signsOf(arrows) };
  return [
    `digraph ${quoted(root.id)} {`,
    statement('graph', {
      id: root.id,
      class: 'state compound',
      label: bold(root.key),
      labelloc: 't',
      labeljust: 'l',
      compound: 'true',
      rankdir: 'TB',
      nodesep: 0.15,
      ranksep: 0.4,
      fontname: MEASURED_FONT,
      fontsize: 12,
      fontcolor: INK,
      bgcolor: PAPER,
      pad: 0.1,
    }),
    statement('node', {
      fontname: MEASURED_FONT,
      fontsize: 12,
      fontcolor: INK,
      color: INK,
      fillcolor: PAPER,
      shape: 'box',
      style: 'rounded,filled',
      height: 0.35,
      width: 0.6,
      margin: '0.12,0.06',
    }),
    statement('edge', {
      fontname: MEASURED_FONT,
      fontsize: 9,
      fontcolor: PALE_INK,
      color: PALE_INK,
      arrowsize: 0.6,
    }),
    ...contentOf(root, sketch),
    ...arrows.map((arrow) => arrowLine(arrow, sketch)),
    ...stackingOf(root, sketch),
    '}',
  ].join('\n');
}

function frameOf(node: AnyStateNode, sketch: Sketch): string[] {
  return [
    `subgraph ${quoted(`cluster_${node.id}`)} {`,
    statement('graph', {
      id: node.id,
      class: 'state compound',
      label: bold(node.key),
      style: node.parent?.type === 'parallel' ? 'filled,rounded,dashed' : 'filled,rounded',
      color: PALE_INK,
      fillcolor: FRAMES[Math.min(node.path.length, FRAMES.length - 1)] ?? PAPER,
    }),
    ...contentOf(node, sketch),
    '}',
  ];
}

function contentOf(node: AnyStateNode, sketch: Sketch): string[] {
  const { arrows, signs } = sketch;
  const [initial] = node.initial.target ?? [];
  const start = startOf(node);
  return [
    ...(initial === undefined
      ? []
      : [
          statement(quoted(start), {
            id: start,
            class: 'initial',
            shape: 'point',
            width: 0.1,
            height: 0.1,
            fillcolor: INK,
          }),
        ]),
    ...Object.values(node.states).flatMap((child) => {
      if (child.type === 'compound') return frameOf(child, sketch);
      const isFinal = child.type === 'final';
      return [
        statement(quoted(child.id), {
          id: child.id,
          class: isFinal ? 'state final' : 'state',
          label: bold(child.key),
          peripheries: isFinal ? 2 : 1,
        }),
      ];
    }),
    ...(initial === undefined
      ? []
      : [
          edge(start, insideOf(initial), {
            id: `${start}>${initial.id}`,
            class: 'initial',
            ...headOf(initial),
          }),
        ]),
    // Adds invisible start points for the arrows that leave the frame itself.
    ...arrows
      .filter((arrow) => arrow.source === node && isInward(arrow))
      .map((arrow) =>
        statement(quoted(frameEndOf(arrow)), {
          style: 'invis',
          shape: 'point',
          width: 0.01,
          height: 0.01,
        }),
      ),
    ...[...new Set(signs.values())]
      .filter((sign) => sign.startsWith(`${node.id}:`))
      .map((sign) =>
        statement(quoted(sign), {
          id: sign,
          class: 'signpost',
          label: sign.slice(sign.lastIndexOf('.') + 1),
          style: 'rounded,filled,dashed',
          fontsize: 10,
          fontcolor: PALE_INK,
          color: PALE_INK,
          height: 0.25,
          margin: '0.08,0.03',
        }),
      ),
  ];
}

/**
 * If more than {@link MOST_ARROWS} arrows lead to a state, every other frame has a signpost in place of the
 * arrows to that state.
 */
function signsOf(arrows: readonly Arrow[]): ReadonlyMap<string, string> {
  const signs = new Map<string, string>();
  for (const target of new Set(arrows.map((arrow) => arrow.target))) {
    const to = arrows.filter((arrow) => arrow.target === target);
    if (to.length <= MOST_ARROWS) continue;
    for (const arrow of to) {
      const frame = outermostOf(arrow.source);
      if (frame === arrow.source || frame === outermostOf(target)) continue;
      signs.set(idOf(arrow), `${frame.id}:${target.id}`);
    }
  }
  return signs;
}

/**
 * Stacks frames vertically, so that the drawing fits the width of a page. Parallel frames are not stacked.
 */
function stackingOf(root: AnyStateNode, { signs }: Sketch): string[] {
  if (root.type === 'parallel') return [];
  const frames = Object.values(root.states).filter(({ type }) => type === 'compound');
  return frames.slice(1).flatMap((frame, index) => {
    const above = frames[index] as AnyStateNode;
    const sign = [...signs.values()].find((name) => name.startsWith(`${above.id}:`));
    const below = [startOf(frame), ...Object.values(frame.states).map(insideOf)];
    return below.map((name) => edge(sign ?? startOf(above), name, { style: 'invis', weight: 50 }));
  });
}

function arrowLine(arrow: Arrow, { signs }: Sketch): string {
  const { source, target, labels } = arrow;
  const sign = signs.get(idOf(arrow));
  const attributes = { id: idOf(arrow), class: 'transition', label: labels.map(lineOf).join('') };
  // The arrow is drawn in reverse, so that its tail is at the bottom of the frame.
  if (isInward(arrow)) return edge(insideOf(target), frameEndOf(arrow), { ...attributes, dir: 'back' });
  return edge(insideOf(source), sign ?? insideOf(target), {
    ...attributes,
    ...(source.type === 'compound' ? { ltail: `cluster_${source.id}` } : {}),
    ...(sign === undefined ? headOf(target) : {}),
    ...(sign === undefined && isUpward(arrow) ? { constraint: 'false' } : {}),
  });
}

/** Formats a label, breaking long ones to keep the drawing narrow. Graphviz's \l ends a left-aligned line. */
function lineOf(label: string): string {
  return ` ${label.length > LONGEST_LINE ? label.replace(' [', ' \\l   [') : label} \\l`;
}

/** Extends an arrow to the border of its source, which is a frame. Graphviz stops inside the frame. */
function withFramesEnd(svg: string, arrow: Arrow): string {
  const [, frame = ''] = svg.split(`<g id="${arrow.source.id}" `);
  const [, outline = ''] = frame.match(/(?: d| points)="([^"]*)"/) ?? [];
  const bottom = Math.max(...[...outline.matchAll(/,(-?[\d.]+)/g)].map(([, y]) => Number(y)));
  const group = `<g id="${escaped(idOf(arrow))}" `;
  const [before = '', after = ''] = svg.split(group);
  const longer = after.replace(/( d="[^"]*?)(-?[\d.]+),(-?[\d.]+)"/, `$1$2,$3 L$2,${bottom}"`);
  return `${before}${group}${longer}`;
}

/** The graph node that stands for a state. A frame cannot have arrows, so its initial dot stands for it. */
function insideOf(node: AnyStateNode): string {
  return node.type === 'compound' ? startOf(node) : node.id;
}

function headOf(node: AnyStateNode): Attributes {
  return node.type === 'compound' ? { lhead: `cluster_${node.id}` } : {};
}

function startOf(node: AnyStateNode): string {
  return `${node.id}:initial`;
}

function frameEndOf(arrow: Arrow): string {
  return `${idOf(arrow)}:end`;
}

function titlesOf(root: AnyStateNode, arrows: readonly Arrow[]): ReadonlyMap<string, string> {
  const states = nodesOf(root).map(({ id, description = '' }) => [id, description] as const);
  const transitions = arrows.map((arrow) => [escaped(idOf(arrow)), arrow.descriptions.join('\n')] as const);
  return new Map([...states, ...transitions].filter(([, title]) => title !== ''));
}

function edge(from: string, to: string, attributes: Attributes): string {
  return statement(`${quoted(from)} -> ${quoted(to)}`, attributes);
}

function statement(subject: string, attributes: Attributes): string {
  const list = Object.entries(attributes).map(([name, value]) => `${name}=${quoted(value)}`);
  return `${subject} [${list.join(' ')}]`;
}

/** A label in Graphviz's own HTML. */
function bold(text: string): string {
  return `<<b> ${escaped(text)} </b>>`;
}

function quoted(text: string | number): string {
  if (String(text).startsWith('<<')) return String(text);
  return `"${String(text).replaceAll('"', '\\"')}"`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
