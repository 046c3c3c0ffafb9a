/**
 * Draws a statechart as a Mermaid flowchart, from the chart itself. A flowchart, because Mermaid's
 * state diagrams cannot have arrows between the insides of two states.
 */
/** The diagram's source: states as boxes, nested ones in frames, arrows labelled by event and guard. */
export function mermaidOf(machine) {
    const { root } = machine;
    return ['flowchart TD', ...[...boxesOf(root), ...arrowsOf(root)].map((line) => `  ${line}`)].join('\n');
}
function boxesOf(node) {
    const boxes = Object.values(node.states).flatMap((child) => {
        const label = child.key;
        if (child.type === 'final')
            return [`${nameOf(child)}((("${label}")))`];
        if (child.type === 'atomic')
            return [`${nameOf(child)}(["${label}"])`];
        return [`subgraph ${nameOf(child)} ["${label}"]`, ...boxesOf(child).map((line) => `  ${line}`), 'end'];
    });
    return [`${startOf(node)}((" "))`, ...boxes];
}
function arrowsOf(node) {
    const [initial] = node.initial.target ?? [];
    const own = Object.values(node.states).flatMap(transitionsOf);
    const inner = Object.values(node.states).filter(({ type }) => type === 'compound');
    const start = initial === undefined ? [] : [`${startOf(node)} --> ${nameOf(initial)}`];
    return [...start, ...own, ...inner.flatMap(arrowsOf)];
}
function transitionsOf(node) {
    const all = [...node.transitions.values(), node.always ?? []].flat();
    const arrows = all.flatMap(({ target, eventType, guard }) => (target ?? []).map((to) => {
        const label = [eventName(eventType), guardName(guard)].filter(Boolean).join(' ');
        return `${nameOf(node)} -->${label === '' ? '' : `|"${label}"|`} ${nameOf(to)}`;
    }));
    return [...new Set(arrows)];
}
function eventName(type) {
    if (type.startsWith('xstate.after.'))
        return `after ${type.split('.')[2]}`;
    if (type.startsWith('xstate.done.'))
        return 'done';
    return type.startsWith('xstate.error.') ? 'error' : type;
}
function guardName(guard) {
    if (guard === undefined)
        return '';
    if (typeof guard === 'string')
        return `[${guard}]`;
    const { type, params, check, guards } = guard;
    if (check?.name === 'checkNot')
        return `not ${guards?.map(guardName)}`;
    if (guards !== undefined)
        return guards.map(guardName).join(' ');
    return `[${[type, ...Object.values(params ?? {})].join(' ')}]`;
}
function nameOf(node) {
    return node.path.join('_');
}
function startOf(node) {
    return ['start', ...node.path].join('_');
}
