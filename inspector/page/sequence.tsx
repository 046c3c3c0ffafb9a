/**
 * The last messages as a sequence diagram: one lifeline per actor, the latest message at the bottom.
 */

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Message } from '../server/frame.js';
import { type Exchange, OUTSIDE } from './exchange.js';
import type { Numbered } from './model.js';
import { fieldTexts, nameIn, preciseClock, shortFields } from './text.js';

/** Measures of the diagram, in pixels. */
const TIME_WIDTH = 80;
const MIN_LANE_WIDTH = 60;
const MAX_LANE_WIDTH = 280;
/** If lanes are narrower than this, their heads alternate between two rows. */
const ONE_ROW_WIDTH = 96;
const MAX_HEAD_WIDTH = 114;
const HEAD_HEIGHT = 28;
const ROW_HEIGHT = 32;
const LOOP_WIDTH = 22;
/** Room on the right for labels that are wider than their lane. */
const END_WIDTH = 30;
const CHARACTER_WIDTH = 7.5;

/** Longest text of a message's fields next to its type, in characters. */
const MAX_INLINE_LENGTH = 16;

/** The diagram scrolls along with new messages if fewer than this many pixels of it are below the view. */
const FOLLOW_DISTANCE = 60;

export interface SequenceProps {
  readonly exchange: Exchange;
  readonly selectedPath: string | undefined;
  /** The serial number of the message whose fields are shown. */
  readonly pinned: number | undefined;
  readonly onPin: (serial: number | undefined) => void;
  readonly onSelect: (path: string) => void;
}

export function Sequence({ exchange, selectedPath, pinned, onPin, onSelect }: SequenceProps) {
  const { lifelines, messages } = exchange;
  const scroller = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const onScroll = () => {
    const { scrollTop = 0, scrollHeight = 0, clientHeight = 0 } = scroller.current ?? {};
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < FOLLOW_DISTANCE;
  };
  const [room, setRoom] = useState(0);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setRoom(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const last = messages.at(-1)?.serial;
  useLayoutEffect(() => {
    if (isAtEnd.current) scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  }, [last, lifelines.length]);

  const laneWidth = Math.min(
    Math.max((room - TIME_WIDTH - END_WIDTH) / lifelines.length, MIN_LANE_WIDTH),
    MAX_LANE_WIDTH,
  );
  const headRows = laneWidth < ONE_ROW_WIDTH ? 2 : 1;
  const middleOf = (lane: number) => Math.round(TIME_WIDTH + (lane + 0.5) * laneWidth) + 0.5;
  const width = TIME_WIDTH + lifelines.length * laneWidth + END_WIDTH;
  const height = messages.length * ROW_HEIGHT + 14;
  const chosen = messages.find(({ serial }) => serial === pinned);
  return (
    <>
      <div class="diagram" ref={scroller} onScroll={onScroll}>
        <svg class="heads" width={width} height={headRows * HEAD_HEIGHT + 6} aria-hidden="true">
          {lifelines.map((path, lane) => (
            <Head
              key={path}
              path={path}
              x={middleOf(lane)}
              y={6 + (lane % headRows) * HEAD_HEIGHT}
              width={Math.min(headRows * laneWidth - 8, MAX_HEAD_WIDTH)}
              isSelected={path === selectedPath}
              onSelect={onSelect}
            />
          ))}
        </svg>
        {/* biome-ignore lint/a11y/useSemanticElements: SVG has no field sets. */}
        <svg id="messages" width={width} height={height} role="group" aria-label="Messages">
          {lifelines.map((path, lane) => (
            <line
              key={path}
              class={path === selectedPath ? 'lifeline selected' : 'lifeline'}
              x1={middleOf(lane)}
              x2={middleOf(lane)}
              y1={0}
              y2={height}
            />
          ))}
          {messages.map((message, index) => (
            <Arrow
              key={message.serial}
              message={message}
              start={middleOf(lifelines.indexOf(message.from ?? OUTSIDE))}
              end={middleOf(lifelines.indexOf(message.to))}
              y={(index + 1) * ROW_HEIGHT - 8}
              isLast={message.from === lifelines.at(-1)}
              isPinned={message.serial === pinned}
              onPin={() => onPin(message.serial === pinned ? undefined : message.serial)}
            />
          ))}
        </svg>
        {messages.length === 0 && <p class="nothing">No messages yet.</p>}
      </div>
      {chosen !== undefined && <Details message={chosen} onClose={() => onPin(undefined)} />}
    </>
  );
}

interface HeadProps {
  readonly path: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly isSelected: boolean;
  readonly onSelect: (path: string) => void;
}

function Head({ path, x, y, width, isSelected, onSelect }: HeadProps) {
  const name = nameIn(path);
  const most = Math.floor(width / CHARACTER_WIDTH);
  const short = name.length > most ? `${name.slice(0, most - 1)}…` : name;
  const isOutside = path === OUTSIDE;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the tree offers the same selection by keys.
    <g
      class={`head${isSelected ? ' selected' : ''}${isOutside ? ' outside' : ''}`}
      onClick={() => !isOutside && onSelect(path)}
    >
      <title>{isOutside ? 'a timer, or code outside of the tree' : path}</title>
      <rect x={x - width / 2} y={y} width={width} height={22} rx={6} />
      <text x={x} y={y + 15}>
        {short}
      </text>
    </g>
  );
}

