/**
 * The selected actor. The fragment of the page's address names this actor, so that a link can select any
 * actor.
 */

import type { ActorView } from '../server/frame.js';

export interface Selection {
  readonly path: string;
  /** The selected member, if the path is that of a group. */
  readonly member?: string | undefined;
}

/** @param hash Such as `#actor=im-server/tcp/listener`. @returns `undefined` if the hash names no actor. */
export function selectionIn(hash: string): Selection | undefined {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const path = given.get('actor');
  if (path === null || path === '') return undefined;
  const member = given.get('member');
  return member === null ? { path } : { path, member };
}

/** The fragment for a selection. Slashes are not escaped, so that the path stays readable. */
export function hashOf({ path, member }: Selection): string {
  const actor = `#actor=${encode(path)}`;
  return member === undefined ? actor : `${actor}&member=${encode(member)}`;
}

/** The selection until the user selects an actor: the first actor with a chart, or else the root. */
export function defaultSelection(actors: readonly ActorView[]): Selection | undefined {
  const first = actors.find(({ machine }) => machine !== undefined) ?? actors[0];
  return first && { path: first.path };
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll('%2F', '/');
}
