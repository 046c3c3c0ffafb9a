/**
 * Asking a supervisor: what children it has, and to start, stop, restart or forget one. After the
 * functions of OTP's `supervisor` module.
 *
 * A supervisor answers in its own time: a child's start or stop under way comes first, and a child that is to
 * be started counts as started when it is ready. What it will not do it refuses with a code; a function
 * rejects only with `SupervisorError` `not_running`, when there is no supervisor to ask, or no longer one.
 */
import { watched } from './containment.js';
import { SupervisorError } from './supervisor-error.js';
/** Gives an answer to whoever waits for it; whoever cannot bear it is no affair of the supervisor's. */
export function answer(supervisor, replies, given) {
    for (const reply of replies)
        watched('reply', supervisor, reply)(given);
}
/** Answers that something is not done. */
export function refuse(supervisor, reply, code, error) {
    answer(supervisor, [reply], error === undefined ? { ok: false, code } : { ok: false, code, error });
}
/** Counts children that are listed. */
export function countOf(children) {
    const supervisors = children.filter(({ type }) => type === 'supervisor').length;
    return {
        specs: children.length,
        active: children.filter(({ actor }) => typeof actor === 'object').length,
        supervisors,
        workers: children.length - supervisors,
    };
}
/** Adds a child after the others, and starts it. A child that fails to start leaves no spec. */
export function addChild(supervisor, spec) {
    return ask(supervisor, (reply) => ({ type: 'child.add', spec, reply }));
}
/** Has a dynamic supervisor start a child with this input. */
export function startChild(supervisor, input) {
    return ask(supervisor, (reply) => ({ type: 'child.start', input, reply }));
}
/** Stops a child, by its id or, of a dynamic supervisor, by its actor. Its spec stays, unless it is temporary. */
export function terminateChild(supervisor, child) {
    return ask(supervisor, (reply) => ({ type: 'child.terminate', child, reply }));
}
/** Starts a child that is down. If that fails it stays down. */
export function restartChild(supervisor, id) {
    return ask(supervisor, (reply) => ({ type: 'child.restart', id, reply }));
}
/** Forgets a child that is down. */
export function deleteChild(supervisor, id) {
    return ask(supervisor, (reply) => ({ type: 'child.delete', id, reply }));
}
/** Lists the children, in the order in which they start. */
export function listChildren(supervisor) {
    return ask(supervisor, (reply) => ({
        type: 'children.list',
        reply,
    }));
}
/** Counts the children. */
export function countChildren(supervisor) {
    return ask(supervisor, (reply) => ({ type: 'children.count', reply }));
}
function ask(supervisor, request) {
    return new Promise((resolve, reject) => {
        const gone = () => reject(new SupervisorError('not_running', supervisor.id));
        if (supervisor.getSnapshot().status !== 'active')
            return gone();
        const subscription = supervisor.subscribe({ complete: gone, error: gone });
        supervisor.send(request((answer) => {
            subscription.unsubscribe();
            resolve(answer);
        }));
    });
}
