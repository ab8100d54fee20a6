/** The package as its users get it: packed, installed into a folder outside the repository, with the suite beside it. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

const runtimes = path.join(root, 'tests/runtimes');
const quiet = { npm_config_audit: 'false', npm_config_fund: 'false', npm_config_update_notifier: 'false' };

/**
 * Installs `pkg/` and answers the folder it is installed in; `remove` takes it away again.
 *
 * `suite/` in that folder holds the conformance suite, so that no runtime needs to read the repository.
 */
export function install() {
  if (!existsSync(path.join(root, 'pkg/wasm/clerk_edge_bg.wasm'))) {
    throw new Error('pkg/wasm/ is empty: run `npm run build` first');
  }
  const dir = realpathSync(mkdtempSync(path.join(tmpdir(), 'clerk-edge-installed-')));
  const remove = () => rmSync(dir, { recursive: true, force: true });
  try {
    const tarball = npm(['pack', '--silent', '--pack-destination', dir], path.join(root, 'pkg')).trim().split('\n').at(
      -1,
    );
    writeFileSync(path.join(dir, 'package.json'), '{ "private": true, "type": "module" }\n');
    npm(['install', '--offline', '--silent', path.join(dir, tarball)], dir);
    cpSync(path.join(runtimes, 'conformance.mjs'), path.join(dir, 'suite/conformance.mjs'));
    cpSync(path.join(runtimes, 'cases'), path.join(dir, 'suite/cases'), { recursive: true });
    for (const name of ['bench.mjs', 'expect.mjs', 'tokens.mjs']) {
      cpSync(path.join(runtimes, 'support', name), path.join(dir, 'suite/support', name));
    }
  } catch (error) {
    remove();
    throw error;
  }
  return { dir, remove };
}

function npm(args, cwd) {
  return execFileSync('npm', args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...quiet },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** A program that npm installed for development. */
export const tool = (name) => path.join(root, 'node_modules/.bin', name);

/** The oldest Node from 20 on that the machine has on its path, node_modules aside; undefined when it has none. */
export function machineNode() {
  const found = (process.env.PATH ?? '').split(path.delimiter)
    .filter((dir) => dir !== '' && !dir.includes('node_modules'))
    .map((dir) => path.join(dir, 'node'))
    .filter((file) => existsSync(file))
    .map((file) => ({ file, version: versionOf(file) }))
    .filter(({ version }) => version[0] >= 20);
  return found.sort((a, b) => a.version[0] - b.version[0] || a.version[1] - b.version[1])[0]?.file;
}

export function versionOf(node) {
  const text = execFileSync(node, ['--version'], { encoding: 'utf8' });
  return /v(\d+)\.(\d+)/.exec(text).slice(1).map(Number);
}
