/**
 * The page's header: the program, the state of the connection, and the search field.
 */

import type { Hello } from '../server/frame.js';
import type { ConnectionState } from './stream.js';
import { clock } from './text.js';

export interface HeaderProps {
  readonly hello: Hello | undefined;
  readonly connection: ConnectionState;
  readonly isPaused: boolean;
  readonly search: string;
  readonly token: string;
  readonly onPause: () => void;
  readonly onSearch: (search: string) => void;
}

const CONNECTION_TEXTS: Readonly<Record<ConnectionState, string>> = {
  connecting: 'connecting…',
  live: 'live',
  lost: 'The program has ended or cannot be reached. Reconnecting…',
  gone: 'The program refuses this page: the address of this page is outdated, or too many pages are open.',
};

export function Header({ hello, connection, isPaused, search, token, onPause, onSearch }: HeaderProps) {
  const isLost = connection === 'lost' || connection === 'gone';
  const state = isLost ? 'lost' : isPaused ? 'paused' : 'live';
  return (
    <header>
      <h1>{hello?.program ?? 'inspector'}</h1>
      {hello !== undefined && (
        <span class="facts">
          pid {hello.pid} · up since {clock(hello.startedAt)}
        </span>
      )}
      <span id="connection" data-state={state} role="status">
        <span class="lamp" aria-hidden="true" />
        {state === 'paused' ? 'paused' : CONNECTION_TEXTS[connection]}
      </span>
      <button type="button" id="pause" onClick={onPause} title="space">
        {isPaused ? '▶ Resume' : '❚❚ Pause'}
      </button>
      <span class="space" />
      {hello?.showsContent === false && (
        <span
          class="hint"
          title="Start the program with --inspect-content to see message texts, addresses and ids."
        >
          <span class="whole">Texts, addresses and ids are hidden; start the program with </span>
          <span class="brief">Content is hidden: </span>
          <code>--inspect-content</code>
          <span class="whole"> to see them</span>
        </span>
      )}
      <a href={`/stately?token=${encodeURIComponent(token)}`}>Stately’s inspector</a>
      <input
        id="search"
        type="search"
        value={search}
        placeholder="Search"
        aria-label="Search actors and the lifecycle log"
        aria-keyshortcuts="/"
        onInput={({ currentTarget }) => onSearch(currentTarget.value)}
      />
    </header>
  );
}
