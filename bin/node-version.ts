/**
 * Checks whether the version of Node.js is recommended.
 */

/**
 * The oldest version whose OpenSSL still gets security fixes. The programs also run on older versions, from
 * 20.19 on.
 */
const RECOMMENDED_MAJOR = 22;

/**
 * Returns a notice if this version of Node.js is not recommended, and otherwise `undefined`. Also returns
 * `undefined` if `NODE_NO_WARNINGS` is 1, which silences the warnings of Node.js itself, too.
 */
export function oldNodeNotice(
  version = process.versions.node,
  { NODE_NO_WARNINGS: silent }: NodeJS.ProcessEnv = process.env,
): string | undefined {
  if (Number.parseInt(version, 10) >= RECOMMENDED_MAJOR || silent === '1') return undefined;
  const advice = `use ${RECOMMENDED_MAJOR} or newer`;
  return `Node.js ${version} works, but its OpenSSL gets no more security fixes: ${advice}`;
}
