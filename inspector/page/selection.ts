/**
 * Which actor is looked at. It is in the address of the page, behind the `#`, so that a link names it.
 */

import type { ActorView } from '../server/frame.js';

export interface Selection {
  readonly path: string;
  /** One of a group. */
  readonly member?: string | undefined;
}

/** @param hash Such as `#actor=im-server/tcp/listener`. @returns `undefined` when it names nobody. */
export function selectionIn(hash: string): Selection | undefined {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const path = given.get('actor');
  if (path === null || path === '') return undefined;
  const member = given.get('member');
  return member === null ? { path } : { path, member };
}

/** The other way round. Slashes stay as they are: people read it. */
export function hashOf({ path, member }: Selection): string {
  const actor = `#actor=${encode(path)}`;
  return member === undefined ? actor : `${actor}&member=${encode(member)}`;
}

/** Who is worth a look when nobody was chosen: the first that runs a chart. */
export function defaultSelection(actors: readonly ActorView[]): Selection | undefined {
  const first = actors.find(({ machine }) => machine !== undefined) ?? actors[0];
  return first && { path: first.path };
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll('%2F', '/');
}
