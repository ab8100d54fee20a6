// The number at the end of `npm test` is the sum of what the runners report.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cargoCounts, declaredWebTests, none, nodeCounts, sum } from '../../scripts/count.mjs';

test('every binary of cargo test counts', () => {
  const output = [
    'running 3 tests',
    'test core::cache::tests::a ... ok',
    'test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s',
    '',
    'running 2 tests',
    'test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s',
  ].join('\n');
  assert.deepEqual(cargoCounts(output), { passed: 3, failed: 1, skipped: 1 });
});

test("the summary of wasm-bindgen's runner is read too", () => {
  const output = 'test result: ok. 4 passed; 0 failed; 0 ignored; 0 filtered out; finished in 0.06s\n';
  assert.deepEqual(cargoCounts(output), { passed: 4, failed: 0, skipped: 0 });
});

test('what a test prints is not a summary', () => {
  const printed = 'log: test result: ok. 100 passed; 0 failed; 0 ignored;';
  assert.deepEqual(cargoCounts(printed), none);
  assert.deepEqual(nodeCounts('ℹ pass 100 of 200\n'), none);
});

test('of several summaries in the output of Node the last one counts', () => {
  const summary = (pass, fail) => `ℹ tests 9\nℹ suites 1\nℹ pass ${pass}\nℹ fail ${fail}\nℹ cancelled 1\nℹ skipped 2\nℹ todo 1\n`;
  assert.deepEqual(nodeCounts(`${summary(50, 0)}✔ one (1ms)\n${summary(5, 1)}`), { passed: 5, failed: 2, skipped: 3 });
});

test('counts add up', () => {
  assert.deepEqual(sum([{ passed: 1, failed: 2, skipped: 3 }, { passed: 10, failed: 20, skipped: 30 }]), { passed: 11, failed: 22, skipped: 33 });
  assert.deepEqual(sum([]), none);
});

test('web tests are counted by their attribute, comments and settings are not', () => {
  const source = [
    'wasm_bindgen_test_configure!(run_in_browser);',
    '// #[wasm_bindgen_test] would be wrong here',
    '#[wasm_bindgen_test]',
    'fn a() {}',
    '    #[wasm_bindgen_test(unsupported = test)]',
    '    async fn b() {}',
  ].join('\n');
  assert.equal(declaredWebTests(source), 2);
});
