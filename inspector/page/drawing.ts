/**
 * The drawing of a machine: an SVG whose states and arrows have the ids of the chart, so that they can be
 * lit.
 *
 * It is made once, by Graphviz, and only ever has classes put on: how it looks is a matter of style.css.
 */

const SVG = 'http://www.w3.org/2000/svg';

/** How long an arrow is lit after a transition, in milliseconds; style.css has the same. */
const FLASH_MS = 600;

/** Most drawings that are kept for the next time. */
const MAX_DRAWINGS = 50;

const sources = new Map<string, Promise<Document>>();

/** Fetches a drawing, once. @throws When there is none. */
export async function fetchDrawing(machine: string, token: string): Promise<Drawing> {
  let source = sources.get(machine);
  if (source === undefined) {
    if (sources.size >= MAX_DRAWINGS) sources.clear();
    source = load(machine, token);
    sources.set(machine, source);
    source.catch(() => sources.delete(machine));
  }
  return new Drawing((await source).documentElement.cloneNode(true) as SVGSVGElement);
}

async function load(machine: string, token: string): Promise<Document> {
  const response = await fetch(
    `/machines/${encodeURIComponent(machine)}.svg?token=${encodeURIComponent(token)}`,
  );
  if (!response.ok) throw new Error(`There is no drawing of ${machine}.`);
  // The file's own colours for dark pages would apply to all of this page, and its policy forbids them.
  const text = (await response.text()).replace(/<style>.*?<\/style>/s, '');
  return new DOMParser().parseFromString(text, 'image/svg+xml');
}

export class Drawing {
  readonly svg: SVGSVGElement;
  /** Its size when nothing is scaled, in pixels. */
  readonly width: number;
  readonly height: number;
  /** States and arrows by their ids. */
  readonly #parts = new Map<string, Element>();
  readonly #unlighting = new Map<Element, ReturnType<typeof setTimeout>>();

  constructor(svg: SVGSVGElement) {
    this.svg = svg;
    const { width, height } = svg.viewBox.baseVal;
    this.width = width;
    this.height = height;
    for (const attribute of ['width', 'height']) svg.removeAttribute(attribute);
    for (const part of svg.querySelectorAll('.state, .transition')) this.#parts.set(part.id, part);
    // The whole is called like its machine, as something else of the page may be.
    svg.querySelector('.graph')?.removeAttribute('id');
  }

  /** Marks states as active, and those that they are in. @param counts How many are in each state. */
  mark(states: readonly string[], counts: ReadonlyMap<string, number> = new Map()): void {
    const active = new Set(states.flatMap(withOuter));
    for (const [id, part] of this.#parts) part.classList.toggle('active', active.has(id));
    for (const badge of this.svg.querySelectorAll('.badge')) badge.remove();
    for (const [id, number] of counts) this.#badge(this.#parts.get(id), number);
  }

  /** Lights an arrow or a state for a moment; again, when it is lit already. */
  flash(arrow: string): void {
    const [, target = ''] = arrow.split('>');
    const part = this.#parts.get(arrow) ?? this.#parts.get(target);
    if (part === undefined) return;
    const unlighting = this.#unlighting.get(part);
    clearTimeout(unlighting);
    if (unlighting !== undefined)
      for (const animation of part.getAnimations({ subtree: true })) animation.currentTime = 0;
    part.classList.add('flash');
    this.#unlighting.set(
      part,
      setTimeout(() => {
        part.classList.remove('flash');
        this.#unlighting.delete(part);
      }, FLASH_MS),
    );
  }

  /** The innermost state that is marked first, to bring it into view. */
  get activePart(): Element | undefined {
    return [...this.svg.querySelectorAll('.state.active:not(.compound)')].at(0);
  }

  #badge(part: Element | undefined, number: number): void {
    if (!(part instanceof SVGGraphicsElement)) return;
    const text = document.createElementNS(SVG, 'text');
    text.textContent = number.toLocaleString('en-US');
    const width = 10 + 6.5 * text.textContent.length;
    const { x, y, width: partWidth } = part.getBBox();
    const [left, top] = [x + partWidth - width / 2, y - 9];
    const pill = document.createElementNS(SVG, 'rect');
    set(pill, { x: left, y: top, width, height: 17, rx: 8.5 });
    set(text, { x: left + width / 2, y: top + 12.3 });
    const badge = document.createElementNS(SVG, 'g');
    badge.setAttribute('class', 'badge');
    badge.append(pill, text);
    // Not into the state itself: its box would grow by it, and the next badge move. Last, so that no arrow is
    // above it.
    part.parentNode?.append(badge);
  }
}

/** Of `client.busy.ringing`: that, and `client.busy`. */
function withOuter(id: string): string[] {
  const parts = id.split('.');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 2).join('.'));
}

function set(element: Element, attributes: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}
