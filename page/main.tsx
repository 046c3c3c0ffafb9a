/*! Includes Preact, MIT License, Copyright (c) 2015-present Jason Miller. */
/**
 * The inspector's page: takes in the stream, and draws the latest picture at most once for each that the screen shows.
 *
 * All that can change is here: the model, which the stream replaces, and the view, which whoever looks replaces.
 * Everything else is drawn from these two.
 */

import { render } from 'preact';
import { Actor } from './actor.js';
import { exchangeOf, type Scope } from './exchange.js';
import { Header } from './header.js';
import { Lives } from './lives.js';
import { begin, type Model, NOTHING_YET, take } from './model.js';
import { defaultSelection, hashOf, type Selection, selectionIn } from './selection.js';
import { Sequence } from './sequence.js';
import { type Contact, listen } from './stream.js';
import { count } from './text.js';
import { Tree } from './tree.js';
import { rowsOf } from './tree-rows.js';

interface View {
  readonly contact: Contact;
  /** What is shown while paused. */
  readonly frozen: Model | undefined;
  readonly selection: Selection | undefined;
  readonly search: string;
  readonly scope: Scope;
  readonly picked: ReadonlySet<string>;
  readonly filter: string;
  readonly hidesXstate: boolean;
  readonly showsMembers: boolean;
  /** The message whose fields are shown. */
  readonly pinned: number | undefined;
}

const SCOPES: Readonly<Record<Scope, string>> = { selected: 'its own', picked: 'ticked', all: 'all' };

const token = document.body.dataset['token'] ?? '';
const root = document.createElement('div');
root.id = 'page';
document.body.append(root);

let model: Model = NOTHING_YET;
let view: View = {
  contact: 'connecting',
  frozen: undefined,
  selection: selectionIn(location.hash),
  search: '',
  scope: 'selected',
  picked: new Set(),
  filter: '',
  hidesXstate: true,
  showsMembers: false,
  pinned: undefined,
};
let isDue = false;

/** Draws soon: when the screen is next painted, which a hidden tab's never is. */
function draw(): void {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    render(<Page {...view} model={view.frozen ?? model} />, root);
  });
}

function change(changes: Partial<View>): void {
  view = { ...view, ...changes };
  draw();
}

function togglePause(): void {
  change({ frozen: view.frozen === undefined ? model : undefined });
}

function select(selection: Selection): void {
  history.replaceState(null, '', hashOf(selection));
  change({ selection });
}

function pick(path: string): void {
  const picked = new Set(view.picked);
  if (!picked.delete(path)) picked.add(path);
  change({ picked, scope: picked.size === 0 ? 'selected' : 'picked' });
}

function aliveIn(actors: Model['actors']): number {
  return actors.reduce(
    (sum, { status, group }) => sum + (group?.live ?? (status === 'up' || status === 'starting' ? 1 : 0)),
    0,
  );
}

function Page({ model, contact, frozen, search, ...view }: View & { readonly model: Model }) {
  const selection = view.selection ?? defaultSelection(model.actors);
  const exchange = exchangeOf(model.messages, model.actors, { ...view, selection });
  const isLost = contact === 'lost' || contact === 'gone';
  return (
    <>
      <Header
        hello={model.hello}
        contact={contact}
        isPaused={frozen !== undefined}
        search={search}
        token={token}
        onPause={togglePause}
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
            Lives
            <span class="space" />
            <label>
              <input
                type="checkbox"
                checked={view.showsMembers}
                onChange={() => change({ showsMembers: !view.showsMembers })}
              />
              short-lived ones
            </label>
          </h2>
          <Lives
            lives={model.lives}
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
          {model.untold > 0 && (
            <p class="untold">
              Of much that is alike only some is sent: {count(model.untold)} more not shown.
            </p>
          )}
        </section>
      </main>
    </>
  );
}

addEventListener('hashchange', () => change({ selection: selectionIn(location.hash) }));
addEventListener('keydown', (event) => {
  const { target, key, ctrlKey, metaKey, altKey } = event;
  if (ctrlKey || metaKey || altKey) return;
  const isControl = target instanceof Element && target.closest('input, button, a') !== null;
  if (key === ' ' && !isControl) togglePause();
  else if (key === '/' && !(target instanceof HTMLInputElement)) document.getElementById('search')?.focus();
  else if (key === 'Escape' && target instanceof HTMLInputElement) return target.blur();
  else return;
  event.preventDefault();
});

listen(token, {
  onHello(hello) {
    model = begin(hello);
    draw();
  },
  onFrame(frame) {
    model = take(model, frame);
    if (view.frozen === undefined) draw();
  },
  onContact: (contact) => change({ contact }),
});
draw();
