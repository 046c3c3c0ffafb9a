/**
 * The actors as rows of a tree, each below the actor that started it.
 */

import type { ActorView, GroupView } from '../server/frame.js';
import { groupBy } from './groups.js';
import type { Selection } from './selection.js';

export interface Row {
  readonly actor: ActorView;
  /** The member's id and state, if the row is a member of a group. */
  readonly member: NonNullable<GroupView['members']>[number] | undefined;
  /** 1 for the root. */
  readonly level: number;
}

/** The rows from top to bottom. If there is a search text, only the matching rows and their ancestors. */
export function rowsOf(actors: readonly ActorView[], search: string): readonly Row[] {
  const rows = rowsBelow(
    groupBy(actors, ({ parent }) => parent ?? ''),
    '',
    1,
  );
  const sought = search.trim().toLowerCase();
  if (sought === '') return rows;
  const shown = new Set<Row>();
  const above: Row[] = [];
  for (const row of rows) {
    above.length = row.level - 1;
    above.push(row);
    if (textOf(row).includes(sought)) for (const each of above) shown.add(each);
  }
  return rows.filter((row) => shown.has(row));
}

export function selectionOf({ actor, member }: Row): Selection {
  return { path: actor.path, member: member?.member };
}

export function isSelected(row: Row, selection: Selection | undefined): boolean {
  return row.actor.path === selection?.path && row.member?.member === selection.member;
}

/**
 * The row to which a key moves the selection.
 *
 * @returns `undefined` if the key has no effect.
 */
export function rowByKey(
  key: string,
  rows: readonly Row[],
  selection: Selection | undefined,
): Row | undefined {
  const index = rows.findIndex((row) => isSelected(row, selection));
  const level = rows[index]?.level ?? 0;
  switch (key) {
    case 'ArrowDown':
      return rows[index + 1];
    case 'ArrowUp':
      return rows[index - 1];
    case 'ArrowLeft':
      return rows.slice(0, Math.max(index, 0)).findLast((row) => row.level < level);
    case 'ArrowRight':
      return (rows[index + 1]?.level ?? 0) > level ? rows[index + 1] : undefined;
    case 'Home':
      return rows[0];
    case 'End':
      return rows.at(-1);
    default:
      return undefined;
  }
}

function rowsBelow(
  children: ReadonlyMap<string, readonly ActorView[]>,
  parent: string,
  level: number,
): readonly Row[] {
  return (children.get(parent) ?? []).flatMap((actor) => [
    { actor, member: undefined, level },
    ...(actor.group?.members ?? []).map((member) => ({ actor, member, level: level + 1 })),
    ...rowsBelow(children, actor.path, level + 1),
  ]);
}

function textOf({ actor, member }: Row): string {
  const { path, status, state, machine, group } = actor;
  const states = member === undefined ? Object.keys(group?.states ?? {}) : [member.state];
  return [path, status, state, machine, member?.member, ...states].join(' ').toLowerCase();
}
