/** The few assertions the suite needs, for every runtime: `node:assert` is not everywhere. */

/** Fails with `what` and what was seen. */
export function fail(what, seen) {
  throw new Error(seen === undefined ? what : `${what}; seen: ${show(seen)}`);
}

/** `condition` holds. */
export function ok(condition, what, seen) {
  if (!condition) fail(what, seen);
}

/** Both are the same value, by `Object.is`. */
export function equal(actual, expected, what) {
  if (!Object.is(actual, expected)) fail(`${what}: expected ${show(expected)}`, actual);
}

/** Both are the same JSON, whatever the order of keys. */
export function sameJson(actual, expected, what) {
  const [a, b] = [JSON.stringify(sorted(actual)), JSON.stringify(sorted(expected))];
  if (a !== b) fail(`${what}: expected ${clip(b)}`, actual);
}

/** `promise` rejects, with an error whose properties are those of `shape`. Answers the error. */
export async function rejects(promise, shape, what) {
  let value;
  try {
    value = await promise;
  } catch (error) {
    return hasShape(error, shape, what);
  }
  return fail(`${what}: expected a rejection with ${show(shape)}`, value ?? null);
}

/** `run` throws before it returns anything, with an error whose properties are those of `shape`. Answers the error. */
export function throws(run, shape, what) {
  let value;
  try {
    value = run();
  } catch (error) {
    return hasShape(error, shape, what);
  }
  return fail(`${what}: expected a throw with ${show(shape)}`, typeof value);
}

/** Every object reachable from `value` is frozen. */
export function frozen(value, path = 'result') {
  const open = [[value, path]];
  while (open.length > 0) {
    const [one, at] = open.pop();
    if (one === null || typeof one !== 'object') continue;
    ok(Object.isFrozen(one), `${at} is not frozen`);
    for (const [key, child] of Object.entries(one)) open.push([child, `${at}.${key}`]);
  }
}

function hasShape(error, shape, what) {
  for (const [key, expected] of Object.entries(shape)) {
    const seen = error?.[key];
    const good = expected instanceof RegExp ? expected.test(String(seen)) : Array.isArray(expected) ? expected.includes(seen) : Object.is(seen, expected);
    if (!good) fail(`${what}: expected error.${key} to be ${show(expected)}, error is ${error}`, seen ?? null);
  }
  return error;
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
}

const clip = (text) => (text?.length > 400 ? `${text.slice(0, 400)}…` : text);

function show(value) {
  if (value instanceof RegExp) return String(value);
  return clip(typeof value === 'object' || typeof value === 'string' ? JSON.stringify(value) : String(value));
}
