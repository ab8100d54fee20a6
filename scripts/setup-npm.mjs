// `npm ci`, when and only when node_modules is not what package-lock.json says.
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { machinePath, paths, root, tools } from './env.mjs';
import { ask, Failure, run, step } from './run.mjs';

const OLDEST_NODE = 20;

/** Not the pinned Node: it lies in node_modules, which `npm ci` begins by deleting. */
const machine = { ...process.env, PATH: machinePath };

export async function npmPackages() {
  const [major] = process.versions.node.split('.');
  if (Number(major) < OLDEST_NODE) throw new Failure(`Node ${process.versions.node} is too old; ${OLDEST_NODE} or newer is needed`);
  const stale = staleness();
  if (stale) {
    if (existsSync(paths.nodeModules) && lstatSync(paths.nodeModules).isSymbolicLink()) {
      throw new Failure(`node_modules is a link, and ${stale}; run npm ci where it points to`);
    }
    await step(`npm packages (${stale})`, () => run('npm', ['ci', '--loglevel=error'], { env: machine }));
  }
  await pinnedNode();
}

/** Why node_modules does not match the lock, or undefined if it does. Compares npm's own record of what it installed. */
function staleness() {
  const record = join(paths.nodeModules, '.package-lock.json');
  if (!existsSync(record)) return 'nothing installed yet';
  const { '': _project, ...wanted } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  for (const [path, entry] of Object.entries(wanted)) {
    const there = installed[path];
    if (!there && entry.optional) continue; // for another platform
    if (there?.version !== entry.version || there?.integrity !== entry.integrity) return `${path} is not as locked`;
  }
  return Object.keys(installed).some((path) => !wanted[path]) ? 'more installed than locked' : undefined;
}

/**
 * The npm package `node` fetches its binary in an install script, which npm refuses to run where scripts are switched
 * off or not approved. esbuild, deno and workerd find theirs without.
 */
async function pinnedNode() {
  if (await ask(tools.node, ['--version'])) return;
  await step('the pinned Node', async () => {
    await run(process.execPath, ['installArchSpecificPackage.js'], { cwd: join(paths.nodeModules, 'node'), env: machine });
    await run('npm', ['rebuild', '--ignore-scripts', 'node', '--loglevel=error'], { env: machine });
  });
  if (!(await ask(tools.node, ['--version']))) throw new Failure(`${tools.node} does not run on this machine`);
}
