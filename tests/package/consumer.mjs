// A project that has installed the packed package, as a user would, and a server for its pages and files.
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { env, paths } from '../../scripts/env.mjs';

const MIME = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm', '.html': 'text/html' };

/** What every runtime runs: text that names what it found, so that one comparison says all. */
export const CHECK = `
export function check(m) {
  const client = m.createClerkClient({ secretKey: 'sk_test_${'x'.repeat(42)}' });
  const errors = [m.ClerkAPIResponseError, m.ClerkEdgeError, m.TokenVerificationError];
  return JSON.stringify({
    names: Object.keys(m).sort(),
    client: typeof client,
    errors: errors.every((type) => type.prototype instanceof Error),
  });
}`;

export const expected = (...more) => ({
  names: ['ClerkAPIResponseError', 'ClerkEdgeError', 'TokenVerificationError', 'createClerkClient', ...more].sort(),
  client: 'object',
  errors: true,
});

/** Packs pkg/, installs the tarball without a network, and returns the folder. */
export function install() {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'clerk-edge-consumer-')));
  const npm = (args, cwd) => execFileSync('npm', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const packed = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', dir], paths.pkg));
  const { filename, files } = Object.values(packed)[0];
  writeFileSync(join(dir, 'package.json'), '{ "private": true, "type": "module" }');
  npm(['install', '--offline', join(dir, filename)], dir);
  writeFileSync(join(dir, 'check.mjs'), CHECK);
  return {
    dir,
    files: files.map((file) => file.path).sort(),
    write: (name, text) => writeFileSync(join(dir, name), text),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** Serves a folder on a free port. */
export async function serve(dir) {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://host').pathname));
    try {
      const body = readFileSync(join(dir, path));
      response.writeHead(200, { 'content-type': MIME[extname(path)] ?? 'application/octet-stream' }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
