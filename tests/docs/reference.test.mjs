// What the documentation says about names, numbers and files is what the code says.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { steps } from '../../scripts/test-steps.mjs';
import { paths } from '../../scripts/env.mjs';
import { anchors, blocks, links, names, prose, read, root, rows, section } from './support/markdown.mjs';

const readme = read('README.md');
const wrangler = read('wrangler.toml');
const environment = read('src/worker/environment.rs');

/** Options as callers write them: the fields of `Options` and of the structs in it, in camelCase, joined by dots. */
function options() {
  const source = read('src/config/options.rs');
  const camel = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
  const fields = (struct) => {
    const body = new RegExp(`pub struct ${struct} \\{(.*?)^\\}`, 'ms').exec(source)[1];
    return [...body.matchAll(/^ {4}pub (\w+): (?:Option<)?(\w+)/gm)].map(([, name, type]) => ({ name: camel(name), type }));
  };
  return fields('Options').flatMap(({ name, type }) =>
    type.endsWith('Options') ? fields(type).map((inner) => `${name}.${inner.name}`) : [name]);
}

const variables = [...environment.matchAll(/\b(?:text|number|list)\("([A-Z_]+)"\)/g)].map(([, name]) => name);
/** Defaults as `Config::new` has them, in the option's own unit; those that depend on something are left out. */
function defaults() {
  const source = read('src/config/mod.rs').replace(/\s+/g, ' ');
  const units = { from_millis: 1, from_secs: 1_000, from_mins: 60_000, from_hours: 3_600_000 };
  const window = Number(/CLERK_WINDOW: Duration = Duration::from_secs\((\d+)\)/.exec(source)[1]) * 1_000;
  const number = (text) => {
    const [, unit, amount] = /^Duration::(\w+)\((\d+)\)$/.exec(text) ?? [];
    if (unit) return Number(amount) * units[unit];
    if (text === 'CLERK_WINDOW') return window;
    const [value, shift = '0'] = text.replaceAll('_', '').split(' << ');
    return Number(value) * 2 ** Number(shift);
  };
  const calls = source.matchAll(/\b(?:length|size|count|percent)\( ?"([\w.]+)", [\w.]+, (Duration::\w+\(\d+\)|CLERK_WINDOW|[\d_.]+(?: << \d+)?)[,)]/g);
  return new Map([...calls].map(([, name, text]) => [name, number(text)]));
}

const upperSnake = (option) => option.replace(/[A-Z]/g, '_$&').replaceAll('.', '_').toUpperCase();

