/**
 * The head of the page: which program this is, whether what is shown is the present, and what to look for.
 */

import type { Hello } from '../server/frame.js';
import type { Contact } from './stream.js';
import { clock } from './text.js';

export interface HeaderProps {
  readonly hello: Hello | undefined;
  readonly contact: Contact;
  readonly isPaused: boolean;
  readonly search: string;
  readonly token: string;
  readonly onPause: () => void;
  readonly onSearch: (search: string) => void;
}

const CONTACTS: Readonly<Record<Contact, string>> = {
  connecting: 'connecting…',
  live: 'live',
  lost: 'The program has ended, or cannot be reached. Waiting for it…',
  gone: 'The program refuses this page: its address is an old one, or too many look at once.',
};

export function Header({ hello, contact, isPaused, search, token, onPause, onSearch }: HeaderProps) {
  const isLost = contact === 'lost' || contact === 'gone';
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
        {state === 'paused' ? 'paused' : CONTACTS[contact]}
      </span>
      <button type="button" id="pause" onClick={onPause} title="space">
        {isPaused ? '▶ Resume' : '❚❚ Pause'}
      </button>
      <span class="space" />
      {hello?.showsContent === false && (
        <span class="hint" title="Start it with --inspect-content to see them.">
          <span class="whole">Texts, addresses and ids are hidden; start with </span>
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
        aria-label="Search actors and lives"
        aria-keyshortcuts="/"
        onInput={({ currentTarget }) => onSearch(currentTarget.value)}
      />
    </header>
  );
}
