/**
 * The chart of the selected actor's machine. Shows the active states, or the number of group members in each
 * state, and flashes each transition.
 */

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type Drawing, fetchDrawing } from './drawing.js';
import type { Step } from './model.js';

/**
 * Scales of a drawing; 1 is its original size. A drawing is fitted to the panel, up to `MAX_FIT`. If it would
 * be smaller than `MIN_FIT`, it is shown at the scale `READABLE` and can be scrolled.
 */
const MAX_FIT = 1.6;
const MIN_FIT = 0.6;
const READABLE = 0.85;

/** Padding around a drawing, in pixels; the same as in style.css. */
const PADDING = 14;

/** The factor of one zoom step, and the limits of the zoom. */
const ZOOM_STEP = 1.25;
const MAX_ZOOM = 6;
const MIN_ZOOM = 0.2;

/** The maximum age of a transition that flashes when it is first shown, in milliseconds. */
const MAX_FLASH_AGE_MS = 1_000;

export interface ChartProps {
  readonly machine: string;
  readonly token: string;
  /** The ids of the states that are active. */
  readonly states: readonly string[];
  /** Number of group members in each state. */
  readonly counts: ReadonlyMap<string, number> | undefined;
  readonly steps: readonly Step[];
  readonly now: number;
}

export function Chart({ machine, token, states, counts, steps, now }: ChartProps) {
  const frame = useRef<HTMLElement>(null);
  const canvas = useRef<HTMLDivElement>(null);
  const [drawing, setDrawing] = useState<Drawing | 'none' | undefined>();
  const [zoom, setZoom] = useState(1);
  const lastFlashed = useRef(-1);
  const shown = typeof drawing === 'object' ? drawing : undefined;

  useEffect(() => {
    let isWanted = true;
    setDrawing(undefined);
    setZoom(1);
    fetchDrawing(machine, token).then(
      (fetched) => isWanted && setDrawing(fetched),
      () => isWanted && setDrawing('none'),
    );
    return () => {
      isWanted = false;
    };
  }, [machine, token]);

  useLayoutEffect(() => {
    if (shown !== undefined) canvas.current?.replaceChildren(shown.svg);
  }, [shown]);

  useEffect(() => {
    if (shown === undefined || frame.current === null) return undefined;
    const { svg, width, height } = shown;
    const resize = () => {
      if (frame.current === null) return;
      const { clientWidth, clientHeight } = frame.current;
      const whole = Math.min((clientWidth - 2 * PADDING) / width, (clientHeight - 2 * PADDING) / height);
      const scale = (whole < MIN_FIT ? READABLE : Math.min(whole, MAX_FIT)) * zoom;
      svg.style.width = `${Math.floor(width * scale)}px`;
      svg.style.height = `${Math.floor(height * scale)}px`;
    };
    const observer = new ResizeObserver(resize);
    observer.observe(frame.current);
    resize();
    return () => observer.disconnect();
  }, [shown, zoom]);

  const marks = JSON.stringify([states, counts && [...counts]]);
  useLayoutEffect(() => shown?.mark(states, counts), [shown, marks]);

  // Brings the active state into view when it changes. Scrolls the drawing only, not the page.
  useEffect(() => {
    if (counts === undefined) reveal(frame.current, shown?.activePart);
  }, [shown, zoom, states.join(' ')]);

  useEffect(() => {
    for (const { serial, arrow, at } of steps) {
      if (serial <= lastFlashed.current) continue;
      lastFlashed.current = serial;
      if (now - at < MAX_FLASH_AGE_MS) shown?.flash(arrow);
    }
  }, [shown, steps, now]);

  const zoomBy = (factor: number) =>
    setZoom((before) => Math.min(Math.max(before * factor, MIN_ZOOM), MAX_ZOOM));
  const onWheel = (event: WheelEvent) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoomBy(event.deltaY < 0 ? ZOOM_STEP : 1 / ZOOM_STEP);
  };
  return (
    <div class="view">
      <section
        class="drawing"
        ref={frame}
        onWheel={onWheel}
        aria-label={`Chart of ${machine}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable area must be scrollable by keys.
        tabIndex={0}
      >
        {drawing === 'none' ? (
          <p class="nothing">There is no drawing of this machine.</p>
        ) : (
          <div ref={canvas} />
        )}
      </section>
      <div class="zoom">
        <button type="button" onClick={() => zoomBy(1 / ZOOM_STEP)} aria-label="smaller" title="smaller">
          −
        </button>
        <button type="button" onClick={() => setZoom(1)} title="as large as fits">
          fit
        </button>
        <button type="button" onClick={() => zoomBy(ZOOM_STEP)} aria-label="larger" title="larger">
          +
        </button>
      </div>
    </div>
  );
}

function reveal(frame: HTMLElement | null, part: Element | undefined): void {
  if (frame === null || part === undefined) return;
  const [outer, inner] = [frame.getBoundingClientRect(), part.getBoundingClientRect()];
  const isInView =
    inner.left >= outer.left &&
    inner.right <= outer.right &&
    inner.top >= outer.top &&
    inner.bottom <= outer.bottom;
  if (isInView) return;
  frame.scrollBy({
    left: inner.left + inner.width / 2 - outer.left - outer.width / 2,
    top: inner.top + inner.height / 2 - outer.top - outer.height / 2,
  });
}
