/** The suite in Deno, with the network and nothing else allowed. */
import { tool } from './support/install.mjs';
import { conforms, outcomeOf, writeMain } from './support/run.mjs';

conforms('deno', /^Deno 2/, ({ dir, simUrl }) => {
  const main = writeMain(dir, simUrl, '`Deno ${Deno.version.deno}`');
  const rights = ['--no-prompt', '--allow-net=127.0.0.1'];
  return outcomeOf(tool('deno'), ['run', '--quiet', '--cached-only', '--node-modules-dir=manual', ...rights, main], dir);
});
