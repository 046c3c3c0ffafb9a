/**
 * The lifecycle log: starts, ends, crashes and restarts of actors, the latest first.
 */

import type { LifecycleEntry } from '../server/frame.js';
import { isOrdinary, type Numbered } from './model.js';
import { clock, words } from './text.js';

/** The maximum number of rows shown. */
const MAX_DRAWN_ENTRIES = 200;

export interface LifecycleLogProps {
  readonly entries: readonly Numbered<LifecycleEntry>[];
  readonly search: string;
  /** Whether ordinary starts and ends of group members are shown. */
  readonly showsMembers: boolean;
  readonly onSelect: (path: string) => void;
}

export function LifecycleLog({ entries, search, showsMembers, onSelect }: LifecycleLogProps) {
  const sought = search.trim().toLowerCase();
  const rows = entries
    .filter(
      (entry) =>
        (showsMembers || entry.member === undefined || !isOrdinary(entry)) && textOf(entry).includes(sought),
    )
    .slice(-MAX_DRAWN_ENTRIES)
    .reverse();
  return (
    <ol id="lifecycle-log">
      {rows.map((entry) => (
        <EntryRow key={entry.serial} entry={entry} onSelect={onSelect} />
      ))}
      {rows.length === 0 && <li class="nothing">No entries.</li>}
    </ol>
  );
}

function EntryRow({
  entry,
  onSelect,
}: {
  readonly entry: Numbered<LifecycleEntry>;
  readonly onSelect: (path: string) => void;
}) {
  const { at, path, member, what, why, error } = entry;
  return (
    <li data-what={what} data-path={path} class={severityOf(entry)}>
      <time>{clock(at)}</time>
      <span class="mark" aria-hidden="true">
        {markOf(entry)}
      </span>
      <span class="entry">
        <button type="button" class="actor-link" title={path} onClick={() => onSelect(path)}>
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

/** `bad`: an error. `odd`: a restart, a failed start, or refused messages. `fine`: anything else. */
function severityOf({ what, why }: LifecycleEntry): 'bad' | 'odd' | 'fine' {
  if (why === 'crashed' || why === 'killed' || what === 'gave up' || what.endsWith('failed')) return 'bad';
  if (what === 'restarting' || what === 'failed to start' || what === 'messages refused') return 'odd';
  return 'fine';
}

function markOf(entry: LifecycleEntry): string {
  if (severityOf(entry) === 'bad') return '✕';
  if (entry.what === 'restarting') return '↻';
  if (entry.what === 'started') return '+';
  if (entry.what === 'ended') return '−';
  return severityOf(entry) === 'odd' ? '△' : '·';
}

/** The last two parts of a path. The first part, the root, is the same in all paths. */
function shortPath(path: string): string {
  return path.split('/').slice(-2).join('/');
}

function textOf({ path, member, what, why, error }: LifecycleEntry): string {
  return [path, member, what, why, error].join(' ').toLowerCase();
}