interface ArrowProps {
  readonly message: Numbered<Message>;
  /** Positions of the two lifelines, in pixels from the left. */
  readonly start: number;
  readonly end: number;
  /** True if the arrow starts at the last lifeline, where a label has no room on the right. */
  readonly isLast: boolean;
  readonly y: number;
  readonly isPinned: boolean;
  readonly onPin: () => void;
}

function Arrow({ message, start, end, isLast, y, isPinned, onPin }: ArrowProps) {
  const { at, type, fields } = message;
  const towards = Math.sign(end - start);
  const isLoop = towards === 0;
  const texts = fieldTexts(fields);
  const path = isLoop
    ? `M${start} ${y - 12}h${LOOP_WIDTH - 6}q6 0 6 6t-6 6h${10 - LOOP_WIDTH}`
    : `M${start} ${y}H${end - 3 * towards}`;
  const tip = isLoop ? start + 2 : end - towards;
  const back = isLoop ? 7 : -7 * towards;
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no buttons.
    <g
      role="button"
      tabIndex={0}
      aria-pressed={isPinned}
      class={`message${isPinned ? ' pinned' : ''}${message.from === undefined ? ' outside' : ''}`}
      data-type={type}
      data-from={message.from ?? OUTSIDE}
      data-to={message.to}
      onClick={onPin}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        event.stopPropagation();
        onPin();
      }}
    >
      <title>{[type, ...texts.map(([name, value]) => `${name}: ${value}`)].join('\n')}</title>
      <rect class="hit" x={0} y={y - 22} width="100%" height={ROW_HEIGHT} />
      <text class="time" x={10} y={y - 2}>
        {preciseClock(at)}
      </text>
      <path class="stroke" d={path} />
      <path class="tip" d={`M${tip} ${y}l${back} -4v8z`} />
      <text
        class={isLoop ? `label ${isLast ? 'before' : 'behind'}` : 'label'}
        x={isLoop ? start + (isLast ? -8 : LOOP_WIDTH + 6) : (start + end) / 2}
        y={isLoop ? y - 2 : y - 6}
      >
        {type}
        <tspan class="more">{` ${shortFields(fields, MAX_INLINE_LENGTH)}`}</tspan>
      </text>
    </g>
  );
}

function Details({
  message,
  onClose,
}: {
  readonly message: Numbered<Message>;
  readonly onClose: () => void;
}) {
  const { at, type, from, fromMember, to, toMember, fields } = message;
  const texts = fieldTexts(fields);
  return (
    <div class="details">
      <button type="button" class="close" onClick={onClose} aria-label="close">
        ×
      </button>
      <p>
        <b>{type}</b> at {preciseClock(at)}
        <br />
        {partyText(from, fromMember)} → {partyText(to, toMember)}
      </p>
      {texts.length === 0 ? (
        <p class="nothing">No fields are shown.</p>
      ) : (
        <dl>
          {texts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

function partyText(path = OUTSIDE, member?: string): string {
  return member === undefined ? path : `${path} ${member}`;
}
