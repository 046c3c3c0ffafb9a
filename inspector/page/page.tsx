/**
 * The layout of the page, and the selections that its panels share.
 */

import { Actor } from './actor.js';
import { exchangeOf, type Scope } from './exchange.js';
import { Header } from './header.js';
import { LifecycleLog } from './lifecycle-log.js';
import type { Model } from './model.js';
import { defaultSelection, type Selection } from './selection.js';
import { Sequence } from './sequence.js';
import type { ConnectionState } from './stream.js';
import { count } from './text.js';
import { Tree } from './tree.js';
import { rowsOf } from './tree-rows.js';

/** The reader's choices, and the state of the connection. */
export interface View {
  readonly connection: ConnectionState;
  /** The model that is shown while paused. */
  readonly frozen: Model | undefined;
  readonly selection: Selection | undefined;
  readonly search: string;
  readonly scope: Scope;
  readonly picked: ReadonlySet<string>;
  readonly filter: string;
  readonly hidesXstate: boolean;
  readonly showsMembers: boolean;
  /** The serial number of the message whose fields are shown. */
  readonly pinned: number | undefined;
}

export interface PageProps {
  readonly model: Model;
  readonly view: View;
  readonly token: string;
  readonly change: (changes: Partial<View>) => void;
  readonly select: (selection: Selection) => void;
  /** Adds an actor to those whose messages are shown, or removes it. */
  readonly pick: (path: string) => void;
  readonly pause: () => void;
}

const SCOPES: Readonly<Record<Scope, string>> = { selected: 'its own', picked: 'ticked', all: 'all' };

function aliveIn(actors: Model['actors']): number {
  return actors.reduce(
    (sum, { status, group }) => sum + (group?.live ?? (status === 'up' || status === 'starting' ? 1 : 0)),
    0,
  );
}

export function Page({ model, view, token, change, select, pick, pause }: PageProps) {
  const { connection, frozen, search } = view;
  const selection = view.selection ?? defaultSelection(model.actors);
  const exchange = exchangeOf(model.messages, model.actors, { ...view, selection });
  const isLost = connection === 'lost' || connection === 'gone';
  return (
    <>
      <Header
        hello={model.hello}
        connection={connection}
        isPaused={frozen !== undefined}
        search={search}
        token={token}
        onPause={pause}
        onSearch={(search) => change({ search })}
      />
      <main class={isLost ? 'past' : undefined}>
        <section class="panel actors">
          <h2>
            Actors
            <span class="space" />
            <span class="facts">{count(aliveIn(model.actors))} alive</span>
          </h2>
          <Tree
            rows={rowsOf(model.actors, search)}
            selection={selection}
            picked={view.picked}
            onSelect={select}
            onPick={pick}
          />
        </section>
        <section class="panel log">
          <h2>
            Lifecycle log
            <span class="space" />
            <label>
              <input
                type="checkbox"
                checked={view.showsMembers}
                onChange={() => change({ showsMembers: !view.showsMembers })}
              />
              show short-lived actors
            </label>
          </h2>
          <LifecycleLog
            entries={model.lifecycle}
            search={search}
            showsMembers={view.showsMembers}
            onSelect={(path) => select({ path })}
          />
        </section>
        <Actor model={model} selection={selection} token={token} />
        <section class="panel sequence">
          <h2>
            Messages
            <fieldset class="scopes" aria-label="Whose messages">
              {Object.entries(SCOPES).map(([scope, label]) => (
                <button
                  type="button"
                  key={scope}
                  aria-pressed={scope === view.scope}
                  onClick={() => change({ scope: scope as Scope })}
                >
                  {label}
                </button>
              ))}
            </fieldset>
            <span class="space" />
            <label title="The events that XState itself sends">
              <input
                type="checkbox"
                checked={!view.hidesXstate}
                onChange={() => change({ hidesXstate: !view.hidesXstate })}
              />
              xstate.*
            </label>
            <input
              id="filter"
              type="search"
              value={view.filter}
              placeholder="Filter by event"
              aria-label="Filter by event"
              onInput={({ currentTarget }) => change({ filter: currentTarget.value })}
            />
          </h2>
          <Sequence
            exchange={exchange}
            selectedPath={selection?.path}
            pinned={view.pinned}
            onPin={(pinned) => change({ pinned })}
            onSelect={(path) => select({ path })}
          />
          {model.omitted > 0 && (
            <p class="omitted">{count(model.omitted)} frequent messages and log entries are not shown.</p>
          )}
        </section>
      </main>
    </>
  );
}
