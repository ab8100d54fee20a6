// Ten thousand tokens past this package, @clerk/backend and jose: where they disagree is what the documentation says.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { SEED } from './support/random.mjs';
import { run } from './support/run.mjs';
import { compare, documented } from './support/table.mjs';

const LEAST_CASES = 5_000;
const LEAST_ACCEPTED = 1_000;
const RUN_MS = 300_000;

const repeat = `repeat with DIFFERENTIAL_SEED=${SEED}`;

describe('tokens, beside @clerk/backend and jose', () => {
  let tally;
  before(async () => {
    tally = await run();
  }, { timeout: RUN_MS });

  test('enough tokens, of both kinds', (t) => {
    t.diagnostic(`${tally.total} tokens, ${tally.accepted} accepted, seed ${SEED}`);
    assert.ok(tally.total >= LEAST_CASES, `${tally.total} tokens`);
    assert.ok(tally.accepted >= LEAST_ACCEPTED, `${tally.accepted} accepted`);
  });

  test('a verdict is the same the second time', () => {
    assert.deepEqual(tally.unstable, [], repeat);
  });

  test('verdicts, reasons and claims are those of @clerk/backend, apart from what is documented', (t) => {
    agree(t, 'Where @clerk/backend decides otherwise', tally.clerk);
  });

  test('what jose refuses is refused, apart from what is documented', (t) => {
    agree(t, 'What jose refuses and we accept', tally.jose);
  });
});

function agree(t, heading, disagreements) {
  const { unexplained, unseen, counts } = compare(documented(heading), disagreements);
  for (const line of counts) t.diagnostic(line);
  const told = unexplained.map(({ name, count, examples }) => `${name} (${count} times)\n    ${examples.join('\n    ')}`);
  assert.deepEqual(told, [], `disagreements that docs/token-divergences.md does not have; ${repeat}`);
  assert.deepEqual(unseen, [], `rows of docs/token-divergences.md that nothing was seen of; ${repeat}`);
}
