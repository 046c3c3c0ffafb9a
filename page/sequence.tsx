/**
 * The last messages as a sequence diagram: a lifeline for each actor, time runs downwards.
 */

import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Message } from '../actors/inspection/frame.js';
import { type Exchange, OUTSIDE } from './exchange.js';
import type { Numbered } from './model.js';
import { fieldTexts, nameIn, preciseClock } from './text.js';

/** Measures of the diagram, in pixels. */
const TIME_WIDTH = 86;
const LANE_WIDTH = 124;
const ROW_HEIGHT = 32;
const LOOP_WIDTH = 22;

/** How near to its end somebody must be to be taken along, in pixels. */
const FOLLOW_DISTANCE = 60;

export interface SequenceProps {
  readonly exchange: Exchange;
  readonly selectedPath: string | undefined;
  /** The message whose fields are shown. */
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
  const last = messages.at(-1)?.serial;
  useLayoutEffect(() => {
    if (isAtEnd.current) scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  }, [last, lifelines.length]);

  const width = TIME_WIDTH + lifelines.length * LANE_WIDTH;
  const height = messages.length * ROW_HEIGHT + 14;
  const chosen = messages.find(({ serial }) => serial === pinned);
  return (
    <>
      <div class="diagram" ref={scroller} onScroll={onScroll}>
        <svg class="heads" width={width} height={34} aria-hidden="true">
          {lifelines.map((path, lane) => (
            <Head
              key={path}
              path={path}
              x={middleOf(lane)}
              isSelected={path === selectedPath}
              onSelect={onSelect}
            />
          ))}
        </svg>
        <svg id="messages" width={width} height={height} aria-label="Messages">
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
              from={lifelines.indexOf(message.from ?? OUTSIDE)}
              to={lifelines.indexOf(message.to)}
              y={(index + 1) * ROW_HEIGHT - 8}
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
  readonly isSelected: boolean;
  readonly onSelect: (path: string) => void;
}

function Head({ path, x, isSelected, onSelect }: HeadProps) {
  const name = nameIn(path);
  const short = name.length > 16 ? `${name.slice(0, 15)}…` : name;
  const isOutside = path === OUTSIDE;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the tree does the same, with keys.
    <g
      class={`head${isSelected ? ' selected' : ''}${isOutside ? ' outside' : ''}`}
      onClick={() => !isOutside && onSelect(path)}
    >
      <title>{isOutside ? 'a timer, or somebody outside of the tree' : path}</title>
      <rect x={x - LANE_WIDTH / 2 + 5} y={6} width={LANE_WIDTH - 10} height={22} rx={6} />
      <text x={x} y={21}>
        {short}
      </text>
    </g>
  );
}

interface ArrowProps {
  readonly message: Numbered<Message>;
  /** Lifelines, from the left. */
  readonly from: number;
  readonly to: number;
  readonly y: number;
  readonly isPinned: boolean;
  readonly onPin: () => void;
}

function Arrow({ message, from, to, y, isPinned, onPin }: ArrowProps) {
  const { at, type, fields } = message;
  const [start, end] = [middleOf(from), middleOf(to)];
  const towards = Math.sign(end - start);
  const isLoop = towards === 0;
  const texts = fieldTexts(fields);
  const path = isLoop
    ? `M${start} ${y - 12}h${LOOP_WIDTH - 6}q6 0 6 6t-6 6h${10 - LOOP_WIDTH}`
    : `M${start} ${y}H${end - 3 * towards}`;
  const tip = isLoop ? start + 2 : end - towards;
  const back = isLoop ? 7 : -7 * towards;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: its title says the same.
    <g
      class={`message${isPinned ? ' pinned' : ''}${message.from === undefined ? ' outside' : ''}`}
      data-type={type}
      data-from={message.from ?? OUTSIDE}
      data-to={message.to}
      onClick={onPin}
    >
      <title>{[type, ...texts.map(([name, value]) => `${name}: ${value}`)].join('\n')}</title>
      <rect class="hit" x={0} y={y - 22} width="100%" height={ROW_HEIGHT} />
      <text class="time" x={10} y={y - 2}>
        {preciseClock(at)}
      </text>
      <path class="stroke" d={path} />
      <path class="tip" d={`M${tip} ${y}l${back} -4v8z`} />
      <text
        class={isLoop ? 'label loop' : 'label'}
        x={isLoop ? start + LOOP_WIDTH + 6 : (start + end) / 2}
        y={isLoop ? y - 2 : y - 6}
      >
        {type}
        {texts.length > 0 && <tspan class="more"> …</tspan>}
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
        <p class="nothing">Nothing else in it is shown.</p>
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

function middleOf(lane: number): number {
  return TIME_WIDTH + (lane + 0.5) * LANE_WIDTH;
}
