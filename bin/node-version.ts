/**
 * The versions of Node.js that are recommended.
 */

/** The first version whose OpenSSL still gets security fixes. Older ones work, from 20.19 on. */
const RECOMMENDED_MAJOR = 22;

/**
 * A notice that this version of Node.js is not recommended. `undefined` if the version is recommended, or if
 * `NODE_NO_WARNINGS` is set to 1, which also silences the warnings of Node.js itself.
 */
export function oldNodeNotice(
  version = process.versions.node,
  { NODE_NO_WARNINGS: silent }: NodeJS.ProcessEnv = process.env,
): string | undefined {
  if (Number.parseInt(version, 10) >= RECOMMENDED_MAJOR || silent === '1') return undefined;
  const advice = `use ${RECOMMENDED_MAJOR} or newer`;
  return `Node.js ${version} works, but its OpenSSL gets no more security fixes: ${advice}`;
}
