/*! Includes Preact, MIT License, Copyright (c) 2015-present Jason Miller. */
/**
 * The inspector's page: reads the stream and draws at most once per animation frame.
 *
 * This file holds all mutable state: the model, which the stream replaces, and the view, which the reader's
 * input replaces. The page is drawn from these two.
 */

import { render } from 'preact';
import { applyFrame, begin, type Model, NOTHING_YET } from './model.js';
import { Page, type View } from './page.js';
import { hashOf, type Selection, selectionIn } from './selection.js';
import { listen } from './stream.js';

const token = document.body.dataset['token'] ?? '';
const root = document.createElement('div');
root.id = 'page';
document.body.append(root);

let model: Model = NOTHING_YET;
let view: View = {
  connection: 'connecting',
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

/** Schedules drawing for the next animation frame. A hidden tab has no animation frames and draws nothing. */
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

/** Freezes the shown model, or shows the latest model again. */
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
    model = applyFrame(model, frame);
    if (view.frozen === undefined) draw();
  },
  onConnectionState: (connection) => change({ connection }),
});
draw();
