/**
 * The log of lives: who started, ended, crashed, was restarted; the latest at the top.
 */

import type { Life } from '../server/frame.js';
import { isOrdinary, type Numbered } from './model.js';
import { clock, words } from './text.js';

/** Most rows that are drawn. */
const MAX_DRAWN_LIVES = 200;

export interface LifecycleLogProps {
  readonly lives: readonly Numbered<Life>[];
  readonly search: string;
  /** Whether comings and goings of short-lived actors are shown. */
  readonly showsMembers: boolean;
  readonly onSelect: (path: string) => void;
}

export function LifecycleLog({ lives, search, showsMembers, onSelect }: LifecycleLogProps) {
  const sought = search.trim().toLowerCase();
  const rows = lives
    .filter(
      (life) =>
        (showsMembers || life.member === undefined || !isOrdinary(life)) && textOf(life).includes(sought),
    )
    .slice(-MAX_DRAWN_LIVES)
    .reverse();
  return (
    <ol id="lives">
      {rows.map((life) => (
        <LifeRow key={life.serial} life={life} onSelect={onSelect} />
      ))}
      {rows.length === 0 && <li class="nothing">Nothing to tell.</li>}
    </ol>
  );
}

function LifeRow({
  life,
  onSelect,
}: {
  readonly life: Numbered<Life>;
  readonly onSelect: (path: string) => void;
}) {
  const { at, path, member, what, why, error } = life;
  return (
    <li data-what={what} data-path={path} class={graveness(life)}>
      <time>{clock(at)}</time>
      <span class="mark" aria-hidden="true">
        {markOf(life)}
      </span>
      <span class="told">
        <button type="button" class="who" title={path} onClick={() => onSelect(path)}>
          {shortPath(path)}
          {member !== undefined && <span class="member"> {member}</span>}
        </button>{' '}
        <b>{what}</b>
        {why !== undefined && <span class="why"> {words(why)}</span>}
        {error !== undefined && <span class="error">{error}</span>}
      </span>
    </li>
  );
}

/** Whether something is wrong, is being put right, or goes as it should. */
function graveness({ what, why }: Life): 'bad' | 'odd' | 'fine' {
  if (why === 'crashed' || why === 'killed' || what === 'gave up' || what.endsWith('failed')) return 'bad';
  if (what === 'restarting' || what === 'failed to start' || what === 'messages refused') return 'odd';
  return 'fine';
}

function markOf(life: Life): string {
  if (graveness(life) === 'bad') return '✕';
  if (life.what === 'restarting') return '↻';
  if (life.what === 'started') return '+';
  if (life.what === 'ended') return '−';
  return graveness(life) === 'odd' ? '△' : '·';
}

/** The last two parts: the root is always the same. */
function shortPath(path: string): string {
  return path.split('/').slice(-2).join('/');
}

function textOf({ path, member, what, why, error }: Life): string {
  return [path, member, what, why, error].join(' ').toLowerCase();
}
