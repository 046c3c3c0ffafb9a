/*! Includes Preact, MIT License, Copyright (c) 2015-present Jason Miller. */
/**
 * The inspector's page: takes in the stream, and draws the latest picture at most once for each that the
 * screen shows.
 *
 * All that can change is here: the model, which the stream replaces, and the view, which whoever looks
 * replaces. Everything is drawn from these two.
 */

import { render } from 'preact';
import { begin, type Model, NOTHING_YET, take } from './model.js';
import { Page, type View } from './page.js';
import { hashOf, type Selection, selectionIn } from './selection.js';
import { listen } from './stream.js';

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
    render(
      <Page model={view.frozen ?? model} view={view} token={token} {...{ change, select, pick, pause }} />,
      root,
    );
  });
}

function change(changes: Partial<View>): void {
  view = { ...view, ...changes };
  draw();
}

/** Freezes what is shown, or shows the present again. */
function pause(): void {
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

addEventListener('hashchange', () => change({ selection: selectionIn(location.hash) }));
addEventListener('keydown', (event) => {
  const { target, key, ctrlKey, metaKey, altKey } = event;
  if (ctrlKey || metaKey || altKey) return;
  const isControl = target instanceof Element && target.closest('input, button, a') !== null;
  if (key === ' ' && !isControl) pause();
  else if (key === '/' && !(target instanceof HTMLInputElement)) document.getElementById('search')?.focus();
  else if (key === 'Escape' && target instanceof HTMLInputElement) return target.blur();
  else return;
  event.preventDefault();
});

listen(token, {
  onHello(hello) {
    model = begin(hello, model.nextSerial);
    draw();
  },
  onFrame(frame) {
    model = take(model, frame);
    if (view.frozen === undefined) draw();
  },
  onContact: (contact) => change({ contact }),
});
draw();
