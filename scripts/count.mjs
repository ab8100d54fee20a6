// How many tests ran, read from what the runners say at their end.

const add = (a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped });

export const none = { passed: 0, failed: 0, skipped: 0 };
export const sum = (counts) => counts.reduce(add, none);

/** `cargo test` and wasm-bindgen's runner: one `test result:` line for each binary, never inside a line of a test. */
export function cargoCounts(output) {
  const lines = output.matchAll(/^test result: (?:ok|FAILED)\. (\d+) passed; (\d+) failed; (\d+) ignored;/gm);
  return sum([...lines].map(([, passed, failed, skipped]) => ({ passed: +passed, failed: +failed, skipped: +skipped })));
}

/** `node --test` with its spec reporter: the summary is the last block, since tests may print one of their own. */
export function nodeCounts(output) {
  const last = (name) => Number([...output.matchAll(new RegExp(`^ℹ ${name} (\\d+)$`, 'gm'))].at(-1)?.[1] ?? 0);
  return { passed: last('pass'), failed: last('fail') + last('cancelled'), skipped: last('skipped') + last('todo') };
}

/** The number of `#[wasm_bindgen_test]` functions in a source file. */
export const declaredWebTests = (source) => [...source.matchAll(/^\s*#\[wasm_bindgen_test(?:\(.*\))?\]/gm)].length;
