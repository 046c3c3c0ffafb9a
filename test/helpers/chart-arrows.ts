/**
 * The arrows of a statechart's drawing: what leads from one state to another is one arrow, whatever the
 * number of its reasons.
 */

import type { AnyStateNode, AnyTransitionDefinition } from 'xstate';

/** All transitions from one state to one other. */
export interface Arrow {
  readonly source: AnyStateNode;
  readonly target: AnyStateNode;
  /** Lines of `event [guard]`. */
  readonly labels: readonly string[];
  /** What the chart says of them. */
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

/** The state in which a state is, of those that the chart itself has. */
export function outermostOf(node: AnyStateNode): AnyStateNode {
  return node.path.length <= 1 || node.parent === undefined ? node : outermostOf(node.parent);
}

/** What the drawing calls an arrow. */
export function idOf({ source, target }: Ends): string {
  return `${source.id}>${target.id}`;
}

/** From a frame to a state in it. */
export function isInward({ source, target }: Ends): boolean {
  return target.id.startsWith(`${source.id}.`);
}

/** Against the order in which the chart has its outermost states. */
export function isUpward({ source, target }: Ends): boolean {
  return outermostOf(target).order < outermostOf(source).order;
}

/**
 * A line for each event and guard: `event [guard]`. What differs in the guard's parameters only is one line.
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
