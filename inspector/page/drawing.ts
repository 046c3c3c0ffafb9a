/**
 * The drawing of a machine: an SVG whose states and arrows have the ids of the chart, so that they can be
 * highlighted.
 *
 * Graphviz makes the SVG at build time. This module only sets classes on the parts of the SVG, and adds
 * badges with counts. style.css defines the look of both.
 */

const SVG = 'http://www.w3.org/2000/svg';

/** How long an arrow is highlighted after a transition, in milliseconds. style.css has the same value. */
const FLASH_MS = 600;

/** The maximum number of drawings in the cache. */
const MAX_DRAWINGS = 50;

const sources = new Map<string, Promise<Document>>();

/** Fetches a drawing, or takes it from the cache. @throws If the drawing does not exist. */
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
  // Removes the file's own style sheet. It would apply to the whole page, and the page's policy forbids it.
  const text = (await response.text()).replace(/<style>.*?<\/style>/s, '');
  return new DOMParser().parseFromString(text, 'image/svg+xml');
}

export class Drawing {
  readonly svg: SVGSVGElement;
  /** The original width and height of the drawing, in pixels. */
  readonly width: number;
  readonly height: number;
  /** States and arrows by their ids. */
  readonly #parts = new Map<string, Element>();
  readonly #unlightTimers = new Map<Element, ReturnType<typeof setTimeout>>();

  constructor(svg: SVGSVGElement) {
    this.svg = svg;
    const { width, height } = svg.viewBox.baseVal;
    this.width = width;
    this.height = height;
    for (const attribute of ['width', 'height']) svg.removeAttribute(attribute);
    for (const part of svg.querySelectorAll('.state, .transition')) this.#parts.set(part.id, part);
    // The id of the outermost group is the machine's name. Another element of the page may have the same id.
    svg.querySelector('.graph')?.removeAttribute('id');
  }

  /** Marks states and their parents as active. @param counts Number of actors in each state, for badges. */
  mark(states: readonly string[], counts: ReadonlyMap<string, number> = new Map()): void {
    const active = new Set(states.flatMap(withOuter));
    for (const [id, part] of this.#parts) part.classList.toggle('active', active.has(id));
    for (const badge of this.svg.querySelectorAll('.badge')) badge.remove();
    for (const [id, number] of counts) this.#badge(this.#parts.get(id), number);
  }

  /**
   * Highlights the arrow of a transition for {@link FLASH_MS}. If the drawing does not have the arrow,
   * highlights the target state. A second call during this time starts the time again.
   */
  flash(arrow: string): void {
    const [, target = ''] = arrow.split('>');
    const part = this.#parts.get(arrow) ?? this.#parts.get(target);
    if (part === undefined) return;
    const unlightTimer = this.#unlightTimers.get(part);
    clearTimeout(unlightTimer);
    if (unlightTimer !== undefined)
      for (const animation of part.getAnimations({ subtree: true })) animation.currentTime = 0;
    part.classList.add('flash');
    this.#unlightTimers.set(
      part,
      setTimeout(() => {
        part.classList.remove('flash');
        this.#unlightTimers.delete(part);
      }, FLASH_MS),
    );
  }

  /** The first active state that has no inner states, to be brought into view. */
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
    // The parent gets the badge: inside the state, it would enlarge the state's box and move the next badge.
    // The badge comes last, so that no arrow covers it.
    part.parentNode?.append(badge);
  }
}

/** The ids of a state and of its parents: for `client.busy.ringing`, also `client.busy`. */
function withOuter(id: string): string[] {
  const parts = id.split('.');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 2).join('.'));
}

function set(element: Element, attributes: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}
