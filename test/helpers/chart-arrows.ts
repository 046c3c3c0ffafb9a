/**
 * The arrows of a statechart's drawing. All transitions from one state to another are one arrow.
 */

import type { AnyStateNode, AnyTransitionDefinition } from 'xstate';

/** All transitions from one state to another. */
export interface Arrow {
  readonly source: AnyStateNode;
  readonly target: AnyStateNode;
  /** Lines of `event [guard]`. */
  readonly labels: readonly string[];
  /** The transitions' descriptions in the chart. */
  readonly descriptions: readonly string[];
}

type Ends = Pick<Arrow, 'source' | 'target'>;

interface NamedGuard {
  readonly type?: string;
  readonly params?: object;
}

export function arrowsOf(root: AnyStateNode): Arrow[] {
  return nodesOf(root).flatMap((source) => {
    const all = [...source.transitions.values(), source.always ?? []].flat();
    const targets = [...new Set(all.flatMap(({ target }) => target ?? []))];
    return targets.map((target) => {
      const merged = all.filter((transition) => transition.target?.includes(target));
      return {
        source,
        target,
        labels: labelsOf(merged),
        descriptions: merged.flatMap((transition) =>
          transition.description === undefined
            ? []
            : [[labelsOf([transition]), transition.description].flat().join(': ')],
        ),
      };
    });
  });
}

export function nodesOf(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(nodesOf)];
}

/** The top-level state that contains a state, or is that state. */
export function outermostOf(node: AnyStateNode): AnyStateNode {
  return node.path.length <= 1 || node.parent === undefined ? node : outermostOf(node.parent);
}

/** The id of an arrow in the drawing. */
export function idOf({ source, target }: Ends): string {
  return `${source.id}>${target.id}`;
}

/** True for an arrow from a frame to a state inside it. */
export function isInward({ source, target }: Ends): boolean {
  return target.id.startsWith(`${source.id}.`);
}

/** True for an arrow to a top-level state that comes earlier in the chart. */
export function isUpward({ source, target }: Ends): boolean {
  return outermostOf(target).order < outermostOf(source).order;
}

/**
 * One line for each event and guard: `event [guard]`. Transitions that differ only in the guard's parameters
 * share a line.
 */
function labelsOf(transitions: readonly AnyTransitionDefinition[]): string[] {
  const lines = new Map<string, Set<unknown>>();
  for (const { eventType, guard, source } of transitions) {
    const { type, params = {} } = (typeof guard === 'object' ? guard : { type: guard }) as NamedGuard;
    const condition = type ?? (eventType === '' && (source.always?.length ?? 0) > 1 ? 'else' : undefined);
    const line = [eventName(eventType), condition && `[${condition}]`].filter(Boolean).join(' ');
    lines.set(line, new Set([...(lines.get(line) ?? []), ...Object.values(params)]));
  }
  return [...lines]
    .map(([line, params]) => (params.size === 0 ? line : line.replace(/]$/, ` ${[...params].join(', ')}]`)))
    .filter((line) => line !== '');
}

function eventName(type: string): string {
  if (type.startsWith('xstate.after.')) return `after ${type.split('.')[2]}`;
  if (type.startsWith('xstate.done.')) return 'done';
  return type.startsWith('xstate.error.') ? 'error' : type;
}