describe('options and variables', () => {
  const table = rows(section(readme, '## Options'));

  test('every option of the crate has a row, and no other has', () => {
    const documented = table.flatMap(([option]) => names(option));
    assert.deepEqual(documented.sort(), [...options(), 'fetch', 'now'].sort());
  });

  test('every variable that the Worker reads has a row, and no other has', () => {
    const documented = table.flatMap(([, variable]) => names(variable));
    assert.deepEqual(documented.sort(), [...variables].sort());
  });

  test('a variable stands beside the option that it sets', () => {
    for (const [option, variable] of table) {
      const [[name], [setBy]] = [names(option), names(variable)];
      if (name && setBy) assert.ok([upperSnake(name), `CLERK_${upperSnake(name)}`].includes(setBy), `${name}: ${setBy}`);
    }
  });

  test('wrangler.toml lists every variable that the Worker reads, and no other', () => {
    const listed = [...wrangler.matchAll(/^#\s+([A-Z][A-Z_]+) (?:=| )/gm)].map(([, name]) => name);
    assert.deepEqual(listed.sort(), [...variables].sort());
  });

  test('the README names the defaults of the crate', () => {
    const known = defaults();
    assert.equal(known.size, options().length - 13, 'all but keys, secrets, ids, lists, URL, version, and the two that depend on something');
    for (const [option, , value] of table) {
      const [name] = names(option);
      if (known.has(name)) assert.equal(value, String(known.get(name)), name);
    }
  });

  test('wrangler.toml and the README name the same defaults', () => {
    const defaults = new Map([...wrangler.matchAll(/^# ([A-Z_]+) = "([^"]*)"/gm)].map(([, name, value]) => [name, value]));
    for (const [, variable, value] of table) {
      const [name] = names(variable);
      if (!defaults.get(name)) continue;
      assert.equal(value.replaceAll('`', '').split(' ')[0], defaults.get(name), name);
    }
  });

  test('the declarations describe every option', () => {
    const declared = read('pkg/index.d.ts');
    for (const option of options()) assert.match(declared, new RegExp(`^ {2}readonly ${option.split('.').at(-1)}\\?:`, 'm'), option);
  });
});

describe('errors', () => {
  const source = read('src/error.rs');
  const codes = [...source.slice(source.indexOf('fn code(')).matchAll(/=> "([a-z_]+)",/g)].map(([, code]) => code);

  test('every code has a row, and no other has', () => {
    assert.ok(codes.length > 10);
    assert.deepEqual(rows(section(readme, '## Errors')).flatMap(([code]) => names(code)).sort(), [...codes].sort());
  });

  test('every code is declared', () => {
    const declared = read('pkg/index.d.ts');
    for (const code of codes) assert.ok(declared.includes(`"${code}"`), code);
  });

  test('the statuses are those of the gateway', () => {
    const gateway = read('src/clerk/gateway.rs');
    const body = gateway.slice(gateway.indexOf('fn http_status('));
    for (const [code, status] of rows(section(readme, '## Errors'))) {
      const [name] = names(code);
      const variant = new RegExp(`Self::(\\w+)[^=]*=> "${name}",`).exec(source)[1];
      const arm = body.split('\n').find((line) => new RegExp(`Error::${variant}\\b`).test(line));
      if (/^\d+$/.test(status)) assert.match(arm, new RegExp(`=> ${status},`), name);
    }
  });
});

describe('what is cached', () => {
  const policy = read('src/clerk/policy.rs');
  const table = rows(section(readme, '## What is cached'));

  test('every operation that policy keeps has a row, and no other has', () => {
    const keep = policy.slice(policy.indexOf('pub fn keep('), policy.indexOf('pub fn stale('));
    const kept = [...keep.matchAll(/"(\/[^"]+)"/g)].map(([, path]) => path.replace(/\{\w+\}/g, '{id}'));
    const documented = table.flatMap(([read]) => names(read)).map((name) => name.replace('GET ', '').replace('{slug}', '{id}'));
    assert.deepEqual([...new Set(documented)].sort(), [...new Set(kept)].sort());
  });

  test('the number of operations is right', () => {
    const listed = [...read('src/clerk/operations/table.rs').matchAll(/^ {4}op\(/gm)].length;
    assert.match(readme, new RegExp(`\\b${listed} operations`));
  });
});

describe('session tokens', () => {
  const tokens = section(readme, '## Session tokens');
  const forward = read('docs/forward-auth.md');
  const told = [...read('src/clerk/forward.rs').matchAll(/\("(x-clerk-[a-z-]+)", /g)].map(([, name]) => name).filter((name) => name !== 'x-clerk-auth-reason');
  const configurations = [...forward.matchAll(/^```(nginx|caddyfile|yaml)\n(.*?)^```$/gms)].map(([, language, text]) => ({ language, text }));

  test('figures are those of the crate', () => {
    const [, bytes] = /MAX_TOKEN_BYTES: usize = ([\d_]+);/.exec(read('src/core/jwt/mod.rs'));
    assert.ok(tokens.includes(`${bytes.replace('_', ',')} bytes`));
    const [, seconds] = /MAX_LIFETIME: Duration = Duration::from_secs\((\d+)\);/.exec(read('src/clerk/machines.rs'));
    assert.ok(tokens.includes(`${seconds} s at most`));
    const text = (ms) => (ms >= 3_600_000 ? `${ms / 3_600_000} h` : ms >= 60_000 ? `${ms / 60_000} min` : `${ms / 1_000} s`);
    for (const name of ['cache.jwksTtlMs', 'cache.jwksStaleIfErrorMs', 'cache.jwksCooldownMs']) {
      const said = tokens.slice(tokens.indexOf(`\`${name}\``)).split('\n')[0];
      const [, figure] = /, (\d+ [a-z]+)/.exec(said);
      assert.equal(figure, text(defaults().get(name)), name);
    }
  });

  test('every configuration of forward auth lets in what /verify tells, and strips it from what clients send', () => {
    assert.deepEqual([...new Set(told)].sort(), ['x-clerk-org-id', 'x-clerk-org-role', 'x-clerk-org-slug', 'x-clerk-session-id', 'x-clerk-user-id']);
    const [nginx, caddy, traefik] = ['nginx', 'caddyfile', 'yaml'].map((name) => configurations.find(({ language }) => language === name).text);
    for (const name of told) {
      const variable = `$${name.slice(2).replaceAll('-', '_')}`;
      for (const line of [`set ${variable} "";`, `proxy_set_header ${name} ${variable};`, `auth_request_set ${variable} $upstream_http_${name.replaceAll('-', '_')};`]) {
        assert.ok(nginx.includes(line), line);
      }
      assert.match(caddy, new RegExp(`copy_headers .*\\b${name}\\b`), name);
      assert.ok(traefik.includes(`\n          ${name}: ""\n`) && traefik.includes(`\n          - ${name}\n`), name);
    }
    assert.ok(caddy.includes('request_header -x-clerk-*\n'));
    for (const text of [nginx, traefik]) assert.ok(text.includes('x-clerk-auth-reason'));
    for (const name of told) assert.ok(section(forward, '## What `/verify` answers').includes(`\`${name}\``), name);
  });
});

test('sizes are within 5 % of what was built', () => {
  const built = JSON.parse(read(paths.sizes.slice(root.length)));
  const kB = (bytes) => (bytes / 1000).toFixed(1);
  const order = [['ES module', 'esm'], ['Worker', 'worker']];
  const line = ([label, name]) =>
    `| ${[label, ...['wasm', 'js', 'total'].flatMap((kind) => [kB(built[name][kind].raw), kB(built[name][kind].gzip)])].join(' | ')} |`;
  const now = rows(order.map(line).join('\n'));
  const then = rows(section(readme, '## Size'));
  assert.deepEqual(then.map(([label]) => label), now.map(([label]) => label));
  for (const [at, [label, ...figures]] of now.entries()) {
    for (const [column, figure] of figures.entries()) {
      const off = Math.abs(Number(then[at][column + 1]) / Number(figure) - 1);
      assert.ok(off <= 0.05, `${label}: the README is ${Math.round(off * 100)} % off; it should say\n${order.map(line).join('\n')}`);
    }
  }
});

test('figures about performance are lines of bench/RESULTS.md', () => {
  const results = read('bench/RESULTS.md');
  const performance = section(readme, '## Performance');
  const printed = rows(results).map((row) => row.join(' | '));
  const quoted = rows(performance).map((row) => row.join(' | '));
  assert.ok(quoted.length > 0);
  for (const row of quoted) assert.ok(printed.includes(row), `not in bench/RESULTS.md: ${row}`);
  const [machine] = /\d{4}-\d\d-\d\d,[^.]*\.\d+\.\d+,\s+workerd [\d.]*\d/.exec(performance);
  assert.ok(results.includes(machine.replace(/\s+/g, ' ')), `not in bench/RESULTS.md: ${machine}`);
});

describe('files, anchors and commands', () => {
  const pages = [
    'README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'pkg/README.md', 'bench/README.md', 'bench/RESULTS.md',
    'examples/README.md', 'tests/clerk-sim/README.md', 'docs/forward-auth.md', 'docs/token-divergences.md',
  ];

  for (const page of pages) {
    test(`${page}: every link leads somewhere`, () => {
      for (const { path, anchor } of links(read(page))) {
        const target = path === '' ? page : join(dirname(page), path);
        assert.ok(existsSync(join(root, target)), `${path} is not there`);
        if (anchor !== undefined) assert.ok(anchors(read(target)).includes(anchor), `${target} has no heading #${anchor}`);
      }
    });

    test(`${page}: every npm command is there`, () => {
      const { scripts } = JSON.parse(read('package.json'));
      for (const [, name] of read(page).matchAll(/npm run (\w+)/g)) assert.ok(scripts[name], `npm run ${name}`);
      for (const [, name] of read(page).matchAll(/--only ([\w-]+)/g)) {
        assert.ok(steps.some((step) => step.name === name), `npm test -- --only ${name}`);
      }
    });
  }

  test('every file that CONTRIBUTING.md names is there', () => {
    const files = names(prose(read('CONTRIBUTING.md'))).filter((name) => /^[\w.-]+\/[\w./-]*$/.test(name));
    assert.ok(files.length > 5);
    for (const file of files) assert.ok(existsSync(join(root, file)), file);
  });

  test('every block of JavaScript or TypeScript says how it is run', () => {
    for (const { run, language, code } of blocks(readme)) {
      if (['js', 'ts'].includes(language)) assert.ok(run, code);
      else assert.ok(['sh', 'text'].includes(language), `a block of ${language || 'no language'}`);
    }
  });
});
