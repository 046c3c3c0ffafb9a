/**
 * Icons of an actor's kind and status. They can be read without colour: all shapes differ, except that
 * `crashed` and `killed` have the same shape.
 */

import type { JSX } from 'preact';
import type { ActorKind, ActorStatus } from '../server/frame.js';
import { words } from './text.js';

const KINDS: Readonly<Record<ActorKind, { readonly title: string; readonly picture: JSX.Element }>> = {
  supervisor: {
    title: 'supervisor',
    picture: <path d="M8 2.5v4M3.5 10.5v-4h9v4M8 6.5v4M2 10.5h3v3H2zM6.5 10.5h3v3h-3zM11 10.5h3v3h-3z" />,
  },
  behaviour: { title: 'behaviour', picture: <path d="M8 2l5.2 3v6L8 14l-5.2-3V5z" /> },
  machine: {
    title: 'statechart',
    picture: (
      <>
        <rect x="1.5" y="5" width="5" height="6" rx="2" />
        <rect x="9.5" y="5" width="5" height="6" rx="2" />
        <path d="M6.5 8h3" />
      </>
    ),
  },
  group: {
    title: 'group of short-lived actors',
    picture: (
      <>
        <rect x="2" y="6" width="8" height="8" rx="2" />
        <path d="M4.5 6V5a1.5 1.5 0 0 1 1.5-1.5h4.5a2 2 0 0 1 2 2V10a1.5 1.5 0 0 1-1.5 1.5H10" />
      </>
    ),
  },
};

const STATUSES: Readonly<Record<ActorStatus, JSX.Element>> = {
  up: <circle cx="6" cy="6" r="3.5" class="full" />,
  starting: <circle cx="6" cy="6" r="3.5" stroke-dasharray="2.5 2" />,
  restarting: <path d="M9.5 6A3.5 3.5 0 1 1 8 3.2M8.2 1v2.5H5.7" />,
  failed: <path d="M6 2l4.5 8h-9z" class="full" />,
  crashed: <path d="M2.5 2.5l7 7M9.5 2.5l-7 7" class="bold" />,
  killed: <path d="M2.5 2.5l7 7M9.5 2.5l-7 7" class="bold" />,
  done: <path d="M2 6.5l2.8 2.8L10 3.5" class="bold" />,
  shut_down: <rect x="3" y="3" width="6" height="6" />,
};

export function KindIcon({ kind }: { readonly kind: ActorKind }) {
  const { title, picture } = KINDS[kind];
  return (
    <svg class="icon kind" viewBox="0 0 16 16" role="img" aria-label={title}>
      <title>{title}</title>
      {picture}
    </svg>
  );
}

export function StatusIcon({ status }: { readonly status: ActorStatus }) {
  return (
    <svg class={`icon status ${status}`} viewBox="0 0 12 12" role="img" aria-label={words(status)}>
      <title>{words(status)}</title>
      {STATUSES[status]}
    </svg>
  );
}

/** The name of a kind, as the page shows it. */
export function kindTitle(kind: ActorKind): string {
  return KINDS[kind].title;
}
